"""The bag of a member or a guest: what lies in it, what of it can be bought, what it costs."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.orders.types import CartChange, CartView, Extensions
from core.settings.rules import StoreSettings


def member_cart(member_id: UUID) -> str:
    """Owner of a member's bag."""
    return f"member:{member_id}"


def guest_cart(visitor: str) -> str:
    """Owner of a guest's bag; ``visitor`` is the browser's random id."""
    return f"guest:{visitor}"


def add_to_cart(session: Session, owner: str, sku_id: UUID, quantity: int = 1) -> CartChange:
    """Put pieces into the bag, on top of what lies there, as far as stock and limits allow."""
    raise NotImplementedError


def set_quantity(session: Session, owner: str, sku_id: UUID, quantity: int) -> CartChange:
    """Set how many pieces of a SKU lie in the bag; 0 takes the line out."""
    raise NotImplementedError


def select_lines(
    session: Session, owner: str, sku_ids: Sequence[UUID] | None, *, selected: bool
) -> None:
    """Mark lines as to be ordered or not; ``None`` means all lines."""
    raise NotImplementedError


def remove_lines(session: Session, owner: str, sku_ids: Sequence[UUID]) -> None:
    """Take lines out of the bag; SKUs that are not in it are no error."""
    raise NotImplementedError


def merge_guest_cart(session: Session, visitor: str, member_id: UUID) -> int:
    """Move a guest's lines into the member's bag at sign-in. Returns how many lines moved."""
    raise NotImplementedError


def cart_count(session: Session, owner: str) -> int:
    """Pieces in the bag, for the icon. One statement; lines with a problem are counted too."""
    raise NotImplementedError


def cart_view(
    session: Session,
    owner: str,
    *,
    member_id: UUID | None,
    settings: StoreSettings,
    extensions: Extensions,
    province: str | None = None,
    choices: Mapping[str, str] | None = None,
) -> CartView:
    """The bag with its quote. Reads only."""
    raise NotImplementedError


def wants_view(
    session: Session,
    wants: Mapping[UUID, int],
    *,
    member_id: UUID | None,
    settings: StoreSettings,
    extensions: Extensions,
    province: str | None = None,
    choices: Mapping[str, str] | None = None,
) -> CartView:
    """“Buy now”: the same view for SKUs that do not lie in a bag. Reads only."""
    raise NotImplementedError
