"""Refunds: asked for once, retried with growing delays, booked once when the gateway confirms."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict, InvariantError, NotFound, Rejected
from core.kernel.ids import new_id, new_number
from core.ledger.services import PLATFORM, Leg, book
from core.payments.events import PaymentRefunded
from core.payments.models import PaymentAttempt, Refund, Suspense
from core.payments.rules import (
    REFUND_TRIES,
    SALES_ACCOUNT,
    SUSPENSE_ACCOUNT,
    gateway_account,
    refund_delay,
)
from core.payments.services.attempts import lock_attempt_by_id, read_attempt
from core.payments.types import Attempt, AttemptState, RefundState, RefundView

_REFUND: Any = Refund.__table__
_ATTEMPT: Any = PaymentAttempt.__table__
_SUSPENSE: Any = Suspense.__table__
_NAMES = tuple(field.name for field in fields(RefundView))
_COLUMNS = [_REFUND.c[name] for name in _NAMES]


def request_refund(
    session: Session, *, key: str, attempt_id: UUID, amount_fen: int, reason: str
) -> RefundView:
    """Ask for money to go back; the job sends it to the gateway.

    A repeated key answers with the refund of the first call.

    Args:
        session: the unit of work that holds the order.
        key: what the money goes back for, such as ``after_sale:<id>``; at most 120 characters.
        attempt_id: the attempt that it came by.
        amount_fen: how much, above 0.
        reason: for the gateway and the books; cut to 120 characters.

    Raises:
        Conflict: the key was used for another amount or attempt.
        Rejected: ``refund.too_much``: more than what was received and is not on its way back yet.
        NotFound: no such attempt.
    """
    attempt = lock_attempt_by_id(session, attempt_id)
    known = session.execute(_select(_REFUND.c.key == key)).one_or_none()
    if known is not None:
        return _same(_look(known), attempt_id, amount_fen)
    if type(amount_fen) is not int or amount_fen <= 0:
        raise InvariantError("refund.amount", "A refund needs an amount above zero.")
    _promise(session, attempt, amount_fen)
    at = clock.now()
    made = RefundView(
        id=new_id(),
        refund_no=new_number(at, "R"),
        key=key,
        attempt_id=attempt_id,
        order_id=attempt.order_id,
        amount_fen=amount_fen,
        reason=reason[:120],
        state=RefundState.PENDING,
        gateway_ref=None,
        tries=0,
        next_try_at=at,
        failure="",
        created_at=at,
        done_at=None,
    )
    session.execute(
        sa.insert(_REFUND).values({column: getattr(made, column.name) for column in _COLUMNS})
    )
    return made


def refund_succeeded(session: Session, refund_id: UUID, *, gateway_ref: str = "") -> bool:
    """The gateway gave the money back: book it, announce ``PaymentRefunded``, settle suspense.

    The caller locks the order before, when it is going to change it.

    Returns:
        Whether this call made it so; ``False``: it was known already and nothing happened.

    Raises:
        NotFound: no such refund.
    """
    refund = find_refund(session, refund_id)
    attempt = lock_attempt_by_id(session, refund.attempt_id)
    at = clock.now()
    is_news = changed(
        session,
        sa.update(_REFUND)
        .where(_REFUND.c.id == refund_id, _REFUND.c.state != RefundState.SUCCEEDED)
        .values(
            state=RefundState.SUCCEEDED,
            gateway_ref=gateway_ref or refund.gateway_ref,
            done_at=at,
            next_try_at=None,
            failure="",
        ),
    )
    if not is_news:
        return False
    _book_refund(session, refund, attempt)
    announce(
        session,
        PaymentRefunded(
            order_id=refund.order_id, refund_id=refund_id, amount_fen=refund.amount_fen, at=at
        ),
    )
    return True


def claim_refund(session: Session, refund_id: UUID) -> tuple[RefundView, Attempt] | None:
    """Take a due refund for one try; the next try is put off before the gateway is asked.

    Returns:
        The refund and its attempt, or ``None`` when it is not due: somebody else has it, or it is
        done.
    """
    at = clock.now()
    found = session.execute(
        _select(_REFUND.c.id == refund_id, *_due(at)).with_for_update()
    ).one_or_none()
    if found is None:
        return None
    refund = _look(found)
    session.execute(
        sa.update(_REFUND)
        .where(_REFUND.c.id == refund_id)
        .values(tries=refund.tries + 1, next_try_at=at + refund_delay(refund.tries + 1))
    )
    return refund, read_attempt(session, refund.attempt_id)


def refund_failed(session: Session, refund_id: UUID, why: str, *, permanent: bool) -> None:
    """Note a failed try: it is tried again later, or waits for staff when that cannot help.

    Either way the money stays promised; nothing is booked.
    """
    given_up = sa.or_(sa.literal(permanent), _REFUND.c.tries >= REFUND_TRIES)
    session.execute(
        sa.update(_REFUND)
        .where(_REFUND.c.id == refund_id, _REFUND.c.state == RefundState.PENDING)
        .values(
            failure=why[:200],
            state=sa.case((given_up, RefundState.FAILED.value), else_=RefundState.PENDING.value),
        )
    )


def retry_refund(session: Session, refund_id: UUID) -> None:
    """Staff ask for another try now, under the same number.

    Raises:
        NotFound: no such refund.
        Conflict: the money is back already.
    """
    if find_refund(session, refund_id).state == RefundState.SUCCEEDED:
        raise Conflict("refund.done", "This money is back already.")
    session.execute(
        sa.update(_REFUND)
        .where(_REFUND.c.id == refund_id, _REFUND.c.state != RefundState.SUCCEEDED)
        .values(state=RefundState.PENDING, next_try_at=clock.now(), tries=0)
    )


def find_refund(session: Session, refund_id: UUID) -> RefundView:
    """Read a refund.

    Raises:
        NotFound: no such refund.
    """
    row = session.execute(_select(_REFUND.c.id == refund_id)).one_or_none()
    if row is None:
        raise NotFound("refund.unknown", "There is no such refund.")
    return _look(row)


def refunds_of(session: Session, order_id: UUID) -> list[RefundView]:
    """Refunds of an order, oldest first."""
    query = _select(_REFUND.c.order_id == order_id).order_by(_REFUND.c.id)
    return [_look(row) for row in session.execute(query)]


def due_refunds(session: Session, *, limit: int) -> list[tuple[UUID, str]]:
    """Pending refunds whose time has come, longest due first, each with its gateway's key."""
    query = (
        sa.select(_REFUND.c.id, _ATTEMPT.c.gateway)
        .join(_ATTEMPT, _ATTEMPT.c.id == _REFUND.c.attempt_id)
        .where(*_due(clock.now()))
        .order_by(_REFUND.c.next_try_at, _REFUND.c.id)
        .limit(limit)
    )
    return [(row.id, row.gateway) for row in session.execute(query)]


