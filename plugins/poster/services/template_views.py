"""Reading templates, their drafts and versions; each function is one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.catalog import Page
from core.api.errors import NotFound
from core.api.values import dataclass
from plugins.poster.models import Template, TemplateDraft, TemplateVersion
from plugins.poster.rules import Layout, Purpose, from_json


@dataclass(frozen=True)
class TemplateView:
    """A template as pages show it.

    Args:
        version: number of the published version; 0: none.
        version_id: the published version; ``None``: none.
        layout: of the published version, else of the draft.
        has_draft: whether something waits to be published.
    """

    id: UUID
    name: str
    purpose: Purpose
    is_shown: bool
    position: int
    version: int
    version_id: UUID | None
    layout: Layout
    has_draft: bool
    changed_at: datetime


@dataclass(frozen=True)
class VersionView:
    """A published version. ``actor`` is whoever published it."""

    id: UUID
    template_id: UUID
    version: int
    layout: Layout
    summary: str
    actor: str
    created_at: datetime


@dataclass(frozen=True)
class DraftView:
    """What waits to be published. Give ``revision`` back when saving."""

    template_id: UUID
    base_version: int
    revision: int
    layout: Layout
    actor: str
    changed_at: datetime


_RANK = sa.case({str(each): rank for rank, each in enumerate(Purpose)}, value=Template.purpose)
_VIEW = (
    sa.select(Template, TemplateVersion.body, TemplateDraft.body)
    .outerjoin(TemplateVersion, TemplateVersion.id == Template.version_id)
    .outerjoin(TemplateDraft, TemplateDraft.template_id == Template.id)
)


def published(session: Session, purpose: Purpose) -> Sequence[TemplateView]:
    """The templates that members can choose for a purpose, in the merchant's order."""
    return _views(
        session,
        _VIEW.where(
            Template.purpose == purpose, Template.is_shown, Template.version_id.is_not(None)
        ),
    )


def all_templates(session: Session) -> Sequence[TemplateView]:
    """Every template, for staff; in the order of purposes and positions."""
    return _views(session, _VIEW)


def list_templates(
    session: Session, *, is_shown: bool = True, purpose: str = "", page: int = 1, per_page: int = 24
) -> Page[TemplateView]:
    """Templates for staff by purpose and position, a page of them; two statements.

    Args:
        session: any session.
        is_shown: ``False``: the archived ones.
        purpose: only those of it; empty: all.
        page: from 1; one behind the last is the last.
        per_page: how many a page has, from 1.
    """
    wanted = [Template.is_shown == is_shown] + ([Template.purpose == purpose] if purpose else [])
    total = session.scalar(sa.select(sa.func.count()).select_from(Template).where(*wanted)) or 0
    number = max(1, min(page, -(-total // per_page)))
    query = _VIEW.where(*wanted).limit(per_page).offset((number - 1) * per_page)
    return Page(tuple(_views(session, query)), total, number, per_page)


def template_counts(session: Session, *, is_shown: bool) -> dict[Purpose, int]:
    """How many templates each purpose has; one statement."""
    rows = session.execute(
        sa.select(Template.purpose, sa.func.count())
        .where(Template.is_shown == is_shown)
        .group_by(Template.purpose)
    ).all()
    found = {row[0]: row[1] for row in rows}
    return {each: found.get(str(each), 0) for each in Purpose}


def names_of_templates(session: Session) -> dict[UUID, str]:
    """What each template is called; one statement."""
    return {row.id: row.name for row in session.execute(sa.select(Template.id, Template.name))}


def template_by_id(session: Session, template_id: UUID) -> TemplateView:
    """A template.

    Raises:
        NotFound: there is none.
    """
    found = _views(session, _VIEW.where(Template.id == template_id))
    if not found:
        raise unknown()
    return found[0]


def versions_of(session: Session, template_id: UUID) -> Sequence[VersionView]:
    """Every version that was published, newest first."""
    rows = session.scalars(
        sa.select(TemplateVersion)
        .where(TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.version.desc())
    )
    return [version_view(row) for row in rows]


def version_by_id(session: Session, version_id: UUID) -> VersionView:
    """A published version.

    Raises:
        NotFound: there is none.
    """
    row = session.get(TemplateVersion, version_id)
    if row is None:
        raise unknown()
    return version_view(row)


def draft_of(session: Session, template_id: UUID) -> DraftView | None:
    """What waits to be published in a template; ``None``: nothing."""
    row = session.get(TemplateDraft, template_id)
    return draft_view(row) if row is not None else None


def _views(session: Session, query: sa.Select[Any]) -> list[TemplateView]:
    rows = session.execute(query.order_by(_RANK, Template.position, Template.id))
    return [
        TemplateView(
            id=template.id,
            name=template.name,
            purpose=Purpose(template.purpose),
            is_shown=template.is_shown,
            position=template.position,
            version=template.version,
            version_id=template.version_id,
            layout=from_json(body or draft),
            has_draft=draft is not None,
            changed_at=template.changed_at,
        )
        for template, body, draft in rows
    ]


def version_view(row: TemplateVersion) -> VersionView:
    """A version's row as pages see it."""
    return VersionView(
        row.id,
        row.template_id,
        row.version,
        from_json(row.body),
        row.summary,
        row.actor,
        row.created_at,
    )


def draft_view(row: TemplateDraft) -> DraftView:
    """A draft's row as pages see it."""
    return DraftView(
        row.template_id,
        row.base_version,
        row.revision,
        from_json(row.body),
        row.actor,
        row.changed_at,
    )


def unknown() -> NotFound:
    """What is raised for a template that is not there."""
    return NotFound("poster.template", "There is no such poster template.")
