"""A wish for money back: checked against what is left, then written."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound, Rejected
from core.kernel.ids import new_id, new_number
from core.kernel.text import squeeze
from core.kernel.values import dataclass
from core.orders.events import AfterSaleOpened
from core.orders.rules import RefundShare, is_whole_order, refund_share
from core.orders.services.left import LeftLine
from core.orders.services.tables import AFTER_SALE, AFTER_SALE_LINE, ORDER, Row
from core.orders.services.timeline import add_entries, entry_row
from core.orders.states import AfterSaleKind, AfterSaleState

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
class Wish:
    """What is asked for, checked against what is left."""

    kind: AfterSaleKind
    lines: Sequence[tuple[LeftLine, RefundShare]]
    freight_fen: int
    reason: str
    note: str
    actor: str

    @property
    def amount_fen(self) -> int:
        """Everything together."""
        return self.freight_fen + sum(share.amount_fen for _, share in self.lines)


def shares_of(
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


def is_whole(lines: Sequence[LeftLine], chosen: Sequence[tuple[LeftLine, RefundShare]]) -> bool:
    """Whether the chosen shares take everything that is left of an order."""
    shares = {line.line_id: share for line, share in chosen}
    nothing = RefundShare(0, 0)
    return is_whole_order(
        [line.left for line in lines], [shares.get(line.line_id, nothing) for line in lines]
    )


def checked_lines(
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


def checked_reason(reason: str) -> str:
    """A reason in one line.

    Raises:
        InvalidInput: none, or too long.
    """
    tidy = squeeze(reason)
    if not 0 < len(tidy) <= REASON_LENGTH:
        raise InvalidInput("after_sale.reason", "Choose a reason.", field="reason")
    return tidy


def open_wish(session: Session, order: Row, wish: Wish) -> UUID:
    """Write a wish on a locked order: rows, counter, story, fact; returns its id."""
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
    params = {"amount_fen": wish.amount_fen}
    message = "Asked for %(amount_fen)s back"
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
