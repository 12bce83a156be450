"""Finding orders and after-sales in admin, and taking them out as CSV."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core.kernel.paging import Page
from core.orders.states import AfterSaleState, OrderStatus
from core.orders.types import AfterSaleView, OrderFilter, OrderSummary


def search_orders(
    session: Session, wanted: OrderFilter, *, page: int = 1, per_page: int = 20
) -> Page[OrderSummary]:
    """Orders of the whole store, newest first."""
    raise NotImplementedError


def order_counts(session: Session) -> dict[OrderStatus, int]:
    """Orders of the whole store per status, for admin's tabs."""
    raise NotImplementedError


def export_orders(session: Session, wanted: OrderFilter) -> Iterator[str]:
    """CSV text, one line an order line, formulas escaped; streams."""
    raise NotImplementedError


def list_after_sales(
    session: Session,
    *,
    state: AfterSaleState | None = None,
    member_id: UUID | None = None,
    page: int = 1,
    per_page: int = 20,
) -> Page[AfterSaleView]:
    """After-sales of the store, or of one member, newest first."""
    raise NotImplementedError
