"""Files of payouts that staff pay by hand: made once, fetched as often as needed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel import clock
from core.kernel.errors import NotFound, Rejected
from core.kernel.ids import new_id, new_number
from core.payouts.models import PayoutBatch, PayoutBatchLine
from core.payouts.rules import PayoutState
from core.payouts.rules.channels import MANUAL
from core.payouts.services.rows import PAYOUT_TABLE, look, move, select_payouts
from core.payouts.types import BatchLine, BatchView, PayoutView

BATCH_TABLE: Any = PayoutBatch.__table__
LINE_TABLE: Any = PayoutBatchLine.__table__
_BATCH = ("id", "batch_no", "channel", "locale", "payout_count", "net_fen", "made_by", "made_at")
MOST_LINES = 500
"""Payouts in one file; what is left goes into the next."""


def export_batch(
    session: Session,
    channel: str,
    actor: str,
    *,
    locale: str,
    payout_ids: Collection[UUID] | None = None,
) -> BatchView:
    """Put approved payouts of a channel into a new batch; from now on they are being paid.

    Two people at once never get the same payout: the later one gets what is left.

    Args:
        session: the caller's unit of work.
        channel: key of a channel that staff pay by hand.
        actor: ``staff:<uuid>``.
        locale: language of the file's first line.
        payout_ids: only these; every approved one when ``None``. At most ``MOST_LINES`` go in.

    Raises:
        NotFound: the channel is not paid by hand.
        Rejected: nothing waits to be paid.
    """
    if channel not in MANUAL:
        raise NotFound("payout.channel", "This way to be paid is not available.")
    found = _take_approved(session, channel, payout_ids)
    if not found:
        raise Rejected("payout.no_batch", "No approved payout of this channel waits to be paid.")
    at = clock.now()
    batch = BatchView(
        id=new_id(),
        batch_no=new_number(at, "B"),
        channel=channel,
        locale=locale,
        payout_count=len(found),
        net_fen=sum(payout.net_fen for payout in found),
        made_by=actor,
        made_at=at,
    )
    session.execute(sa.insert(BATCH_TABLE).values(**vars(batch)))
    for payout in found:
        move(session, payout, PayoutState.PAYING, actor=actor, at=at, batch_id=batch.id)
    rows = [
        {"batch_id": batch.id, "payout_id": payout.id, "outcome": "", "note": "", "told_at": None}
        for payout in found
    ]
    session.execute(sa.insert(LINE_TABLE), rows)
    return batch


def _take_approved(
    session: Session, channel: str, payout_ids: Collection[UUID] | None
) -> list[PayoutView]:
    """Approved payouts, locked in the order of their ids; who waited sees them as they are then."""
    query = select_payouts(
        PAYOUT_TABLE.c.state == PayoutState.APPROVED, PAYOUT_TABLE.c.channel == channel
    )
    if payout_ids is not None:
        query = query.where(PAYOUT_TABLE.c.id.in_(list(payout_ids)))
    query = query.order_by(PAYOUT_TABLE.c.id).limit(MOST_LINES).with_for_update()
    return [look(row) for row in session.execute(query)]


def find_batch(session: Session, batch_id: UUID) -> BatchView:
    """A batch.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(_batches().where(BATCH_TABLE.c.id == batch_id)).one_or_none()
    if row is None:
        raise NotFound("payout.batch", "There is no such batch.")
    return BatchView(*row)


def list_batches(session: Session, *, limit: int = 30) -> list[BatchView]:
    """The newest batches."""
    rows = session.execute(_batches().order_by(BATCH_TABLE.c.id.desc()).limit(limit))
    return [BatchView(*row) for row in rows]


def batch_lines(session: Session, batch_id: UUID) -> list[BatchLine]:
    """The payouts of a batch, oldest first: the same ones in the same order whenever asked."""
    told = sa.select(LINE_TABLE).where(LINE_TABLE.c.batch_id == batch_id)
    lines = {row.payout_id: row for row in session.execute(told)}
    query = select_payouts(
        PAYOUT_TABLE.c.id.in_(
            sa.select(LINE_TABLE.c.payout_id).where(LINE_TABLE.c.batch_id == batch_id)
        )
    )
    payouts = [look(row) for row in session.execute(query.order_by(PAYOUT_TABLE.c.id))]
    told_of = [(each, lines[each.id]) for each in payouts]
    return [BatchLine(each, row.outcome, row.note, row.told_at) for each, row in told_of]


def waiting_by_channel(session: Session) -> dict[str, tuple[int, int]]:
    """Channel that staff pay by hand → how many payouts wait for a file, and what would arrive."""
    rows = session.execute(
        sa.select(PAYOUT_TABLE.c.channel, sa.func.count(), sa.func.sum(PAYOUT_TABLE.c.net_fen))
        .where(
            PAYOUT_TABLE.c.state == PayoutState.APPROVED,
            PAYOUT_TABLE.c.channel.in_(list(MANUAL)),
        )
        .group_by(PAYOUT_TABLE.c.channel)
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}


def _batches() -> Any:
    return sa.select(*(BATCH_TABLE.c[name] for name in _BATCH))
