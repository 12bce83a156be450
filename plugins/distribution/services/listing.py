"""What a distributor looks up: commissions by month and order, lines of orders, customers.

Read only; each function is one statement, however many rows there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.values import dataclass
from plugins.distribution.models import Commission, Hold
from plugins.distribution.services.reports import LEFT, CommissionView, in_state, view_of

_TABLE: Any = Commission.__table__
_HOLD: Any = Hold.__table__
CUSTOMER_SORTS = ("recent", "spent", "orders")


@dataclass(frozen=True)
class Wanted:
    """What commissions are asked for; empty fields narrow nothing.

    Args:
        state: one of ``services.reports.STATES``.
        since: earned at or after this instant.
        until: earned before this one.
        number: the beginning of an order number.
    """

    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    number: str = ""


def ledger_of(
    session: Session, member_id: UUID, wanted: Wanted, *, limit: int, offset: int = 0
) -> list[CommissionView]:
    """A distributor's commissions, newest first."""
    query = sa.select(_TABLE).where(_TABLE.c.beneficiary_id == member_id)
    if wanted.state:
        query = query.where(in_state(wanted.state))
    if wanted.since is not None:
        query = query.where(_TABLE.c.accrued_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_TABLE.c.accrued_at < wanted.until)
    if wanted.number:
        query = query.where(_TABLE.c.order_no.startswith(wanted.number, autoescape=True))
    query = query.order_by(_TABLE.c.accrued_at.desc(), _TABLE.c.id.desc())
    return [view_of(row) for row in session.execute(query.limit(limit).offset(offset)).mappings()]


def lines_of(
    session: Session, member_id: UUID, order_ids: Collection[UUID]
) -> Mapping[UUID, list[CommissionView]]:
    """A distributor's commissions on each of these orders, in the order of its lines."""
    found: dict[UUID, list[CommissionView]] = defaultdict(list)
    if order_ids:
        rows = session.execute(
            sa.select(_TABLE)
            .where(_TABLE.c.beneficiary_id == member_id, _TABLE.c.order_id.in_(set(order_ids)))
            .order_by(_TABLE.c.order_line_id, _TABLE.c.level)
        )
        for row in rows.mappings():
            found[row["order_id"]].append(view_of(row))
    return found


def refusals_of(
    session: Session, member_id: UUID, order_ids: Collection[UUID]
) -> Mapping[UUID, str]:
    """Orders on which staff refused a distributor's commission, with what they wrote about it.

    What is held and not decided is in nobody's answer: it is not theirs to know.
    """
    if not order_ids:
        return {}
    rows = session.execute(
        sa.select(_HOLD.c.order_id, sa.func.max(_HOLD.c.note))
        .where(
            _HOLD.c.beneficiary_id == member_id,
            _HOLD.c.order_id.in_(set(order_ids)),
            _HOLD.c.state == "rejected",
        )
        .group_by(_HOLD.c.order_id)
    )
    return {order_id: note or "" for order_id, note in rows}


def earned_since(session: Session, member_id: UUID, since: datetime) -> int:
    """Fen earned on orders paid since then, net of what was taken back."""
    fen = session.scalar(
        sa.select(sa.func.sum(LEFT)).where(
            Commission.beneficiary_id == member_id, Commission.accrued_at >= since
        )
    )
    return int(fen or 0)


@dataclass(frozen=True)
class Customer:
    """Somebody whose orders a distributor earns on; amounts in fen, net of refunds.

    Args:
        buyer_id: who; shown with a masked name only.
        level: the nearest at which they stood.
        orders: how many orders.
        spent_fen: what they paid for goods that the distributor earned on.
        earned_fen: what the distributor earned by it.
        last_at: the newest order.
    """

    buyer_id: UUID
    level: int
    orders: int
    spent_fen: int
    earned_fen: int
    last_at: datetime


def customers_of(
    session: Session,
    member_id: UUID,
    *,
    sort: str = "recent",
    number: str = "",
    limit: int,
    offset: int = 0,
) -> list[Customer]:
    """Who bought through a distributor; an own purchase makes nobody a customer.

    Args:
        session: any session.
        member_id: the distributor.
        sort: one of :data:`CUSTOMER_SORTS`; another is the first.
        number: only who placed an order whose number begins so.
        limit: rows a page.
        offset: rows before it.
    """
    last = sa.func.max(_TABLE.c.accrued_at).label("last_at")
    orders = sa.func.count(_TABLE.c.order_id.distinct()).label("orders")
    spent = sa.func.sum(_TABLE.c.line_paid_fen - _TABLE.c.refunded_fen).label("spent_fen")
    mine = sa.and_(_TABLE.c.beneficiary_id == member_id, _TABLE.c.buyer_id != member_id)
    query = (
        sa.select(
            _TABLE.c.buyer_id,
            sa.func.min(_TABLE.c.level).label("level"),
            orders,
            spent,
            sa.func.sum(LEFT).label("earned_fen"),
            last,
        )
        .where(mine)
        .group_by(_TABLE.c.buyer_id)
    )
    if number:
        named = sa.select(_TABLE.c.buyer_id).where(
            mine, _TABLE.c.order_no.startswith(number, autoescape=True)
        )
        query = query.where(_TABLE.c.buyer_id.in_(named))
    first = {"spent": spent, "orders": orders}.get(sort, last)
    query = query.order_by(first.desc(), last.desc(), _TABLE.c.buyer_id)
    return [
        Customer(row.buyer_id, row.level, row.orders, int(row.spent_fen), int(row.earned_fen), at)
        for row in session.execute(query.limit(limit).offset(offset))
        for at in [row.last_at]
    ]
