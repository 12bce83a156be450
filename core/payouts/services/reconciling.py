"""Whether payouts agree with the books; asked whenever the ledger is verified."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.ledger.models import LedgerAccount
from core.ledger.services import CNY, PLATFORM, declare_check
from core.ledger.types import Problem
from core.payouts.rules import GIVEN_BACK, PayoutState, payables
from core.payouts.services.rows import PAYOUT_TABLE

_ACCOUNT: Any = LedgerAccount.__table__


def reconcile(session: Session) -> Iterator[Problem]:
    """Compare what payouts hold in reserve and have paid with the members' accounts.

    Yields ``payout.reserved`` or ``payout.paid`` for each kind of account that differs. Two
    statements.
    """
    booked = {kind: int(total) for kind, total in session.execute(_booked())}
    sums: dict[tuple[str, bool], int] = defaultdict(int)
    for source, is_paid, total in session.execute(_asked()):
        sums[source, bool(is_paid)] += int(total)
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for each in payables():
        expected["payout.reserved", each.reserved_kind] += sums[each.source_kind, False]
        expected["payout.paid", each.paid_kind] += sums[each.source_kind, True]
    for (code, kind), should in sorted(expected.items()):
        does = booked.get(kind, 0)
        if should != does:
            yield Problem(code, kind, f"payouts say {should}, the books say {does}")


def _asked() -> Any:
    is_paid = PAYOUT_TABLE.c.state == PayoutState.PAID
    return (
        sa.select(PAYOUT_TABLE.c.source_kind, is_paid, sa.func.sum(PAYOUT_TABLE.c.amount_fen))
        .where(PAYOUT_TABLE.c.state.not_in(GIVEN_BACK))
        .group_by(PAYOUT_TABLE.c.source_kind, is_paid)
    )


def _booked() -> Any:
    kinds = {kind for each in payables() for kind in (each.reserved_kind, each.paid_kind)}
    return (
        sa.select(_ACCOUNT.c.kind, sa.func.sum(_ACCOUNT.c.balance))
        .where(_ACCOUNT.c.owner != PLATFORM, _ACCOUNT.c.asset == CNY, _ACCOUNT.c.kind.in_(kinds))
        .group_by(_ACCOUNT.c.kind)
    )


declare_check("payouts", reconcile)
