"""What staff does with templates besides drafts and versions: copies, order, the end of one.

Nothing here commits.
"""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.errors import Conflict, Rejected
from core.api.text import squeeze
from plugins.poster.models import Poster, Template, TemplateDraft, TemplateVersion
from plugins.poster.rules import Layout
from plugins.poster.services.template_views import (
    DraftView,
    TemplateView,
    names_of_templates,
    template_by_id,
    unknown,
)
from plugins.poster.services.templates import NAME_LIMIT, create, draft_of, save_draft


def working_layout(session: Session, template: TemplateView) -> tuple[Layout, int, int]:
    """What staff goes on with: the draft, else what members get.

    Returns:
        The layout, the version it was made from, and the draft's revision (0: there is none).
    """
    draft = draft_of(session, template.id)
    if draft is None:
        return template.layout, template.version, 0
    return draft.layout, draft.base_version, draft.revision


def save(
    session: Session, template_id: UUID, layout: Layout, actor: str, *, base: int, revision: int
) -> DraftView:
    """Keep a draft, unless anybody saved or published since it was opened.

    Args:
        session: unit of work.
        template_id: the template.
        layout: need not be complete.
        actor: whoever changed it.
        base: the published version that was edited.
        revision: of the draft that was edited; 0: there was none.

    Raises:
        Conflict: somebody else saved or published meanwhile.
        NotFound: no such template.
    """
    template = _locked(session, template_id)
    if not revision and template.version != base:
        raise Conflict(
            "poster.stale", "Somebody else changed this poster meanwhile. Look at it again."
        )
    return save_draft(session, template_id, layout, actor, revision=revision)


def free_name(session: Session, name: str) -> str:
    """A name that no template bears: this one, else with a number behind it, from 2 on.

    One statement. The name is shortened where it would be too long.
    """
    taken = set(names_of_templates(session).values())
    clean = squeeze(name)[:NAME_LIMIT].rstrip()
    number, found = 1, clean
    while found in taken:
        number += 1
        found = f"{clean[: NAME_LIMIT - len(f' {number}')].rstrip()} {number}"
    return found


def duplicate(session: Session, template_id: UUID, name: str, actor: str) -> UUID:
    """A new template, not published, that looks like another one does in its draft.

    Raises:
        InvalidInput: no name, or one too long.
        NotFound: no such template.
    """
    template = template_by_id(session, template_id)
    layout, _base, _revision = working_layout(session, template)
    return create(session, name, template.purpose, layout, actor)


def show(session: Session, template_id: UUID, *, is_shown: bool) -> None:
    """Offer a template to members, or keep it without offering it.

    Raises:
        NotFound: no such template.
    """
    _locked(session, template_id).is_shown = is_shown
    session.flush()


def lead(session: Session, template_id: UUID) -> None:
    """Make a template the first of its purpose: what members see before they choose.

    Raises:
        NotFound: no such template.
    """
    template = _locked(session, template_id)
    first = session.scalar(
        sa.select(sa.func.min(Template.position)).where(Template.purpose == template.purpose)
    )
    if first is not None and (template.position != first or _has_rival(session, template)):
        template.position = first - 1
        session.flush()


def remove(session: Session, template_id: UUID) -> None:
    """Delete a template that nobody has a poster of.

    Raises:
        Rejected: posters were made from it.
        NotFound: no such template.
    """
    template = _locked(session, template_id)
    if poster_counts(session).get(template_id):
        raise Rejected(
            "poster.in_use", "Members have posters of this template. Archive it instead."
        )
    for table in (TemplateDraft, TemplateVersion):
        session.execute(sa.delete(table).where(table.template_id == template_id))
    session.delete(template)
    session.flush()


def poster_counts(session: Session) -> Mapping[UUID, int]:
    """How many posters were made from each template; one statement."""
    query = sa.select(Poster.template_id, sa.func.count()).group_by(Poster.template_id)
    return dict(session.execute(query).all())


def leading(session: Session) -> frozenset[UUID]:
    """The templates that members see first, one a purpose; one statement."""
    first: dict[str, UUID] = {}
    query = sa.select(Template.purpose, Template.id).where(
        Template.is_shown, Template.version_id.is_not(None)
    )
    for purpose, template_id in session.execute(query.order_by(Template.position, Template.id)):
        first.setdefault(purpose, template_id)
    return frozenset(first.values())


def _has_rival(session: Session, template: Template) -> bool:
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    Template.purpose == template.purpose,
                    Template.position == template.position,
                    Template.id != template.id,
                )
            )
        )
    )


def _locked(session: Session, template_id: UUID) -> Template:
    template = session.get(Template, template_id, with_for_update=True)
    if template is None:
        raise unknown()
    return template
