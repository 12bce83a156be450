"""Payment attempts: prepared, started at the gateway, ended by its word."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict
from core.kernel.ids import new_id, new_number
from core.kernel.marks import account_mark
from core.ledger.services import PLATFORM, Leg, book
from core.payments.events import PaymentFailed, PaymentSucceeded
from core.payments.rules import SALES_ACCOUNT, gateway_account, next_query
from core.payments.services.rows import (
    ATTEMPT_TABLE,
    BY_NUMBER,
    FIND_OPEN,
    INSERT_FIRST,
    LOCK_BY_NUMBER,
    NAMES,
    OPEN,
    RECEIVED,
    STARTED,
    look,
    one_attempt,
    select_attempts,
)
from core.payments.types import Attempt, AttemptState, PaymentResult, StartResult


def start_attempt(
    session: Session,
    *,
    order_id: UUID,
    amount_fen: int,
    gateway_key: str,
    expires_at: datetime,
) -> Attempt:
    """Prepare a payment; the gateway is asked afterwards, with no transaction open.

    An attempt of the same order, gateway and amount that is still open is handed out again, so
    that going back and paying again does not open a second one.

    Args:
        session: the unit of work that holds the order.
        order_id: what is paid for.
        amount_fen: what is asked, above 0.
        gateway_key: which gateway.
        expires_at: when the gateway is to refuse the money.
    """
    at = clock.now()
    made = Attempt(
        id=new_id(),
        payment_no=new_number(at, "P"),
        order_id=order_id,
        gateway=gateway_key,
        amount_fen=amount_fen,
        state=AttemptState.CREATED,
        gateway_ref=None,
        pay_url=None,
        received_fen=0,
        refunded_fen=0,
        failure="",
        created_at=at,
        expires_at=expires_at,
        confirmed_at=None,
    )
    values = {f"new_{name}": getattr(made, name) for name in NAMES}
    if INSERT_FIRST.change(session, values):
        return made
    return one_attempt(session, FIND_OPEN, values)


def attach_start(session: Session, payment_no: str, started: StartResult) -> None:
    """Keep what the gateway answered; nothing happens when the payment has moved on meanwhile."""
    at = clock.now()
    STARTED.change(
        session,
        {
            "number": payment_no,
            "reference": started.gateway_ref,
            "url": started.pay_url,
            "query_at": next_query(at, at),
        },
    )


def find_attempt(session: Session, payment_no: str) -> Attempt:
    """Read an attempt without locking it.

    Raises:
        NotFound: no attempt has this number.
    """
    return one_attempt(session, BY_NUMBER, {"number": payment_no})


def lock_attempt(session: Session, payment_no: str) -> Attempt:
    """Read an attempt and keep others from changing it until the unit of work ends.

    Lock its order before it (``find_attempt`` tells which): refunds lock in that order too.

    Raises:
        NotFound: no attempt has this number.
    """
    return one_attempt(session, LOCK_BY_NUMBER, {"number": payment_no})


def lock_attempt_by_id(session: Session, attempt_id: UUID) -> Attempt:
    """As :func:`lock_attempt`, by id."""
    return one_attempt(session, select_attempts(ATTEMPT_TABLE.c.id == attempt_id).with_for_update())


def read_attempt(session: Session, attempt_id: UUID) -> Attempt:
    """As :func:`find_attempt`, by id."""
    return one_attempt(session, select_attempts(ATTEMPT_TABLE.c.id == attempt_id))


def mark_succeeded(session: Session, attempt: Attempt, result: PaymentResult) -> PaymentSucceeded:
    """The money came as asked.

    Returns:
        The fact, **not yet announced**: the caller announces it together with its own.

    Raises:
        Conflict: money of this attempt was counted before.
    """
    at = clock.now()
    mark_received(
        session,
        attempt,
        AttemptState.SUCCEEDED,
        result.amount_fen,
        result.gateway_ref,
        payer=account_mark(result.payer),
    )
    return PaymentSucceeded(
        order_id=attempt.order_id,
        attempt_id=attempt.id,
        gateway=attempt.gateway,
        amount_fen=result.amount_fen,
        at=at,
    )


def mark_received(
    session: Session,
    attempt: Attempt,
    state: AttemptState,
    amount_fen: int,
    gateway_ref: str | None,
    *,
    payer: str = "",
) -> None:
    """Money came: count it, once; ``payer`` is the mark of the account it came from.

    Raises:
        Conflict: money of this attempt was counted before, or the gateway's number belongs to
            another payment.
    """
    if gateway_ref and gateway_ref != attempt.gateway_ref:
        _check_reference(session, attempt, gateway_ref)
    counted = RECEIVED.change(
        session,
        {
            "attempt": attempt.id,
            "became": state,
            "received": amount_fen,
            "reference": gateway_ref or attempt.gateway_ref,
            "payer": payer,
            "at": clock.now(),
        },
    )
    if counted != 1:
        raise Conflict("payment.counted", "This payment has been counted before.")


def _check_reference(session: Session, attempt: Attempt, gateway_ref: str) -> None:
    """A number that did not come with the start must not belong to another payment."""
    taken = session.execute(
        sa.select(ATTEMPT_TABLE.c.id).where(
            ATTEMPT_TABLE.c.gateway == attempt.gateway,
            ATTEMPT_TABLE.c.gateway_ref == gateway_ref,
            ATTEMPT_TABLE.c.id != attempt.id,
        )
    ).first()
    if taken is not None:
        raise Conflict("payment.reference", "This reference belongs to another payment.")


def mark_failed(session: Session, attempt: Attempt, result: PaymentResult) -> None:
    """The gateway says that the payment failed; announces it. A repeat does nothing."""
    if _end(session, [ATTEMPT_TABLE.c.id == attempt.id], AttemptState.FAILED, result.reason):
        announce(
            session,
            PaymentFailed(
                order_id=attempt.order_id,
                attempt_id=attempt.id,
                gateway=attempt.gateway,
                reason=result.reason,
            ),
        )


def mark_closed(session: Session, attempt: Attempt) -> None:
    """The gateway closed the payment without money. A repeat does nothing."""
    _end(session, [ATTEMPT_TABLE.c.id == attempt.id], AttemptState.CLOSED)


def close_attempts(session: Session, order_ids: Sequence[UUID]) -> int:
    """End the open attempts of orders that are cancelled or expired; how many there were.

    Money that comes all the same goes to suspense.
    """
    if not order_ids:
        return 0
    return _end(session, [ATTEMPT_TABLE.c.order_id.in_(order_ids)], AttemptState.CLOSED)


def book_receipt(session: Session, attempt: Attempt) -> UUID | None:
    """Book what was asked and came: from sales to ``gateway:<key>``. Once an attempt.

    Returns:
        The journal's id; ``None`` when it was booked before.
    """
    return book(
        session,
        key=f"payment:{attempt.id}",
        kind="payment",
        reference=f"order:{attempt.order_id}",
        actor="system",
        legs=(
            Leg(PLATFORM, gateway_account(attempt.gateway), attempt.amount_fen),
            Leg(PLATFORM, SALES_ACCOUNT, -attempt.amount_fen),
        ),
    )


def attempts_of(session: Session, order_id: UUID) -> list[Attempt]:
    """Attempts of an order, oldest first."""
    query = select_attempts(ATTEMPT_TABLE.c.order_id == order_id).order_by(ATTEMPT_TABLE.c.id)
    return [look(row) for row in session.execute(query)]


def attempts_to_query(session: Session, *, limit: int) -> list[Attempt]:
    """Started attempts whose callback may be lost; the gateway is to be asked about them now.

    Needs a unit of work that writes: each attempt is put off at once, so that two workers do not
    ask about the same one and one that never ends does not stand in the way of others.
    """
    at = clock.now()
    query = (
        select_attempts(
            ATTEMPT_TABLE.c.state == AttemptState.STARTED, ATTEMPT_TABLE.c.next_query_at <= at
        )
        .order_by(ATTEMPT_TABLE.c.next_query_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = [look(row) for row in session.execute(query)]
    if due:
        session.execute(
            sa.update(ATTEMPT_TABLE)
            .where(ATTEMPT_TABLE.c.id == sa.bindparam("attempt_id"))
            .values(next_query_at=sa.bindparam("again_at")),
            [{"attempt_id": each.id, "again_at": next_query(each.created_at, at)} for each in due],
        )
    return due


def forget_payers(session: Session, order_ids: Any) -> None:
    """Empty who paid these orders; ``order_ids`` is a selection of them."""
    changed(
        session,
        sa.update(ATTEMPT_TABLE)
        .where(ATTEMPT_TABLE.c.order_id.in_(order_ids), ATTEMPT_TABLE.c.payer != "")
        .values(payer=""),
    )


def _end(session: Session, criteria: list[Any], state: AttemptState, failure: str = "") -> int:
    """Move open attempts to an end without money; how many moved."""
    return changed(
        session,
        sa.update(ATTEMPT_TABLE)
        .where(*criteria, ATTEMPT_TABLE.c.state.in_(OPEN))
        .values(state=state, failure=failure[:200]),
    )
