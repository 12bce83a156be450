"""After-sale, the asking side: what can go back, and a wish for it.

What can still be asked of a line is what was paid for it less refunds and open wishes, so several
wishes at once never ask for more than there is. The order is locked while a wish is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound, Rejected
from core.kernel.ids import new_id, new_number
from core.kernel.money import format_yuan
from core.kernel.text import squeeze
from core.media.services import picture_views
from core.orders.events import AfterSaleOpened
from core.orders.rules import RefundShare, can_ask_refund, is_whole_order, refund_share, tidy_note
from core.orders.services.left import LeftLine, left_freight, left_lines
from core.orders.services.locking import lock_order, read_order
from core.orders.services.tables import AFTER_SALE, AFTER_SALE_LINE, ORDER, Row
from core.orders.services.timeline import add_entries, entry_row
from core.orders.states import MONEY_IN, AfterSaleKind, AfterSaleState, FulfilmentState
from core.orders.types import AfterSaleOffer, OfferLine

REASON_LENGTH = 40
NOTE_LENGTH = 300

_insert = sa.insert(AFTER_SALE)
_insert_line = sa.insert(AFTER_SALE_LINE)
_one_more = (
    sa.update(ORDER)
    .where(ORDER.c.id == sa.bindparam("order"))
    .values(open_after_sales=ORDER.c.open_after_sales + 1)
)


@dataclass(frozen=True)
class _Wish:
    """What is asked for, checked against what is left."""

    kind: AfterSaleKind
    lines: Sequence[tuple[LeftLine, RefundShare]]
    freight_fen: int
    reason: str
    note: str
    actor: str

    @property
    def amount_fen(self) -> int:
        return self.freight_fen + sum(share.amount_fen for _, share in self.lines)


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
    chosen = _shares(lines, wants, amounts or {}, is_generous=False)
    freight = 0
    if order.fulfilment_state == FulfilmentState.PENDING and _is_whole(lines, chosen):
        freight = left_freight(session, order)
    wish = _Wish(
        kind=kind,
        lines=_checked(chosen, kind),
        freight_fen=freight,
        reason=_checked_reason(reason),
        note=tidy_note(note, NOTE_LENGTH),
        actor=f"member:{member_id}",
    )
    return _open(session, order, wish)


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
    chosen = _shares(left_lines(session, order.id), wants, amounts or {}, is_generous=True)
    if freight_fen:
        check_freight(freight_fen, left_freight(session, order))
    wish = _Wish(
        kind=kind,
        lines=_checked(chosen, kind, has_freight=freight_fen > 0),
        freight_fen=freight_fen,
        reason=_checked_reason(reason),
        note=tidy_note(note, NOTE_LENGTH),
        actor=actor,
    )
    return _open(session, order, wish)


def check_freight(freight_fen: int, left_fen: int) -> int:
    """Freight that staff gives back.

    Raises:
        Rejected: negative, or more than is left.
    """
    if not 0 <= freight_fen <= left_fen:
        raise Rejected(
            "after_sale.freight",
            "At most ¥%(left)s of the freight can go back.",
            left=format_yuan(left_fen),
        )
    return freight_fen


def _shares(
    lines: Sequence[LeftLine],
    wants: Mapping[UUID, int],
    amounts: Mapping[UUID, int],
    *,
    is_generous: bool,
) -> list[tuple[LeftLine, RefundShare]]:
    """What each named line gives back. A shopper gets at most the share of the pieces."""
    known = {line.line_id for line in lines}
    if not known >= {*wants, *amounts}:
        raise NotFound("after_sale.line", "This line is not part of the order.")
    shares = []
    for line in lines:
        if line.line_id not in wants and line.line_id not in amounts:
            continue
        quantity, amount = wants.get(line.line_id, 0), amounts.get(line.line_id)
        share = refund_share(line.left, quantity, amount)
        usual = refund_share(line.left, quantity)
        if quantity and not is_generous and share.amount_fen > usual.amount_fen:
            share = usual
        shares.append((line, share))
    return shares


def _is_whole(lines: Sequence[LeftLine], chosen: Sequence[tuple[LeftLine, RefundShare]]) -> bool:
    shares = {line.line_id: share for line, share in chosen}
    nothing = RefundShare(0, 0)
    return is_whole_order(
        [line.left for line in lines], [shares.get(line.line_id, nothing) for line in lines]
    )


def _checked(
    chosen: Sequence[tuple[LeftLine, RefundShare]],
    kind: AfterSaleKind,
    *,
    has_freight: bool = False,
) -> list[tuple[LeftLine, RefundShare]]:
    """Drop empty lines; refuse a wish for nothing, and a return without pieces."""
    kept = [(line, share) for line, share in chosen if share.quantity or share.amount_fen]
    has_pieces = all(share.quantity for _, share in kept)
    if not (kept or has_freight) or (kind == AfterSaleKind.RETURN and not has_pieces):
        raise Rejected("after_sale.nothing", "Choose what should go back.")
    return kept


def _checked_reason(reason: str) -> str:
    tidy = squeeze(reason)
    if not 0 < len(tidy) <= REASON_LENGTH:
        raise InvalidInput("after_sale.reason", "Choose a reason.", field="reason")
    return tidy


def _open(session: Session, order: Row, wish: _Wish) -> UUID:
    at, after_sale_id = now(), new_id()
    connection = session.connection()
    connection.execute(
        _insert,
        {
            "id": after_sale_id,
            "after_sale_no": new_number(at, "A"),
            "order_id": order.id,
            "member_id": order.member_id,
            "kind": wish.kind,
            "state": AfterSaleState.REQUESTED,
            "reason": wish.reason,
            "note": wish.note,
            "answer": "",
            "amount_fen": wish.amount_fen,
            "freight_fen": wish.freight_fen,
            "created_at": at,
        },
    )
    if wish.lines:
        connection.execute(
            _insert_line,
            [
                {
                    "after_sale_id": after_sale_id,
                    "order_line_id": line.line_id,
                    "quantity": share.quantity,
                    "amount_fen": share.amount_fen,
                }
                for line, share in wish.lines
            ],
        )
    connection.execute(_one_more, {"order": order.id})
    params = {"amount": format_yuan(wish.amount_fen)}
    message = "Asked for ¥%(amount)s back"
    add_entries(
        session, [entry_row(order.id, "after_sale", message, actor=wish.actor, params=params)]
    )
    announce(
        session,
        AfterSaleOpened(
            order_id=order.id,
            order_no=order.order_no,
            member_id=order.member_id,
            after_sale_id=after_sale_id,
            amount_fen=wish.amount_fen,
        ),
    )
    return after_sale_id
