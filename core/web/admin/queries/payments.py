"""Money beside an order, and what gateways said: for reading only."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import NotFound
from core.kernel.paging import Page
from core.kernel.values import dataclass
from core.orders.models import Order
from core.payments.models import GatewayNotice, PaymentAttempt, Refund, Suspense


@dataclass(frozen=True)
class SuspenseRow:
    """Money that fits no order as it should. Amounts in fen."""

    id: UUID
    kind: str
    amount_fen: int
    state: str
    at: datetime
    payment_no: str
    gateway: str
    order_no: str


@dataclass(frozen=True)
class NoticeRow:
    """A callback as it came."""

    id: UUID
    gateway: str
    payment_no: str
    is_genuine: bool
    outcome: str
    body: dict[str, Any]
    at: datetime
    order_no: str | None


def refund_place(session: Session, refund_id: UUID) -> tuple[str, str]:
    """Number of a refund's order, and the gateway its money came by. One statement.

    Raises:
        NotFound: no such refund.
    """
    row = session.execute(
        sa.select(Order.order_no, PaymentAttempt.gateway)
        .join(Refund, Refund.order_id == Order.id)
        .join(PaymentAttempt, PaymentAttempt.id == Refund.attempt_id)
        .where(Refund.id == refund_id)
    ).one_or_none()
    if row is None:
        raise NotFound("refund.unknown", "There is no such refund.")
    return row[0], row[1]


def suspense_of(session: Session, order_id: UUID) -> list[SuspenseRow]:
    """Money in suspense from one order's attempts. One statement."""
    rows = session.execute(_suspense().where(PaymentAttempt.order_id == order_id))
    return [SuspenseRow(*row) for row in rows]


def suspense_rows(
    session: Session, *, states: Collection[str] = (), page: int = 1, per_page: int = 20
) -> Page[SuspenseRow]:
    """All money in suspense, newest first. Two statements."""
    wanted = _suspense()
    count = sa.select(sa.func.count()).select_from(Suspense)
    if states:
        wanted = wanted.where(Suspense.state.in_(states))
        count = count.where(Suspense.state.in_(states))
    rows = session.execute(
        wanted.order_by(Suspense.id.desc()).limit(per_page).offset((page - 1) * per_page)
    )
    items = tuple(SuspenseRow(*row) for row in rows)
    return Page(items, session.scalar(count) or 0, page, per_page)


def _suspense() -> Any:
    return (
        sa.select(
            Suspense.id,
            Suspense.kind,
            Suspense.amount_fen,
            Suspense.state,
            Suspense.at,
            PaymentAttempt.payment_no,
            PaymentAttempt.gateway,
            Order.order_no,
        )
        .join(PaymentAttempt, PaymentAttempt.id == Suspense.attempt_id)
        .join(Order, Order.id == PaymentAttempt.order_id)
    )


def notice_rows(
    session: Session, *, query: str = "", only_odd: bool = False, page: int = 1, per_page: int = 20
) -> Page[NoticeRow]:
    """Callbacks, newest first. ``only_odd``: those that were not genuine. Two statements."""
    wanted = (
        sa.select(
            GatewayNotice.id,
            GatewayNotice.gateway,
            GatewayNotice.payment_no,
            GatewayNotice.is_genuine,
            GatewayNotice.outcome,
            GatewayNotice.body,
            GatewayNotice.at,
            Order.order_no,
        )
        .outerjoin(PaymentAttempt, PaymentAttempt.payment_no == GatewayNotice.payment_no)
        .outerjoin(Order, Order.id == PaymentAttempt.order_id)
    )
    where: list[sa.ColumnElement[bool]] = []
    if query:
        where.append(GatewayNotice.payment_no.contains(query, autoescape=True))
    if only_odd:
        where.append(sa.not_(GatewayNotice.is_genuine))
    count = sa.select(sa.func.count()).select_from(GatewayNotice).where(*where)
    rows = session.execute(
        wanted.where(*where)
        .order_by(GatewayNotice.at.desc(), GatewayNotice.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    items = tuple(NoticeRow(*row) for row in rows)
    return Page(items, session.scalar(count) or 0, page, per_page)
