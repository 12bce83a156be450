"""Templates, their drafts and published versions. A version, once published, never changes."""

import hashlib
import json
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import Conflict, InvalidInput
from core.api.text import squeeze
from plugins.poster.models import Template, TemplateDraft, TemplateVersion
from plugins.poster.rules import Layout, Purpose, check_layout, to_json
from plugins.poster.services.template_views import (
    DraftView,
    TemplateView,
    VersionView,
    all_templates,
    draft_of,
    draft_view,
    published,
    template_by_id,
    unknown,
    version_by_id,
    version_view,
    versions_of,
)

__all__ = [
    "DraftView",
    "TemplateView",
    "VersionView",
    "all_templates",
    "create",
    "discard_draft",
    "draft_of",
    "hash_of",
    "publish",
    "published",
    "rename",
    "save_draft",
    "template_by_id",
    "version_by_id",
    "versions_of",
]

NAME_LIMIT = 60


def create(
    session: Session,
    name: str,
    purpose: Purpose,
    layout: Layout,
    actor: str,
    source_key: str | None = None,
) -> UUID:
    """A new template with its layout as a draft; members see it once it is published.

    Args:
        session: unit of work.
        name: what merchant and members read.
        purpose: what its posters lead to.
        layout: need not be complete; publishing checks it.
        actor: whoever does it.
        source_key: of the starter it was made from, kept once.

    Raises:
        InvalidInput: no name, or one too long.
    """
    template = Template(
        id=new_id(),
        name=_checked_name(name),
        purpose=str(purpose),
        position=_next_position(session, purpose),
        version=0,
        source_key=source_key,
        created_at=now(),
        changed_at=now(),
    )
    session.add(template)
    session.flush()
    save_draft(session, template.id, layout, actor, revision=0)
    return template.id


def rename(session: Session, template_id: UUID, name: str, *, is_shown: bool) -> None:
    """Change a template's name, and whether members can choose it.

    Raises:
        InvalidInput: no name, or one too long.
        NotFound: no such template.
    """
    template = _locked(session, template_id)
    template.name, template.is_shown = _checked_name(name), is_shown
    template.changed_at = now()
    session.flush()


def save_draft(
    session: Session, template_id: UUID, layout: Layout, actor: str, *, revision: int
) -> DraftView:
    """Keep what was changed, without showing it to members.

    Args:
        session: unit of work.
        template_id: the template.
        layout: need not be complete; publishing checks it.
        actor: whoever changed it.
        revision: of the draft that was edited; 0: there was none.

    Raises:
        Conflict: somebody else saved, published or discarded meanwhile.
        NotFound: no such template.
    """
    template = _locked(session, template_id)
    draft = session.get(TemplateDraft, template_id)
    if (draft.revision if draft is not None else 0) != revision:
        raise _stale()
    if draft is None:
        draft = TemplateDraft(template_id=template_id, base_version=template.version, revision=0)
        session.add(draft)
    draft.body = to_json(layout)
    draft.actor, draft.changed_at = actor, now()
    draft.revision = template.draft_revision = template.draft_revision + 1
    session.flush()
    return draft_view(draft)


def discard_draft(session: Session, template_id: UUID, *, revision: int) -> None:
    """Forget what was changed and not published; nothing happens when there is no draft.

    Raises:
        Conflict: the draft is another one than that of ``revision``.
        NotFound: no such template.
    """
    _locked(session, template_id)
    draft = session.get(TemplateDraft, template_id)
    if draft is None:
        return
    if draft.revision != revision:
        raise _stale()
    session.delete(draft)
    session.flush()


def publish(
    session: Session,
    template_id: UUID,
    layout: Layout,
    actor: str,
    *,
    summary: str = "",
    revision: int | None = None,
) -> VersionView:
    """Give members this layout from now on; posters made before stay as they are until asked anew.

    Args:
        session: unit of work.
        template_id: the template.
        layout: all of it.
        actor: whoever publishes.
        summary: what they say about the change.
        revision: of the draft that they saw; ``None``: whatever the draft says, it goes.

    Returns:
        The new version, or the present one when nothing changed.

    Raises:
        InvalidInput: the layout makes no good poster.
        Conflict: the draft was changed meanwhile.
        NotFound: no such template.
    """
    template = _locked(session, template_id)
    check_layout(layout, Purpose(template.purpose))
    draft = session.get(TemplateDraft, template_id)
    if revision is not None and (draft.revision if draft is not None else 0) != revision:
        raise _stale()
    if draft is not None:
        session.delete(draft)
    body = to_json(layout)
    body_hash = hash_of(body)
    current = session.get(TemplateVersion, template.version_id) if template.version_id else None
    if current is None or current.body_hash != body_hash:
        current = TemplateVersion(
            id=new_id(),
            template_id=template_id,
            version=template.version + 1,
            body=body,
            body_hash=body_hash,
            summary=squeeze(summary)[:200],
            actor=actor,
            created_at=now(),
        )
        session.add(current)
        template.version, template.version_id = current.version, current.id
        template.changed_at = now()
    session.flush()
    return version_view(current)


def hash_of(body: dict[str, Any]) -> str:
    """Names a document by what it says."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _locked(session: Session, template_id: UUID) -> Template:
    template = session.get(Template, template_id, with_for_update=True)
    if template is None:
        raise unknown()
    return template


def _next_position(session: Session, purpose: Purpose) -> int:
    last = session.scalar(
        sa.select(sa.func.max(Template.position)).where(Template.purpose == str(purpose))
    )
    return 0 if last is None else last + 1


def _checked_name(name: str) -> str:
    clean = squeeze(name)
    if not clean or len(clean) > NAME_LIMIT:
        raise InvalidInput(
            "poster.name",
            "A template needs a name of at most %(limit)s signs.",
            field="name",
            limit=NAME_LIMIT,
        )
    return clean


def _stale() -> Conflict:
    return Conflict(
        "poster.stale", "Somebody else changed this poster meanwhile. Look at it again."
    )
