"""Where a parcel goes, corrected by staff before it leaves."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.contacts import parse_phone
from core.kernel.errors import InvalidInput, Rejected
from core.kernel.text import squeeze
from core.members.rules import clean_address
from core.members.types import AddressForm
from core.orders.rules import NOTE_LENGTH
from core.orders.services.locking import lock_order
from core.orders.services.storing import ADDRESS_PARTS
from core.orders.services.tables import ORDER
from core.orders.services.timeline import add_entry
from core.orders.states import MONEY_IN, FulfilmentState, OrderState


def readdress(
    session: Session, order_no: str, form: AddressForm, *, reason: str, actor: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Correct the address of a paid order that has not left yet.

    The price stays as it was paid. The shopper reads the reason in the story of their order; the
    member's address book is not touched.

    Args:
        session: the unit of work.
        order_no: which order.
        form: the whole address as it should be.
        reason: told to the shopper.
        actor: who corrects it.

    Returns:
        The parts that changed, as they were and as they are.

    Raises:
        NotFound: no such order.
        InvalidInput: a part or the reason is missing, too long, or no phone number.
        Rejected: not paid, wholly refunded or shipped already, or nothing would change.
    """
    reason = squeeze(reason)
    if not reason or len(reason) > NOTE_LENGTH:
        raise InvalidInput("orders.reason", "Give a reason in a few words.", field="reason")
    form, phone = clean_address(form), parse_phone(form.phone)
    order = lock_order(session, order_no)
    is_waiting = order.fulfilment_state == FulfilmentState.PENDING
    is_paid = order.payment_state in MONEY_IN and order.state == OrderState.PLACED
    if not is_waiting or not is_paid:
        raise Rejected(
            "orders.not_addressable", "Only the address of a paid order that waits can be changed."
        )
    old = session.execute(sa.select(ORDER.c.address).where(ORDER.c.id == order.id)).scalar_one()
    new = {name: phone if name == "phone" else getattr(form, name) for name in ADDRESS_PARTS}
    changed = [name for name in ADDRESS_PARTS if old.get(name, "") != new[name]]
    if not changed:
        raise Rejected("orders.same_address", "This is the address that the order has.")
    session.execute(
        sa.update(ORDER)
        .where(ORDER.c.id == order.id)
        .values(address=new, receiver_name=new["name"], receiver_phone=new["phone"])
    )
    message = "The store corrected the address: %(reason)s"
    add_entry(session, order.id, "readdressed", message, actor=actor, params={"reason": reason})
    return ({name: old.get(name, "") for name in changed}, {name: new[name] for name in changed})
