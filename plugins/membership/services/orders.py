"""Growth of orders, driven by their facts: worked out when paid, booked once it counts.

What an order gives is frozen when it is paid: rate and the buyer's multiplier of that moment. A
refund takes back the share of its lines, and in the end all that was given.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import Prepared
from core.api.events import OrderPaid, OrderReceived, OrderRefunded, OrderSettled
from core.api.orders import OrderProgress, progress_of, refunded_orders
from core.api.values import dataclass
from plugins.membership.models import Mark, OrderGrowth
from plugins.membership.rules.growth import order_growth, taken_back
from plugins.membership.rules.programme import CountsAt, Task
from plugins.membership.services import tasks
from plugins.membership.services.accounts import ACTOR
from plugins.membership.services.benefits import multiplier_bps
from plugins.membership.services.documents import rules_of
from plugins.membership.services.growth import Change, apply, follow
from plugins.membership.services.standings import Move, lock_member

BATCH = 500
_OVERLAP = timedelta(hours=1)
_MARK = "reconciled"
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_NAMES = (
    *("order_line_id", "order_id", "order_no", "member_id", "quantity", "returned", "paid_fen"),
    *("refunded_fen", "growth", "taken", "paid_at"),
)
_INSERT = Prepared(sa.insert(OrderGrowth), _NAMES)
_KNOWN = Prepared(
    sa.select(OrderGrowth.order_line_id)
    .where(OrderGrowth.order_id == sa.bindparam("order_id"))
    .limit(1)
)
_LINES = sa.select(OrderGrowth).order_by(OrderGrowth.order_line_id)


@dataclass(frozen=True)
class Returned:
    """What went back of a line so far, in fen and in pieces."""

    refunded_fen: int
    pieces: int


def work_out(session: Session, event: OrderPaid) -> int:
    """What a paid order will give, line by line; nothing is booked yet.

    Returns:
        Growth of the whole order; 0 when it was worked out before.
    """
    if _KNOWN.first(session, {"order_id": event.order_id}) is not None:
        return 0
    multiplier = multiplier_bps(session, event.member_id)
    parts = order_growth(
        [line.paid_fen for line in event.lines], rules_of(session).rate, multiplier
    )
    _INSERT.many(
        session,
        [
            {
                "order_line_id": line.line_id,
                "order_id": event.order_id,
                "order_no": event.order_no,
                "member_id": event.member_id,
                "quantity": line.quantity,
                "returned": 0,
                "paid_fen": line.paid_fen,
                "refunded_fen": 0,
                "growth": growth,
                "taken": 0,
                "paid_at": event.paid_at,
            }
            for line, growth in zip(event.lines, parts, strict=True)
        ],
    )
    return sum(parts)


def received(session: Session, event: OrderReceived) -> int:
    """Goods received: growth counts, unless the rules wait for the after-sale window."""
    if rules_of(session).counts_at != CountsAt.RECEIVED:
        return 0
    return count(session, event.order_id, event.received_at)


def settled(session: Session, event: OrderSettled) -> int:
    """The after-sale window is over: growth counts, whatever the rules said when goods came."""
    return count(session, event.order_id, event.settled_at)


def count(session: Session, order_id: UUID, at: datetime) -> int:
    """Book what is left of an order's growth, once, and let the tier follow.

    Returns:
        Growth that was given.
    """
    rows = _locked(session, order_id)
    if not rows or rows[0].counted_at is not None:
        return 0
    for row in rows:
        row.counted_at = at
    session.flush()
    given = sum(row.growth - row.taken for row in rows)
    is_kept = _is_kept(rows)
    first = rows[0]
    if given:
        apply(session, first.member_id, _change("order", order_id, first.order_no, given, at))
    elif is_kept:
        place = lock_member(session, first.member_id)
        follow(session, place, Move("growth", ACTOR), is_loss=False)
    if is_kept:
        tasks.complete(session, first.member_id, Task.FIRST_ORDER, order_no=first.order_no)
    return given


def _is_kept(rows: Sequence[OrderGrowth]) -> bool:
    """Whether anything paid is left of an order; of one that cost nothing: any piece."""
    if any(row.paid_fen for row in rows):
        return any(row.refunded_fen < row.paid_fen for row in rows)
    return any(row.returned < row.quantity for row in rows)


def _change(
    kind: str, order_id: UUID, order_no: str, amount: int, at: datetime, key: str = ""
) -> Change:
    return Change(
        key=key or f"membership:{kind}:{order_id}",
        kind=kind,
        amount=amount,
        reference=f"order:{order_id}",
        order_no=order_no,
        at=at,
    )


def _locked(session: Session, order_id: UUID) -> Sequence[OrderGrowth]:
    query = _LINES.where(OrderGrowth.order_id == order_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def refunded(session: Session, event: OrderRefunded) -> int:
    """Money went back: so does its share of what the order gives. Returns the growth taken."""
    back = {line.line_id: Returned(line.line_refunded_fen, line.quantity) for line in event.lines}
    return take_back(
        session,
        event.order_id,
        back,
        key=f"membership:refund:{event.after_sale_id}",
        at=event.at,
        adds_pieces=True,
    )


def take_back(
    session: Session,
    order_id: UUID,
    back: Mapping[UUID, Returned],
    *,
    key: str,
    at: datetime,
    adds_pieces: bool = False,
) -> int:
    """Bring lines to what went back of them; what was booked of that is booked back.

    Args:
        session: unit of work.
        order_id: the order.
        back: totals by line; a total that is known already changes nothing.
        key: of the journal.
        at: when the money went back.
        adds_pieces: ``pieces`` are those of one refund, to be added.

    Returns:
        Growth taken from the member; 0 as long as nothing was booked.
    """
    rows = _locked(session, order_id)
    changed = [row for row in rows if row.order_line_id in back]
    growth = sum(_shrink(row, back[row.order_line_id], adds_pieces) for row in changed)
    session.flush()
    if not changed or rows[0].counted_at is None:
        return 0
    first = rows[0]
    if growth:
        change = _change("refund", order_id, first.order_no, -growth, at, key)
        apply(session, first.member_id, change)
    else:
        place = lock_member(session, first.member_id)
        follow(session, place, Move("refund", ACTOR), is_loss=True)
    if not _is_kept(rows):
        tasks.undo(session, first.member_id, Task.FIRST_ORDER, first.order_no, at)
    return growth


def _shrink(row: OrderGrowth, back: Returned, adds_pieces: bool) -> int:
    """Write down what went back of a line; how much more of its growth is gone by it."""
    if row.paid_fen and back.refunded_fen <= row.refunded_fen:
        return 0
    pieces = row.returned + back.pieces if adds_pieces else max(row.returned, back.pieces)
    row.returned = min(pieces, row.quantity)
    row.refunded_fen = min(max(back.refunded_fen, row.refunded_fen), row.paid_fen)
    taken = taken_back(row.growth, row.refunded_fen, row.paid_fen)
    gone, row.taken = taken - row.taken, taken
    return gone


def open_orders(session: Session, after: UUID | None, limit: int = BATCH) -> Sequence[UUID]:
    """Orders whose growth does not count yet, by id, a batch after ``after``."""
    query = (
        sa.select(OrderGrowth.order_id)
        .where(OrderGrowth.counted_at.is_(None))
        .group_by(OrderGrowth.order_id)
        .order_by(OrderGrowth.order_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(OrderGrowth.order_id > after)
    return session.scalars(query).all()


def orders_to_check(session: Session, after: UUID | None, limit: int = BATCH) -> Sequence[UUID]:
    """Orders refunded since the last complete run, by id, a batch after ``after``."""
    at = session.scalar(sa.select(Mark.at).where(Mark.name == _MARK))
    since = at - _OVERLAP if at else _BEGINNING
    return refunded_orders(session, since=since, after=after, limit=limit)


def remember_run(session: Session, started_at: datetime) -> None:
    """Every order was looked at by a run that began then; the next one starts from there."""
    mark = session.get(Mark, _MARK)
    if mark is None:
        session.add(Mark(name=_MARK, at=started_at))
    else:
        mark.at = started_at
    session.flush()


def catch_up(session: Session, order_ids: Sequence[UUID]) -> int:
    """Bring growth to where these orders stand: their facts may have passed while we were off.

    Orders that were paid while the plugin was off give nothing.

    Returns:
        How many orders needed anything.
    """
    if not order_ids:
        return 0
    query: Any = sa.select(
        OrderGrowth.order_line_id, OrderGrowth.order_id, OrderGrowth.refunded_fen,
        OrderGrowth.counted_at,
    ).where(OrderGrowth.order_id.in_(list(order_ids)))  # fmt: skip
    known = session.execute(query).all()
    if not known:
        return 0
    waiting = {row.order_id for row in known if row.counted_at is None}
    fen = {row.order_line_id: row.refunded_fen for row in known}
    counts_at = rules_of(session).counts_at
    return sum(
        _catch_up_one(session, each, each.order_id in waiting, fen, counts_at)
        for each in progress_of(session, sorted({row.order_id for row in known}))
    )


def _catch_up_one(
    session: Session,
    order: OrderProgress,
    is_waiting: bool,
    known_fen: Mapping[UUID, int],
    counts_at: CountsAt,
) -> bool:
    back = {
        line.line_id: Returned(line.refunded_fen, line.returned)
        for line in order.lines
        if line.refunded_fen > known_fen.get(line.line_id, line.refunded_fen)
    }
    if back:
        total = sum(line.refunded_fen for line in order.lines)
        key = f"membership:catch_up:{order.order_id}:{total}"
        take_back(session, order.order_id, back, key=key, at=now())
    at = order.received_at if counts_at == CountsAt.RECEIVED else order.settled_at
    at = at or order.settled_at
    if is_waiting and at is not None:
        count(session, order.order_id, at)
        return True
    return bool(back)
