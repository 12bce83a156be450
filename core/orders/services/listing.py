"""Lists of orders: one page of any choice, and counts per status."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.paging import Page
from core.members.models import Member
from core.orders.rules import order_status
from core.orders.services.lines import line_views
from core.orders.services.statuses import is_status
from core.orders.services.tables import ORDER, Row
from core.orders.states import FulfilmentState, OrderState, OrderStatus, PaymentState
from core.orders.types import OrderLineView, OrderSummary

PER_PAGE_LIMIT = 100

_member = Member.__table__
SUMMARY = sa.select(
    ORDER.c.id,
    ORDER.c.order_no,
    ORDER.c.member_id,
    ORDER.c.state,
    ORDER.c.payment_state,
    ORDER.c.fulfilment_state,
    ORDER.c.total_fen,
    ORDER.c.refunded_fen,
    ORDER.c.receiver_name,
    ORDER.c.placed_at,
    ORDER.c.expires_at,
    ORDER.c.paid_at,
    ORDER.c.open_after_sales,
    _member.c.nickname,
    _member.c.phone,
).join(_member, _member.c.id == ORDER.c.member_id)
"""Orders with their member, to be narrowed and paged."""


def order_page(
    session: Session, wanted: Sequence[sa.ColumnElement[bool]], page: int, per_page: int
) -> Page[OrderSummary]:
    """One page of the wanted orders, newest first, in four statements whatever its size."""
    number, per_page = max(1, page), max(1, min(per_page, PER_PAGE_LIMIT))
    connection = session.connection()
    counted = sa.select(sa.func.count()).select_from(sa.join(ORDER, _member))
    total = connection.scalar(counted.where(*wanted)) or 0
    query = (
        SUMMARY.where(*wanted)
        .order_by(ORDER.c.placed_at.desc(), ORDER.c.id.desc())
        .limit(per_page)
        .offset((number - 1) * per_page)
    )
    rows = connection.execute(query).all()
    return Page(summaries(session, rows), total, number, per_page)


def summaries(session: Session, rows: Sequence[Row]) -> tuple[OrderSummary, ...]:
    """Rows of :data:`SUMMARY` with their lines."""
    lines = line_views(session, [row.id for row in rows])
    return tuple(_summary(row, lines.get(row.id, ())) for row in rows)


def counts(session: Session, wanted: Sequence[sa.ColumnElement[bool]]) -> dict[OrderStatus, int]:
    """How many of the wanted orders stand at each status, in one statement."""
    columns = [
        sa.func.count(sa.case((is_status(status), 1))).label(status.value) for status in OrderStatus
    ]
    row = session.connection().execute(sa.select(*columns).select_from(ORDER).where(*wanted)).one()
    return dict(zip(OrderStatus, row, strict=True))


def _summary(row: Row, lines: tuple[OrderLineView, ...]) -> OrderSummary:
    return OrderSummary(
        order_id=row.id,
        order_no=row.order_no,
        member_id=row.member_id,
        nickname=row.nickname,
        phone=row.phone or "",
        status=order_status(row.state, row.payment_state, row.fulfilment_state),
        state=OrderState(row.state),
        payment_state=PaymentState(row.payment_state),
        fulfilment_state=FulfilmentState(row.fulfilment_state),
        total_fen=row.total_fen,
        refunded_fen=row.refunded_fen,
        pieces=sum(line.quantity for line in lines),
        lines=lines,
        receiver=row.receiver_name,
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        has_open_after_sale=row.open_after_sales > 0,
    )


def of_member(member_id: UUID) -> sa.ColumnElement[bool]:
    """Orders of one member."""
    return ORDER.c.member_id == member_id