def _due(at: datetime) -> tuple[Any, Any]:
    return _REFUND.c.state == RefundState.PENDING, _REFUND.c.next_try_at <= at


def _select(*criteria: Any) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(*criteria)


def _look(row: sa.Row[Any]) -> RefundView:
    values = dict(zip(_NAMES, row, strict=True))
    return RefundView(**values | {"state": RefundState(values["state"])})


def _same(known: RefundView, attempt_id: UUID, amount_fen: int) -> RefundView:
    """The refund of a repeated request, as long as it is the same request."""
    if (known.attempt_id, known.amount_fen) != (attempt_id, amount_fen):
        raise Conflict("refund.key", "This refund was asked for before, with another amount.")
    return known


def _promise(session: Session, attempt: Attempt, amount_fen: int) -> None:
    """Count the amount against what the attempt received."""
    promised = changed(
        session,
        sa.update(_ATTEMPT)
        .where(
            _ATTEMPT.c.id == attempt.id,
            _ATTEMPT.c.refunded_fen + amount_fen <= _ATTEMPT.c.received_fen,
        )
        .values(refunded_fen=_ATTEMPT.c.refunded_fen + amount_fen),
    )
    if promised != 1:
        raise Rejected("refund.too_much", "More would go back than was paid.")


def _book_refund(session: Session, refund: RefundView, attempt: Attempt) -> None:
    """From the gateway's account back to sales, or to suspense and then that is settled."""
    suspended = attempt.state == AttemptState.SUSPENDED
    book(
        session,
        key=f"refund:{refund.id}",
        kind="refund",
        reference=f"order:{refund.order_id}",
        actor="system",
        legs=(
            Leg(PLATFORM, gateway_account(attempt.gateway), -refund.amount_fen),
            Leg(PLATFORM, SUSPENSE_ACCOUNT if suspended else SALES_ACCOUNT, refund.amount_fen),
        ),
    )
    if suspended:
        session.execute(
            sa.update(_SUSPENSE)
            .where(_SUSPENSE.c.attempt_id == attempt.id)
            .values(state="refunded")
        )
