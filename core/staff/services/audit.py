"""The audit log: who did what to which thing. Lines are added and read, never changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import count_of, value_of
from core.kernel.clock import now
from core.kernel.ids import new_id
from core.kernel.paging import Page
from core.staff.models import AuditEntry
from core.staff.rules import difference
from core.staff.types import AuditView

_VIEW: Any = (
    AuditEntry.id,
    AuditEntry.actor,
    AuditEntry.actor_name,
    AuditEntry.action,
    AuditEntry.object_kind,
    AuditEntry.object_ref,
    AuditEntry.before,
    AuditEntry.after,
    AuditEntry.ip,
    AuditEntry.at,
)


def audit(
    session: Session,
    *,
    actor: str,
    action: str,
    object_kind: str,
    object_ref: str,
    actor_name: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    ip: str = "",
) -> UUID:
    """Add a line, in the transaction of the act itself: no act without its line, and no line alone.

    Args:
        session: unit of work of the act.
        actor: ``staff:<uuid>``, ``cli`` or ``system``.
        action: ``thing.verb``, such as ``product.edit``.
        object_kind: ``product``, ``order`` …
        object_ref: its public number or id.
        actor_name: as it was then.
        before: values before; only those that differ are kept, secrets are hidden.
        after: values after.
        ip: address of the browser.

    Returns:
        Id of the line.
    """
    old, new = difference(before or {}, after or {})
    entry_id = new_id()
    session.execute(
        sa.insert(AuditEntry).values(
            id=entry_id,
            actor=actor,
            actor_name=actor_name[:60],
            action=action,
            object_kind=object_kind,
            object_ref=object_ref[:80],
            before=old,
            after=new,
            ip=ip[:45],
            at=now(),
        )
    )
    return entry_id


def list_audit(
    session: Session,
    *,
    actor: str = "",
    action: str = "",
    object_kind: str = "",
    object_ref: str = "",
    page: int = 1,
    per_page: int = 30,
) -> Page[AuditView]:
    """The log, newest first. ``action`` matches from its start: ``order`` finds ``order.ship``."""
    chosen = sa.select(*_VIEW)
    for column, text in (
        (AuditEntry.actor, actor),
        (AuditEntry.object_kind, object_kind),
        (AuditEntry.object_ref, object_ref),
    ):
        if text:
            chosen = chosen.where(column == text)
    if action:
        chosen = chosen.where(AuditEntry.action.startswith(action, autoescape=True))
    total = count_of(session, chosen)
    rows = session.execute(
        chosen.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return Page(tuple(value_of(AuditView, row) for row in rows), total, page, per_page)
