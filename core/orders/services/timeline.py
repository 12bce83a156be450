"""The story of an order: short entries that core and plugins add under their own name."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.errors import InvariantError
from core.kernel.ids import new_id
from core.orders.services.tables import ENTRY

SYSTEM = "system"
"""Actor of what happens by itself."""

_insert = Prepared(
    sa.insert(ENTRY), ("id", "order_id", "source", "kind", "message", "params", "actor", "at")
)
_LENGTHS = (("source", 64), ("kind", 48), ("message", 200), ("actor", 64))


def add_entry(
    session: Session,
    order_id: UUID,
    kind: str,
    message: str,
    *,
    actor: str,
    params: Mapping[str, Any] | None = None,
    source: str = "core",
) -> None:
    """Add an entry. Shoppers read it too, except entries of plugins and notes of staff.

    Args:
        session: the unit of work.
        order_id: whose story.
        kind: short stable word for what happened; ``note`` is for staff's eyes only.
        message: catalogue entry with ``%(name)s`` places.
        actor: ``system``, ``member:<uuid>``, ``staff:<uuid>`` or ``plugin:<name>``.
        params: values for the places, JSON only.
        source: ``core``, or the plugin's name.

    Raises:
        InvariantError: a text longer than its column.
    """
    entry = entry_row(order_id, kind, message, actor=actor, params=params, source=source)
    for name, limit in _LENGTHS:
        if len(entry[name]) > limit:
            raise InvariantError(
                "orders.entry", "The %(name)s of a timeline entry is too long.", name=name
            )
    _insert.many(session, [entry])


def add_entries(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Add many entries made by :func:`entry_row`, in one statement."""
    _insert.many(session, list(rows))


def entry_row(
    order_id: UUID,
    kind: str,
    message: str,
    *,
    actor: str = SYSTEM,
    params: Mapping[str, Any] | None = None,
    source: str = "core",
    at: datetime | None = None,
) -> dict[str, Any]:
    """An entry as a row to be inserted."""
    return {
        "id": new_id(),
        "order_id": order_id,
        "source": source,
        "kind": kind,
        "message": message,
        "params": dict(params or {}),
        "actor": actor,
        "at": at or now(),
    }
