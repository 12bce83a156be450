"""After-sale, the answering side: approved, rejected, withdrawn."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import Conflict, InvalidInput, NotFound
from core.orders.events import AfterSaleClosed
from core.orders.rules import tidy_note
from core.orders.services.after_sale import check_freight
from core.orders.services.left import left_freight
from core.orders.services.locking import lock_order_by_id
from core.orders.services.refunding import finish
from core.orders.services.tables import AFTER_SALE, ORDER, Row
from core.orders.services.timeline import add_entries, entry_row
from core.orders.states import AFTER_SALE_MOVES, AfterSaleState
from core.payments import services as payments
from core.payments.types import AttemptState

ANSWER_LENGTH = 300


def approve_after_sale(
    session: Session,
    after_sale_id: UUID,
    *,
    actor: str,
    answer: str = "",
    freight_fen: int | None = None,
) -> UUID | None:
    """Agree: the refund is asked for once; a repeat answers with the same refund.

    The edge then sends the refund with no transaction open (``payments`` ``run_refund`` with
    ``settle=refund_done``); the job sends it otherwise.

    Args:
        session: the unit of work.
        after_sale_id: which wish.
        actor: the staff member.
        answer: told to the shopper, cut at 300 characters.
        freight_fen: freight to give back instead of what the wish says, at most what is left.

    Returns:
        Id of the refund; ``None`` when 0 fen go back and everything is done already.

    Raises:
        NotFound: no such after-sale.
        Conflict: it was rejected or withdrawn.
        Rejected: more freight than is left.
    """
    sale, order = _locked(session, after_sale_id)
    current = AfterSaleState(sale.state)
    if current == AfterSaleState.REFUNDED:
        return _refund_of(session, sale)
    if not AFTER_SALE_MOVES.is_move(current, AfterSaleState.APPROVED):
        return _refund_of(session, sale)
    amount, freight = sale.amount_fen, sale.freight_fen
    if freight_fen is not None:
        check_freight(freight_fen, left_freight(session, order) + freight)
        amount, freight = amount - freight + freight_fen, freight_fen
    _change(
        session,
        sale.id,
        state=AfterSaleState.APPROVED,
        amount_fen=amount,
        freight_fen=freight,
        answer=tidy_note(answer, ANSWER_LENGTH),
        decided_at=now(),
    )
    message = "Refund of %(amount_fen)s approved"
    params = {"amount_fen": amount}
    add_entries(
        session, [entry_row(order.id, "after_sale_approved", message, actor=actor, params=params)]
    )
    if amount == 0:
        finish(session, sale.id, order)
        return None
    return _request_refund(session, order, sale, amount)


def reject_after_sale(session: Session, after_sale_id: UUID, *, actor: str, answer: str) -> None:
    """Decline, with an answer the shopper reads. A repeat does nothing.

    Raises:
        NotFound: no such after-sale.
        InvalidInput: no answer given.
        Conflict: it was approved or withdrawn.
    """
    tidy = tidy_note(answer, ANSWER_LENGTH)
    if not tidy:
        raise InvalidInput("after_sale.answer", "Tell the shopper why.", field="answer")
    sale, order = _locked(session, after_sale_id)
    if AFTER_SALE_MOVES.is_move(AfterSaleState(sale.state), AfterSaleState.REJECTED):
        entry = entry_row(
            order.id,
            "after_sale_rejected",
            "Refund declined: %(answer)s",
            actor=actor,
            params={"answer": tidy[:120]},
        )
        _end(session, sale, order, AfterSaleState.REJECTED, tidy, entry)


def withdraw_after_sale(session: Session, after_sale_id: UUID, *, member_id: UUID) -> None:
    """The shopper takes the wish back. A repeat does nothing.

    Raises:
        NotFound: no such after-sale of this member.
        Conflict: it was answered already.
    """
    sale, order = _locked(session, after_sale_id, member_id)
    if AFTER_SALE_MOVES.is_move(AfterSaleState(sale.state), AfterSaleState.WITHDRAWN):
        actor = f"member:{member_id}"
        entry = entry_row(
            order.id, "after_sale_withdrawn", "Request for a refund withdrawn", actor=actor
        )
        _end(session, sale, order, AfterSaleState.WITHDRAWN, "", entry)


def _locked(
    session: Session, after_sale_id: UUID, member_id: UUID | None = None
) -> tuple[Row, Row]:
    """The after-sale and its order, the order locked first, as everybody does."""
    query = sa.select(AFTER_SALE).where(AFTER_SALE.c.id == after_sale_id)
    if member_id is not None:
        query = query.where(AFTER_SALE.c.member_id == member_id)
    connection = session.connection()
    found = connection.execute(query).first()
    if found is None:
        raise NotFound("after_sale.unknown", "There is no such after-sale.")
    order = lock_order_by_id(session, found.order_id)
    return connection.execute(query).one(), order


def _end(
    session: Session,
    sale: Row,
    order: Row,
    state: AfterSaleState,
    answer: str,
    entry: dict[str, Any],
) -> None:
    at = now()
    _change(session, sale.id, state=state, answer=answer, decided_at=at, closed_at=at)
    session.connection().execute(
        sa.update(ORDER)
        .where(ORDER.c.id == order.id)
        .values(open_after_sales=ORDER.c.open_after_sales - 1)
    )
    add_entries(session, [entry])
    announce(
        session,
        AfterSaleClosed(
            order_id=order.id,
            order_no=order.order_no,
            member_id=order.member_id,
            after_sale_id=sale.id,
            outcome=state,
        ),
    )


def _change(session: Session, after_sale_id: UUID, **values: Any) -> None:
    session.connection().execute(
        sa.update(AFTER_SALE).where(AFTER_SALE.c.id == after_sale_id).values(**values)
    )


def _request_refund(session: Session, order: Row, sale: Row, amount_fen: int) -> UUID:
    attempts = payments.attempts_of(session, order.id)
    paid = next((each for each in attempts if each.state == AttemptState.SUCCEEDED), None)
    if paid is None:
        raise Conflict("after_sale.no_payment", "This order was not paid through a gateway.")
    refund = payments.request_refund(
        session,
        key=refund_key(sale.id),
        attempt_id=paid.id,
        amount_fen=amount_fen,
        reason=sale.reason,
    )
    return refund.id


def refund_key(after_sale_id: UUID) -> str:
    """Key of an after-sale's refund in ``payments``."""
    return f"after_sale:{after_sale_id}"


def _refund_of(session: Session, sale: Row) -> UUID | None:
    refunds = payments.refunds_of(session, sale.order_id)
    return next((each.id for each in refunds if each.key == refund_key(sale.id)), None)
