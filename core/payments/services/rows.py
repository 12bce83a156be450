"""Rows of payment attempts: the statements that every checkout runs, and how rows are read."""

from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared, one_of
from core.kernel.errors import NotFound
from core.payments.models import PaymentAttempt
from core.payments.types import Attempt, AttemptState

ATTEMPT_TABLE: Any = PaymentAttempt.__table__
NAMES = tuple(field.name for field in fields(Attempt))
COLUMNS = [ATTEMPT_TABLE.c[name] for name in NAMES]
OPEN = (AttemptState.CREATED, AttemptState.STARTED)
_WITHOUT_MONEY = (*OPEN, AttemptState.FAILED, AttemptState.CLOSED)

# Built once: what building costs again and again is more than what the database needs.
_SAME_STILL_OPEN = sa.and_(
    ATTEMPT_TABLE.c.order_id == sa.bindparam("new_order_id"),
    ATTEMPT_TABLE.c.gateway == sa.bindparam("new_gateway"),
    ATTEMPT_TABLE.c.amount_fen == sa.bindparam("new_amount_fen"),
    one_of(ATTEMPT_TABLE.c.state, OPEN),
    ATTEMPT_TABLE.c.expires_at > sa.bindparam("new_created_at"),
)
INSERT_FIRST = Prepared(
    sa.insert(ATTEMPT_TABLE).from_select(
        list(NAMES),
        sa.select(
            *(sa.bindparam(f"new_{column.name}", type_=column.type) for column in COLUMNS)
        ).where(~sa.exists().where(_SAME_STILL_OPEN)),
    )
)
FIND_OPEN = Prepared(
    sa.select(*COLUMNS).where(_SAME_STILL_OPEN).order_by(ATTEMPT_TABLE.c.id).limit(sa.literal(1))
)
_by_number = sa.select(*COLUMNS).where(ATTEMPT_TABLE.c.payment_no == sa.bindparam("number"))
BY_NUMBER = Prepared(_by_number)
LOCK_BY_NUMBER = Prepared(_by_number.with_for_update())
STARTED = Prepared(
    sa.update(ATTEMPT_TABLE)
    .where(
        ATTEMPT_TABLE.c.payment_no == sa.bindparam("number"),
        ATTEMPT_TABLE.c.state == AttemptState.CREATED,
    )
    .values(
        state=AttemptState.STARTED,
        gateway_ref=sa.bindparam("reference"),
        pay_url=sa.bindparam("url"),
        next_query_at=sa.bindparam("query_at"),
    )
)
RECEIVED = Prepared(
    sa.update(ATTEMPT_TABLE)
    .where(
        ATTEMPT_TABLE.c.id == sa.bindparam("attempt"), one_of(ATTEMPT_TABLE.c.state, _WITHOUT_MONEY)
    )
    .values(
        state=sa.bindparam("became"),
        received_fen=sa.bindparam("received"),
        gateway_ref=sa.bindparam("reference"),
        failure="",
        payer=sa.bindparam("payer"),
        confirmed_at=sa.bindparam("at"),
    )
)


def select_attempts(*criteria: Any) -> sa.Select[Any]:
    """Attempts as :func:`look` takes them."""
    return sa.select(*COLUMNS).where(*criteria)


def one_attempt(
    session: Session, query: Prepared | sa.Select[Any], values: dict[str, Any] | None = None
) -> Attempt:
    """The one attempt of a query.

    Raises:
        NotFound: there is none.
    """
    if isinstance(query, Prepared):
        row = query.first(session, values or {})
    else:
        row = session.connection().execute(query, values).one_or_none()
    if row is None:
        raise NotFound("payment.unknown", "There is no such payment.")
    return look(row)


def look(row: sa.Row[Any]) -> Attempt:
    """A row as a value."""
    values = dict(zip(NAMES, row, strict=True))
    return Attempt(**values | {"state": AttemptState(values["state"])})
