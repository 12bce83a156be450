"""After-sale, the asking side: what can go back, and a wish for it.

What can still be asked of a line is what was paid for it less refunds and open wishes, so several
wishes at once never ask for more than there is. The order is locked while a wish is made.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from core.kernel.clock import now
from core.kernel.errors import Rejected
from core.media.services import picture_views
from core.orders.rules import can_ask_refund, tidy_note
from core.orders.services.left import left_freight, left_lines
from core.orders.services.locking import lock_order, read_order
from core.orders.services.wishes import (
    NOTE_LENGTH,
    Wish,
    checked_lines,
    checked_reason,
    is_whole,
    open_wish,
    shares_of,
)
from core.orders.states import MONEY_IN, AfterSaleKind, FulfilmentState
from core.orders.types import AfterSaleOffer, OfferLine


def after_sale_offer(
    session: Session, order_no: str, *, member_id: UUID | None = None
) -> AfterSaleOffer:
    """What can still be asked back of an order; open after-sales are taken off.

    Raises:
        NotFound: no such order, or not this ``member_id``'s.
    """
    order = read_order(session, order_no, member_id)
    lines = left_lines(session, order.id)
    pictures = picture_views(session, [line.picture_id for line in lines if line.picture_id])
    return AfterSaleOffer(
        order_id=order.id,
        order_no=order.order_no,
        lines=tuple(
            OfferLine(
                line_id=line.line_id,
                title=line.title,
                options=line.options,
                picture=pictures.get(line.picture_id) if line.picture_id else None,
                quantity=line.quantity,
                left_quantity=line.left.quantity,
                left_fen=line.left.amount_fen,
            )
            for line in lines
        ),
        left_freight_fen=left_freight(session, order),
        is_shipped=order.fulfilment_state != FulfilmentState.PENDING,
    )


def request_after_sale(
    session: Session,
    *,
    member_id: UUID,
    order_no: str,
    kind: AfterSaleKind,
    wants: Mapping[UUID, int],
    reason: str,
    note: str = "",
    amounts: Mapping[UUID, int] | None = None,
) -> UUID:
    """A shopper asks for money back. Settlement of the order waits while the wish is open.

    A line's amount is the share of its pieces in what is left of it, so returning a line piece by
    piece gives back exactly what was paid. Freight comes back only when all of it does, unsent.

    Args:
        session: the unit of work.
        member_id: whose order it must be.
        order_no: which order.
        kind: money only, or goods come back.
        wants: order line → pieces. For money only pieces may be 0; ``amounts`` then says how much.
        reason: short text or catalogue entry, at most 40 characters.
        note: the shopper's words, cut at 300 characters.
        amounts: order line → fen, at most the pieces' share (0 pieces: at most what is left).

    Returns:
        Id of the after-sale.

    Raises:
        NotFound: no such order of this member, or no such line in it.
        Rejected: not paid, the time for it is over, or more is asked than is left.
    """
    order = lock_order(session, order_no, member_id)
    if not can_ask_refund(order.payment_state, order.settled_at, order.aftersale_until, now()):
        raise Rejected("after_sale.closed", "The time to ask for money back is over.")
    lines = left_lines(session, order.id)
    chosen = shares_of(lines, wants, amounts or {}, is_generous=False)
    freight = 0
    if order.fulfilment_state == FulfilmentState.PENDING and is_whole(lines, chosen):
        freight = left_freight(session, order)
    wish = Wish(
        kind=kind,
        lines=checked_lines(chosen, kind),
        freight_fen=freight,
        reason=checked_reason(reason),
        note=tidy_note(note, NOTE_LENGTH),
        actor=f"member:{member_id}",
    )
    return open_wish(session, order, wish)


def open_by_staff(
    session: Session,
    *,
    order_no: str,
    kind: AfterSaleKind,
    wants: Mapping[UUID, int],
    reason: str,
    actor: str,
    note: str = "",
    amounts: Mapping[UUID, int] | None = None,
    freight_fen: int = 0,
) -> UUID:
    """Staff opens an after-sale for a shopper: goodwill, also after the window or settlement.

    Never more than what was paid and is left. It still has to be approved.

    Args:
        session: the unit of work.
        order_no: which order.
        kind: money only, or goods come back.
        wants: order line → pieces; 0 pieces with an amount is money only.
        reason: short text or catalogue entry, at most 40 characters.
        actor: the staff member.
        note: cut at 300 characters; the shopper reads it.
        amounts: order line → fen, at most what is left of the line; missing: the pieces' share.
        freight_fen: freight to give back, at most what is left of it.

    Raises:
        NotFound: no such order, or no such line in it.
        Rejected: not paid, or more than is left.
    """
    order = lock_order(session, order_no)
    if order.payment_state not in MONEY_IN:
        raise Rejected("after_sale.not_paid", "This order holds no money to give back.")
    chosen = shares_of(left_lines(session, order.id), wants, amounts or {}, is_generous=True)
    if freight_fen:
        check_freight(freight_fen, left_freight(session, order))
    wish = Wish(
        kind=kind,
        lines=checked_lines(chosen, kind, has_freight=freight_fen > 0),
        freight_fen=freight_fen,
        reason=checked_reason(reason),
        note=tidy_note(note, NOTE_LENGTH),
        actor=actor,
    )
    return open_wish(session, order, wish)


def check_freight(freight_fen: int, left_fen: int) -> int:
    """Freight that staff gives back.

    Raises:
        Rejected: negative, or more than is left.
    """
    if not 0 <= freight_fen <= left_fen:
        raise Rejected(
            "after_sale.freight",
            "At most %(left_fen)s of the freight can go back.",
            left_fen=left_fen,
        )
    return freight_fen
