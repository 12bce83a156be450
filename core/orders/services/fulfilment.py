"""Parcels: shipped by staff, received by the shopper or by time."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.settings.rules import StoreSettings


def ship(session: Session, order_no: str, *, carrier: str, tracking_no: str, actor: str) -> None:
    """Send the parcel of a paid order; a second parcel of a shipped order only adds its number."""
    raise NotImplementedError


def confirm_receipt(
    session: Session,
    order_no: str,
    *,
    actor: str,
    settings: StoreSettings,
    member_id: UUID | None = None,
) -> None:
    """The parcel arrived; the after-sale window opens. With ``member_id``: only that member's."""
    raise NotImplementedError


def auto_receive(session: Session, *, settings: StoreSettings, limit: int = 200) -> int:
    """Receive orders shipped ``auto_receive_days`` ago; returns how many."""
    raise NotImplementedError
