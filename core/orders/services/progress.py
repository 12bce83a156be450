"""Where orders and their lines stand, for those who follow them from outside: plugins."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared, one_of
from core.media.models import Media
from core.media.services import PICTURE_COLUMNS, picture_of
from core.orders.models import AfterSale, Order, OrderLine
from core.orders.states import MONEY_IN, AfterSaleState, OrderState
from core.orders.types.progress import LineLabel, LineProgress, OrderProgress

_order: Any = Order.__table__
_line: Any = OrderLine.__table__


def progress_of(session: Session, order_ids: Collection[UUID]) -> list[OrderProgress]:
    """Where each of these orders stands, in the order of their ids. One statement."""
    if not order_ids:
        return []
    rows = session.execute(
        sa.select(
            _order.c.id,
            _order.c.received_at,
            _order.c.settled_at,
            _line.c.id,
            _line.c.refunded_fen,
            _line.c.paid_fen,
            _line.c.refunded_quantity,
        )
        .join(_line, _line.c.order_id == _order.c.id)
        .where(_order.c.id.in_(list(order_ids)))
        .order_by(_order.c.id, _line.c.position)
    )
    times: dict[UUID, tuple[datetime | None, datetime | None]] = {}
    lines: dict[UUID, list[LineProgress]] = {}
    for order_id, received_at, settled_at, *line in rows:
        times[order_id] = received_at, settled_at
        lines.setdefault(order_id, []).append(LineProgress(*line))
    return [
        OrderProgress(order_id, *when, tuple(lines[order_id])) for order_id, when in times.items()
    ]


def refunded_orders(
    session: Session, *, since: datetime, after: UUID | None = None, limit: int = 500
) -> Sequence[UUID]:
    """Orders of which something was refunded at or after ``since``, by id.

    Args:
        session: any session.
        since: an instant.
        after: the last id of the batch before.
        limit: ids a batch.
    """
    query = (
        sa.select(AfterSale.order_id)
        .where(AfterSale.state == AfterSaleState.REFUNDED, AfterSale.closed_at >= since)
        .group_by(AfterSale.order_id)
        .order_by(AfterSale.order_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(AfterSale.order_id > after)
    return session.scalars(query).all()


def line_labels(session: Session, line_ids: Collection[UUID]) -> dict[UUID, LineLabel]:
    """What was sold on each of these lines, with its picture. One statement."""
    if not line_ids:
        return {}
    rows = session.execute(
        sa.select(_line.c.id, _line.c.title, _line.c.options, _line.c.quantity, *PICTURE_COLUMNS)
        .outerjoin(Media, Media.id == _line.c.picture_id)
        .where(_line.c.id.in_(set(line_ids)))
    )
    return {
        row[0]: LineLabel(row[0], row[1], row[2] or {}, row[3], picture_of(row[4:])) for row in rows
    }


def has_order(session: Session, member_id: UUID) -> bool:
    """Whether a member has an order that was paid or still waits for its payment. One statement.

    What was cancelled or expired before it was paid does not count; what was refunded does.
    """
    return _HAS_ORDER.first(session, {"member_id": member_id}) is not None


def is_buyer(member_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Whether a member has an effective order, as a condition inside another statement.

    Effective orders are paid, not cancelled, and not given back whole.

    Args:
        member_id: a column, or a value given by name (``sa.bindparam``).
    """
    return sa.exists().where(
        _order.c.member_id == member_id,
        one_of(_order.c.payment_state, MONEY_IN),
        one_of(_order.c.state, (OrderState.PLACED, OrderState.COMPLETED)),
    )


_HAS_ORDER = Prepared(
    sa.select(_order.c.id)
    .where(
        _order.c.member_id == sa.bindparam("member_id", type_=_order.c.member_id.type),
        sa.or_(
            _order.c.paid_at.is_not(None),
            sa.and_(_order.c.state == OrderState.PLACED, _order.c.paid_at.is_(None)),
        ),
    )
    .limit(sa.literal_column("1"))
)
