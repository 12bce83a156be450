"""Whether payments and refunds agree with the books; asked whenever the ledger is verified."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.ledger.models import LedgerAccount, LedgerPosting
from core.ledger.services import PLATFORM, declare_check
from core.ledger.types import Problem
from core.payments.models import PaymentAttempt, Refund, Suspense
from core.payments.rules import SUSPENSE_ACCOUNT, gateway_account
from core.payments.types import AttemptState, RefundState

_ATTEMPT: Any = PaymentAttempt.__table__
_REFUND: Any = Refund.__table__
_SUSPENSE: Any = Suspense.__table__
_ACCOUNT: Any = LedgerAccount.__table__
_POSTING: Any = LedgerPosting.__table__


def reconcile(session: Session) -> Iterator[Problem]:
    """Compare what came and went, by attempts and refunds, with what the ledger says.

    Yields ``payment.gateway`` for each gateway whose account differs, and ``payment.suspense``.
    Four statements.
    """
    expected = {
        gateway_account(gateway): int(total) for gateway, total in session.execute(_received())
    }
    for gateway, total in session.execute(_returned()):
        account = gateway_account(gateway)
        expected[account] = expected.get(account, 0) - int(total)
    kept_apart = session.execute(
        sa.select(sa.func.sum(_SUSPENSE.c.amount_fen)).where(_SUSPENSE.c.state != "refunded")
    ).scalar()
    expected[SUSPENSE_ACCOUNT] = -int(kept_apart or 0)
    booked = {kind: int(total) for kind, total in session.execute(_booked())}
    for kind in sorted(expected.keys() | booked.keys()):
        should, does = expected.get(kind, 0), booked.get(kind, 0)
        if should != does:
            code = "payment.suspense" if kind == SUSPENSE_ACCOUNT else "payment.gateway"
            yield Problem(code, kind, f"payments say {should}, the books say {does}")


def _received() -> Any:
    has_money = _ATTEMPT.c.state.in_([AttemptState.SUCCEEDED, AttemptState.SUSPENDED])
    return (
        sa.select(_ATTEMPT.c.gateway, sa.func.sum(_ATTEMPT.c.received_fen))
        .where(has_money)
        .group_by(_ATTEMPT.c.gateway)
    )


def _returned() -> Any:
    return (
        sa.select(_ATTEMPT.c.gateway, sa.func.sum(_REFUND.c.amount_fen))
        .join(_ATTEMPT, _ATTEMPT.c.id == _REFUND.c.attempt_id)
        .where(_REFUND.c.state == RefundState.SUCCEEDED)
        .group_by(_ATTEMPT.c.gateway)
    )


def _booked() -> Any:
    is_ours = sa.or_(
        _ACCOUNT.c.kind.startswith("gateway:", autoescape=True),
        _ACCOUNT.c.kind == SUSPENSE_ACCOUNT,
    )
    return (
        sa.select(_ACCOUNT.c.kind, sa.func.sum(_POSTING.c.amount))
        .join(_POSTING, _POSTING.c.account_id == _ACCOUNT.c.id)
        .where(_ACCOUNT.c.owner == PLATFORM, is_ours)
        .group_by(_ACCOUNT.c.kind)
    )


declare_check("payments", reconcile)
