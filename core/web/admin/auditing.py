"""Who did what: every write of the merchant's face passes here, in its own transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.staff.services import audit
from core.web import context


def record(
    session: Session,
    action: str,
    kind: str,
    ref: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write the audit log for the signed-in staff member.

    Args:
        session: the unit of work of the change itself, so that neither stands alone.
        action: ``thing.verb``, such as ``product.edit``.
        kind: kind of the thing, such as ``product``.
        ref: its number or id.
        before: values before the change.
        after: values after it.
    """
    principal = context.staff()
    audit(
        session,
        actor=principal.actor,
        actor_name=principal.name,
        action=action,
        object_kind=kind,
        object_ref=str(ref),
        before=dict(before or {}),
        after=dict(after or {}),
        ip=context.client_ip(),
    )
