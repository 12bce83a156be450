"""What shoppers are told about their orders, through the message port."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.members.services import member_view
from core.messages.services import send
from core.settings.services import load_settings


def tell_shipped(
    session: Session,
    member_id: UUID,
    *,
    shipment_id: UUID,
    order_no: str,
    carrier: str,
    tracking_no: str,
) -> None:
    """Queue "your order was shipped", once per parcel, unless the store switched that off.

    It goes to the member's phone, or else to their mailbox; who has neither is told nothing. The
    message is about a contract, so it needs no consent.
    """
    settings = load_settings(session)
    member = member_view(session, member_id)
    recipient = member.phone or member.email
    if not settings.tells_shipping or recipient is None:
        return
    is_english = member.locale.startswith("en")
    send(
        session,
        key=f"order.shipped:{shipment_id}",
        channel_kind="sms" if member.phone else "email",
        recipient=recipient,
        template="order.shipped",
        params={
            "shop": (is_english and settings.shop_name_en) or settings.shop_name,
            "order_no": order_no,
            "carrier": carrier,
            "tracking_no": tracking_no,
        },
        member_id=member_id,
        locale=member.locale,
    )
