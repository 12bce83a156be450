"""What members bought and kept: for rules that ask how much, how often, or whether at all."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.orders.services.tables import LINE, ORDER
from core.orders.states import MONEY_IN, OrderState
from core.orders.types.signals import Spending

_IS_EFFECTIVE = sa.and_(
    ORDER.c.payment_state.in_(MONEY_IN),
    ORDER.c.state.in_((OrderState.PLACED, OrderState.COMPLETED)),
)
_IS_KEPT = sa.and_(
    LINE.c.refunded_quantity < LINE.c.quantity,
    sa.or_(LINE.c.refunded_fen < LINE.c.paid_fen, LINE.c.paid_fen == 0),
)
"""Something of the line stayed with its buyer: pieces, and money for them unless it cost none."""
_IS_ORDER_KEPT = sa.func.max(sa.case((_IS_KEPT, LINE.c.paid_fen), else_=-1)) >= sa.case(
    (sa.func.max(LINE.c.paid_fen) > 0, 1), else_=0
)
"""Something of the order stayed: a gift alone does not keep an order that cost something."""


def spending_of(
    session: Session, member_ids: Collection[UUID], since: datetime | None = None
) -> dict[UUID, Spending]:
    """How many effective orders each of these members has, and what they come to. One statement.

    Effective orders are paid, not cancelled, and not wholly given back: neither all money nor all
    pieces. Every member asked for is in the answer.

    Args:
        session: any session.
        member_ids: whose.
        since: only orders paid at or after this instant.
    """
    found = {member_id: Spending() for member_id in member_ids}
    if not found:
        return {}
    each = (
        sa.select(
            ORDER.c.member_id, sa.func.sum(LINE.c.paid_fen - LINE.c.refunded_fen).label("net_fen")
        )
        .join(LINE, LINE.c.order_id == ORDER.c.id)
        .where(ORDER.c.member_id.in_(list(found)), _IS_EFFECTIVE)
        .group_by(ORDER.c.id, ORDER.c.member_id)
        .having(_IS_ORDER_KEPT)
    )
    if since is not None:
        each = each.where(ORDER.c.paid_at >= since)
    one = each.subquery()
    rows = session.execute(
        sa.select(one.c.member_id, sa.func.count(), sa.func.sum(one.c.net_fen)).group_by(
            one.c.member_id
        )
    )
    found.update({member_id: Spending(count, int(net)) for member_id, count, net in rows})
    return found


def has_bought(session: Session, member_id: UUID, product_ids: Collection[UUID]) -> bool:
    """Whether a member bought and kept at least one of these products. One statement.

    Only lines of effective orders count, and of those none that was wholly given back.
    """
    if not product_ids:
        return False
    row = session.execute(
        sa.select(LINE.c.id)
        .join(ORDER, ORDER.c.id == LINE.c.order_id)
        .where(
            ORDER.c.member_id == member_id,
            LINE.c.product_id.in_(set(product_ids)),
            _IS_EFFECTIVE,
            _IS_KEPT,
        )
        .limit(1)
    ).first()
    return row is not None


def buyer_ids(since: datetime | None = None, until: datetime | None = None) -> sa.Select[UUID]:
    """A selection of the ids of members with an effective order, to be used inside another one.

    Orders count as in :func:`spending_of`, but what pieces came back is not asked: an order whose
    money stayed counts. A member stands in it once for each order.

    Args:
        since: only orders paid at or after this instant.
        until: only orders paid before this one.
    """
    chosen = sa.select(ORDER.c.member_id).where(_IS_EFFECTIVE)
    if since is not None:
        chosen = chosen.where(ORDER.c.paid_at >= since)
    if until is not None:
        chosen = chosen.where(ORDER.c.paid_at < until)
    return chosen


def sales_between(session: Session, since: datetime, until: datetime) -> tuple[int, int]:
    """Fen kept of orders paid from ``since`` to before ``until``, and how many they are.

    Freight is in it. One statement.
    """
    row = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(ORDER.c.paid_fen - ORDER.c.refunded_fen), 0),
            sa.func.count(),
        ).where(ORDER.c.paid_at >= since, ORDER.c.paid_at < until)
    ).one()
    return int(row[0]), row[1]
