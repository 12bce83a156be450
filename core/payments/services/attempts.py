"""Payment attempts: prepared, started at the gateway, ended by its word."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import new_id, new_number
from core.ledger.services import PLATFORM, Leg, book
from core.payments.events import PaymentFailed, PaymentSucceeded
from core.payments.models import PaymentAttempt
from core.payments.rules import gateway_account, next_query
from core.payments.types import Attempt, AttemptState, PaymentResult, StartResult

_ATTEMPT: Any = PaymentAttempt.__table__
_NAMES = tuple(field.name for field in fields(Attempt))
_COLUMNS = [_ATTEMPT.c[name] for name in _NAMES]
OPEN = (AttemptState.CREATED, AttemptState.STARTED)
_WITHOUT_MONEY = (*OPEN, AttemptState.FAILED, AttemptState.CLOSED)


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
    still_open = sa.and_(
        _ATTEMPT.c.order_id == order_id,
        _ATTEMPT.c.gateway == gateway_key,
        _ATTEMPT.c.amount_fen == amount_fen,
        _ATTEMPT.c.state.in_(OPEN),
        _ATTEMPT.c.expires_at > at,
    )
    values = [
        sa.literal(getattr(made, column.name), column.type).label(column.name)
        for column in _COLUMNS
    ]
    is_first = sa.select(*values).where(~sa.exists().where(still_open))
    if changed(session, sa.insert(_ATTEMPT).from_select(list(_NAMES), is_first)):
        return made
    return _look(session.execute(_select(still_open).order_by(_ATTEMPT.c.id).limit(1)).one())


def attach_start(session: Session, payment_no: str, started: StartResult) -> None:
    """Keep what the gateway answered; nothing happens when the payment has moved on meanwhile."""
    at = clock.now()
    session.execute(
        sa.update(_ATTEMPT)
        .where(_ATTEMPT.c.payment_no == payment_no, _ATTEMPT.c.state == AttemptState.CREATED)
        .values(
            state=AttemptState.STARTED,
            gateway_ref=started.gateway_ref,
            pay_url=started.pay_url,
            next_query_at=next_query(at, at),
        )
    )


def find_attempt(session: Session, payment_no: str) -> Attempt:
    """Read an attempt without locking it.

    Raises:
        NotFound: no attempt has this number.
    """
    return _one(session, _select(_ATTEMPT.c.payment_no == payment_no))


def lock_attempt(session: Session, payment_no: str) -> Attempt:
    """Read an attempt and keep others from changing it until the unit of work ends.

    Lock its order before it (``find_attempt`` tells which): refunds lock in that order too.

    Raises:
        NotFound: no attempt has this number.
    """
    return _one(session, _select(_ATTEMPT.c.payment_no == payment_no).with_for_update())


def lock_attempt_by_id(session: Session, attempt_id: UUID) -> Attempt:
    """As :func:`lock_attempt`, by id."""
    return _one(session, _select(_ATTEMPT.c.id == attempt_id).with_for_update())


def read_attempt(session: Session, attempt_id: UUID) -> Attempt:
    """As :func:`find_attempt`, by id."""
    return _one(session, _select(_ATTEMPT.c.id == attempt_id))


def mark_succeeded(session: Session, attempt: Attempt, result: PaymentResult) -> PaymentSucceeded:
    """The money came as asked.

    Returns:
        The fact, **not yet announced**: the caller announces it together with its own.

    Raises:
        Conflict: money of this attempt was counted before.
    """
    at = clock.now()
    mark_received(session, attempt, AttemptState.SUCCEEDED, result.amount_fen, result.gateway_ref)
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
) -> None:
    """Money came: count it, once.

    Raises:
        Conflict: money of this attempt was counted before, or the gateway's number belongs to
            another payment.
    """
    if gateway_ref and gateway_ref != attempt.gateway_ref:
        _check_reference(session, attempt, gateway_ref)
    counted = changed(
        session,
        sa.update(_ATTEMPT)
        .where(_ATTEMPT.c.id == attempt.id, _ATTEMPT.c.state.in_(_WITHOUT_MONEY))
        .values(
            state=state,
            received_fen=amount_fen,
            gateway_ref=gateway_ref or attempt.gateway_ref,
            failure="",
            confirmed_at=clock.now(),
        ),
    )
    if counted != 1:
        raise Conflict("payment.counted", "This payment has been counted before.")


def _check_reference(session: Session, attempt: Attempt, gateway_ref: str) -> None:
    """A number that did not come with the start must not belong to another payment."""
    taken = session.execute(
        sa.select(_ATTEMPT.c.id).where(
            _ATTEMPT.c.gateway == attempt.gateway,
            _ATTEMPT.c.gateway_ref == gateway_ref,
            _ATTEMPT.c.id != attempt.id,
        )
    ).first()
    if taken is not None:
        raise Conflict("payment.reference", "This reference belongs to another payment.")


def mark_failed(session: Session, attempt: Attempt, result: PaymentResult) -> None:
    """The gateway says that the payment failed; announces it. A repeat does nothing."""
    if _end(session, [_ATTEMPT.c.id == attempt.id], AttemptState.FAILED, result.reason):
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
    _end(session, [_ATTEMPT.c.id == attempt.id], AttemptState.CLOSED)


def close_attempts(session: Session, order_ids: Sequence[UUID]) -> int:
    """End the open attempts of orders that are cancelled or expired; how many there were.

    Money that comes all the same goes to suspense.
    """
    if not order_ids:
        return 0
    return _end(session, [_ATTEMPT.c.order_id.in_(order_ids)], AttemptState.CLOSED)


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
            Leg(PLATFORM, "sales", -attempt.amount_fen),
        ),
    )


def attempts_of(session: Session, order_id: UUID) -> list[Attempt]:
    """Attempts of an order, oldest first."""
    query = _select(_ATTEMPT.c.order_id == order_id).order_by(_ATTEMPT.c.id)
    return [_look(row) for row in session.execute(query)]


def attempts_to_query(session: Session, *, limit: int) -> list[Attempt]:
    """Started attempts whose callback may be lost; the gateway is to be asked about them now.

    Needs a unit of work that writes: each attempt is put off at once, so that two workers do not
    ask about the same one and one that never ends does not stand in the way of others.
    """
    at = clock.now()
    query = (
        _select(_ATTEMPT.c.state == AttemptState.STARTED, _ATTEMPT.c.next_query_at <= at)
        .order_by(_ATTEMPT.c.next_query_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = [_look(row) for row in session.execute(query)]
    if due:
        session.execute(
            sa.update(_ATTEMPT)
            .where(_ATTEMPT.c.id == sa.bindparam("attempt_id"))
            .values(next_query_at=sa.bindparam("again_at")),
            [{"attempt_id": each.id, "again_at": next_query(each.created_at, at)} for each in due],
        )
    return due


def _end(session: Session, criteria: list[Any], state: AttemptState, failure: str = "") -> int:
    """Move open attempts to an end without money; how many moved."""
    return changed(
        session,
        sa.update(_ATTEMPT)
        .where(*criteria, _ATTEMPT.c.state.in_(OPEN))
        .values(state=state, failure=failure[:200]),
    )


def _select(*criteria: Any) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(*criteria)


def _one(session: Session, query: sa.Select[Any]) -> Attempt:
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("payment.unknown", "There is no such payment.")
    return _look(row)


def _look(row: sa.Row[Any]) -> Attempt:
    values = dict(zip(_NAMES, row, strict=True))
    return Attempt(**values | {"state": AttemptState(values["state"])})
