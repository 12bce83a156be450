"""Reading orders: detail, a member's list, counts, the packing slip."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.kernel.paging import Page
from core.orders.states import OrderStatus
from core.orders.types import OrderSummary, OrderView, PackingSlip
from core.settings.rules import StoreSettings


def order_detail(session: Session, order_no: str, *, member_id: UUID | None = None) -> OrderView:
    """One order. With ``member_id``: only that member's, and without what is the staff's alone."""
    raise NotImplementedError


def list_orders(
    session: Session,
    member_id: UUID,
    *,
    status: OrderStatus | None = None,
    page: int = 1,
    per_page: int = 10,
) -> Page[OrderSummary]:
    """A member's orders, newest first."""
    raise NotImplementedError


def status_counts(session: Session, member_id: UUID) -> dict[OrderStatus, int]:
    """A member's orders per status, for the shortcuts of the member centre. One statement."""
    raise NotImplementedError


def packing_slip(session: Session, order_no: str, *, settings: StoreSettings) -> PackingSlip:
    """What is printed and laid in the parcel."""
    raise NotImplementedError
