"""Settlement: what is due becomes available, in batches that nobody has to plan.

An order whose after-sale window is over marks its commissions as due, nothing more. The job
``distribution.settle`` then moves them: it claims some tens of thousands of rows, books one journal
for all of them and is done with a unit of work. A run that is killed loses the batch it was in,
which is due as before; two workers at once skip what the other has claimed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import insert_or, new_id
from core.api.events import OrderSettled
from core.api.ledger import Transfer, member_owner, transfer_many
from core.api.values import dataclass
from plugins.distribution.models import Commission, Mark
from plugins.distribution.services.accounts import ACCOUNT_OF_STATE, AVAILABLE
from plugins.distribution.services.locking import lock_commissions

BATCHES = {"postgresql": 500_000, "sqlite": 50_000}
"""Commissions moved by one unit of work: some seconds, in which SQLite lets nobody else write."""

STUCK_AFTER = timedelta(minutes=10)
"""So long nothing may run while something is due."""

ACTOR = "plugin:distribution"
_RAN = "settled"
_TABLE: Any = Commission.__table__
_OPEN = ("pending", "frozen")


def mark_due(session: Session, event: OrderSettled) -> int:
    """After-sale window over: the order's commissions are to be settled.

    Those whose receipt was missed, too.

    Returns:
        How many commissions became due; 0 when they were, or are settled.
    """
    return mark_order(session, event.order_id, event.settled_at)


def mark_order(session: Session, order_id: UUID, at: datetime) -> int:
    """Mark what is left to settle of one order as due since ``at``. Two statements."""
    ids = lock_commissions(
        session,
        _TABLE.c.order_id == order_id,
        _TABLE.c.state.in_(_OPEN),
        _TABLE.c.due_at.is_(None),
    )
    if ids:
        session.execute(sa.update(_TABLE).where(_TABLE.c.id.in_(ids)).values(due_at=at))
    return len(ids)


def settle_batch(
    session: Session, limit: int | None = None, *, touched: set[UUID] | None = None
) -> int:
    """Move due commissions that the watch has seen and nobody holds to ``available``.

    The caller commits. Rows that a refund or another worker has locked are left to a later batch.
    What a refund took wholly moves nothing, but is settled. ``touched`` gets whose they were.

    Returns:
        How many commissions were settled; 0 when nothing is due that can be had.
    """
    at = now()
    rows = _claim(session, at, limit or BATCHES[session.connection().dialect.name])
    if touched is not None:
        touched.update(row.beneficiary_id for row in rows)
    transfers = _transfers(rows)
    if transfers:
        batch = new_id()
        transfer_many(
            session,
            key=f"distribution:settle:{batch}",
            kind="commission_settled",
            reference=f"settlement:{batch}",
            actor=ACTOR,
            transfers=transfers,
            at=at,
        )
    return sum(row.commissions for row in rows)


def _claim(session: Session, at: datetime, limit: int) -> list[Any]:
    """Settle rows and sum what is left of them by beneficiary and by where it comes from."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return list(connection.execute(_CLAIM, {"at": at, "most": limit}).all())
    due = (
        sa.select(_TABLE.c.id, _TABLE.c.beneficiary_id, _TABLE.c.state, _LEFT)
        .where(
            _TABLE.c.due_at.is_not(None),
            sa.not_(_TABLE.c.is_held),
            _TABLE.c.checked_at.is_not(None),
        )
        .order_by(_TABLE.c.beneficiary_id, _TABLE.c.id)
        .limit(limit)
    )
    chosen = due.subquery()
    member, state = chosen.c.beneficiary_id, chosen.c.state
    left = sa.func.sum(chosen.c.left_fen).label("left_fen")
    count = sa.func.count().label("commissions")
    rows = list(connection.execute(sa.select(member, state, left, count).group_by(member, state)))
    if rows:  # the unit of work keeps others from writing: the same rows are found again
        same = due.with_only_columns(_TABLE.c.id).scalar_subquery()
        moved = sa.update(_TABLE).where(_TABLE.c.id.in_(same))
        connection.execute(moved.values(state="available", available_at=at, due_at=None))
    return rows


_LEFT = (_TABLE.c.amount_fen - _TABLE.c.reversed_fen).label("left_fen")
# By ``ctid``, which PostgreSQL visits in the order of the pages; a join by id reads them all. In no
# order: the few of an ordinary day come by their index, very many as they lie in the table. A row
# that changed between look and lock is not found and stays due. What was never frozen comes from
# the pending account.
_CLAIM = sa.text("""\
WITH moved AS (
  UPDATE plugin_distribution_commission
  SET state = 'available', available_at = :at, due_at = NULL
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM plugin_distribution_commission
    WHERE due_at IS NOT NULL AND NOT is_held AND checked_at IS NOT NULL
    LIMIT :most FOR UPDATE SKIP LOCKED))
  RETURNING beneficiary_id, amount_fen - reversed_fen AS left_fen,
    CASE WHEN frozen_at IS NULL THEN 'pending' ELSE 'frozen' END AS state
)
SELECT beneficiary_id, state, sum(left_fen)::bigint AS left_fen, count(*) AS commissions
FROM moved GROUP BY beneficiary_id, state
""").columns(beneficiary_id=sa.Uuid(), state=sa.String(), left_fen=sa.BigInteger())


def _transfers(rows: Iterable[Any]) -> list[Transfer]:
    return [
        Transfer(
            member_owner(row.beneficiary_id), ACCOUNT_OF_STATE[row.state], AVAILABLE, row.left_fen
        )
        for row in rows
        if row.left_fen
    ]


@dataclass(frozen=True)
class SettlementHealth:
    """Whether settlement keeps up.

    Args:
        ran_at: when the job last came to the end of a batch; ``None``: never.
        due: how many commissions wait for it.
        due_fen: what is left of them.
        due_since: when the oldest of them became due.
        held: how many are due but wait for a person.
        held_fen: what is left of those.
        is_stuck: something is due and nothing has run for :data:`STUCK_AFTER`.
    """

    ran_at: datetime | None
    due: int
    due_fen: int
    due_since: datetime | None
    held: int
    held_fen: int
    is_stuck: bool


def settlement_health(session: Session) -> SettlementHealth:
    """When settlement last ran, and what waits for it. Two statements."""
    ran_at = session.scalar(sa.select(Mark.at).where(Mark.name == _RAN))
    waiting = {
        bool(row.is_held): row
        for row in session.execute(
            sa.select(
                _TABLE.c.is_held,
                sa.func.count().label("commissions"),
                sa.func.sum(_LEFT).label("fen"),
                sa.func.min(_TABLE.c.due_at).label("since"),
            )
            .where(_TABLE.c.due_at.is_not(None))
            .group_by(_TABLE.c.is_held)
        )
    }
    due, held = waiting.get(False), waiting.get(True)
    moved_at = max(filter(None, (ran_at, due.since)), default=None) if due else None
    return SettlementHealth(
        ran_at=ran_at,
        due=due.commissions if due else 0,
        due_fen=int(due.fen or 0) if due else 0,
        due_since=due.since if due else None,
        held=held.commissions if held else 0,
        held_fen=int(held.fen or 0) if held else 0,
        is_stuck=moved_at is not None and moved_at <= now() - STUCK_AFTER,
    )


def note_run(session: Session) -> None:
    """The job has come to the end of a batch, or found nothing to do."""
    mark = insert_or(session, Mark).values(name=_RAN, at=now())
    session.connection().execute(
        mark.on_conflict_do_update(index_elements=["name"], set_={"at": mark.excluded.at})
    )
