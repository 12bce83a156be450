"""What waits for somebody: the figures beside the side bar's lines and the dashboard's to-dos."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Product, Sku
from core.db.outbox import DeliveryState, EventDelivery
from core.db.statements import value_of
from core.kernel.values import dataclass
from core.orders.models import AfterSale, Order
from core.orders.states import AfterSaleState, FulfilmentState, OrderState, PaymentState
from core.payments.models import Suspense
from core.payouts.models import Payout
from core.stock.models import StockLevel

TO_SHIP = sa.and_(
    Order.state == OrderState.PLACED,
    Order.payment_state.in_([PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED]),
    Order.fulfilment_state == FulfilmentState.PENDING,
)
LOW_STOCK = sa.and_(
    Sku.is_active,
    Product.state == "on_sale",
    StockLevel.on_hand - StockLevel.allocated <= StockLevel.low_at,
)


def _count(table: type, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(*where).scalar_subquery()


def _low_stock() -> sa.ScalarSelect[int]:
    joined = sa.select(sa.func.count()).select_from(StockLevel)
    joined = joined.join(Sku, Sku.id == StockLevel.sku_id)
    return joined.join(Product, Product.id == Sku.product_id).where(LOW_STOCK).scalar_subquery()


_counts = sa.select(
    _count(Order, TO_SHIP).label("to_ship"),
    _count(AfterSale, AfterSale.state == AfterSaleState.REQUESTED).label("after_sales"),
    _count(Payout, Payout.state == "requested").label("payouts"),
    _count(EventDelivery, EventDelivery.state == DeliveryState.PARKED).label("parked"),
    _count(Suspense, Suspense.state == "refunding").label("suspense"),
)


def waiting_counts(session: Session) -> dict[str, int]:
    """Figures by name, in one statement.

    Names: ``to_ship``, ``after_sales``, ``payouts``, ``parked``, ``suspense``.
    """
    return dict(session.execute(_counts).mappings().one())


@dataclass(frozen=True)
class ToDo:
    """Everything the dashboard says is waiting. Sums in fen."""

    to_ship: int
    oldest_paid_at: datetime | None
    after_sales: int
    oldest_after_sale_at: datetime | None
    payouts: int
    payouts_fen: int
    low_stock: int
    parked: int
    suspense: int


def to_do(session: Session) -> ToDo:
    """What waits for staff, in one statement."""
    is_asked = AfterSale.state == AfterSaleState.REQUESTED
    is_open_payout = Payout.state == "requested"
    total = sa.func.coalesce(sa.func.sum(Payout.amount_fen), 0)
    row = session.execute(
        sa.select(
            _count(Order, TO_SHIP),
            sa.select(sa.func.min(Order.paid_at)).where(TO_SHIP).scalar_subquery(),
            _count(AfterSale, is_asked),
            sa.select(sa.func.min(AfterSale.created_at)).where(is_asked).scalar_subquery(),
            _count(Payout, is_open_payout),
            sa.select(total).where(is_open_payout).scalar_subquery(),
            _low_stock(),
            _count(EventDelivery, EventDelivery.state == DeliveryState.PARKED),
            _count(Suspense, Suspense.state == "refunding"),
        )
    ).one()
    return value_of(ToDo, (*row[:5], int(row[5]), *row[6:]))
