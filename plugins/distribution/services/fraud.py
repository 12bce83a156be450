"""The watch over commissions: what looks like self-referral is held, for a person to decide.

A job looks at each order's commissions once, some time after they accrued, so that payment is not
slowed down. Nothing is settled before. What came before the payment is judged, not what came before
the look: a look that is late finds the same. What is held stays pending or frozen as its goods do;
only settlement passes it by.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.members import member_signals
from core.api.orders import order_signals
from core.api.sharing import bindings_before
from core.api.values import dataclass
from plugins.distribution.models import Commission, Hold
from plugins.distribution.rules.fraud import Evidence, Sight, Suspicion, suspicions

BATCH_ORDERS = 200
HOUR = timedelta(hours=1)
MUTUAL_DAYS = timedelta(days=30)
"""So long before the payment it counts that the other way round was paid, too."""

_COMMISSION: Any = Commission.__table__
_HOLD: Any = Hold.__table__
_OPEN_STATES = ("pending", "frozen")
_FIELDS = {
    Suspicion.PHONE: ("phones",),
    Suspicion.ADDRESS: ("addresses",),
    Suspicion.DEVICE: ("devices",),
    Suspicion.BROWSER: ("browsers",),
    Suspicion.ACCOUNT: ("accounts", "payers"),
}
"""Of what members and orders show, what each suspicion compares."""


@dataclass(frozen=True)
class Watch:
    """What the merchant has watched.

    Args:
        kinds: suspicions that hold a commission.
        burst: so many members bound to one within an hour are usual.
    """

    kinds: frozenset[Suspicion]
    burst: int

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Watch":
        """As the plugin's settings say."""
        kinds = {kind for kind in Suspicion if settings[f"watch_{kind}"]}
        return cls(frozenset(kinds), settings["burst_per_hour"])


def watch_batch(session: Session, watch: Watch, limit: int = BATCH_ORDERS) -> int:
    """Look at the commissions of some orders that nobody has looked at; hold the suspicious ones.

    Two workers share the work. What is looked at once is not looked at again.

    Returns:
        How many orders were looked at.
    """
    rows = _unseen(session, limit)
    if not rows:
        return 0
    pairs = {(row.order_id, row.beneficiary_id): row for row in rows}
    own = {key: row for key, row in pairs.items() if row.buyer_id != row.beneficiary_id}
    found = _suspicious(session, own, watch)
    _hold(session, found)
    session.execute(
        sa.update(_COMMISSION)
        .where(_COMMISSION.c.id.in_([row.id for row in rows]))
        .values(checked_at=now())
    )
    return len({row.order_id for row in rows})


def _unseen(session: Session, limit: int) -> Sequence[Any]:
    orders = (
        sa.select(_COMMISSION.c.order_id)
        .where(_COMMISSION.c.checked_at.is_(None))
        .order_by(_COMMISSION.c.id)
        .limit(limit * 3)
        .subquery()
    )
    return session.execute(
        sa.select(
            _COMMISSION.c.id,
            _COMMISSION.c.order_id,
            _COMMISSION.c.buyer_id,
            _COMMISSION.c.beneficiary_id,
            _COMMISSION.c.accrued_at,
        )
        .where(
            _COMMISSION.c.checked_at.is_(None),
            _COMMISSION.c.order_id.in_(sa.select(orders.c.order_id)),
        )
        .order_by(_COMMISSION.c.id)
        .with_for_update(skip_locked=True)
    ).all()


def _suspicious(
    session: Session, pairs: Mapping[tuple[UUID, UUID], Any], watch: Watch
) -> dict[tuple[UUID, UUID], dict[Suspicion, Evidence]]:
    if not pairs or not watch.kinds:
        return {}
    people = {row.buyer_id for row in pairs.values()} | {one for _, one in pairs}
    members = member_signals(session, people)
    orders = order_signals(session, {order_id for order_id, _ in pairs})
    moments = {key: (key[1], row.accrued_at) for key, row in pairs.items()}
    bound = bindings_before(session, set(moments.values()), HOUR)
    mutual = _mutual(session, pairs)
    found = {}
    for key, row in pairs.items():
        order_id, beneficiary_id = key
        sight = Sight(
            order=_shown(orders.get(order_id)),
            buyer=_shown(members[row.buyer_id]),
            beneficiary=_shown(members[beneficiary_id]),
            bound_lately=bound[moments[key]],
            mutual=mutual.get(key, ""),
        )
        if reasons := suspicions(sight, watch.kinds, watch.burst):
            found[key] = reasons
    return found


def _shown(signals: Any) -> dict[Suspicion, frozenset[str]]:
    """Fingerprints by suspicion, of what a member or an order shows."""
    return {
        kind: frozenset[str]().union(*(getattr(signals, field, ()) for field in fields))
        for kind, fields in _FIELDS.items()
    }


def _mutual(
    session: Session, pairs: Mapping[tuple[UUID, UUID], Any]
) -> Mapping[tuple[UUID, UUID], str]:
    """Those for which the opposite was paid, not long before: the number of the newest order."""
    times = [row.accrued_at for row in pairs.values()]
    other = sa.select(
        _COMMISSION.c.accrued_at,
        _COMMISSION.c.order_no,
        _COMMISSION.c.beneficiary_id,
        _COMMISSION.c.buyer_id,
    ).where(
        _COMMISSION.c.beneficiary_id.in_({row.buyer_id for row in pairs.values()}),
        _COMMISSION.c.buyer_id.in_({row.beneficiary_id for row in pairs.values()}),
        _COMMISSION.c.beneficiary_id != _COMMISSION.c.buyer_id,
        _COMMISSION.c.accrued_at >= min(times) - MUTUAL_DAYS,
        _COMMISSION.c.accrued_at <= max(times),
    )
    paid = defaultdict(list)
    for at, order_no, buyer_id, beneficiary_id in session.execute(other.distinct()):
        paid[buyer_id, beneficiary_id].append((at, order_no))
    found = {}
    for key, row in pairs.items():
        before = [
            each
            for each in paid[row.buyer_id, row.beneficiary_id]
            if row.accrued_at - MUTUAL_DAYS <= each[0] <= row.accrued_at
        ]
        if before:
            found[key] = max(before)[1]
    return found


def _hold(
    session: Session, found: Mapping[tuple[UUID, UUID], Mapping[Suspicion, Evidence]]
) -> None:
    holds: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "order_id": order_id,
            "beneficiary_id": beneficiary_id,
            "reason": str(reason),
            "evidence": evidence,
            "state": "open",
            "actor": "",
            "note": "",
            "at": now(),
            "decided_at": None,
        }
        for (order_id, beneficiary_id), reasons in found.items()
        for reason, evidence in reasons.items()
    ]
    if not holds:
        return
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[session.get_bind().dialect.name]
    session.execute(dialect.insert(_HOLD).on_conflict_do_nothing(), holds)
    session.execute(
        sa.update(_COMMISSION)
        .where(
            sa.tuple_(_COMMISSION.c.order_id, _COMMISSION.c.beneficiary_id).in_(list(found)),
            _COMMISSION.c.state.in_(_OPEN_STATES),
            _is_undecided(),
        )
        .values(is_held=True)
    )


def _is_undecided() -> Any:
    """Whether a person still has to decide: lines of one order may be looked at one after other."""
    return sa.exists().where(
        _HOLD.c.order_id == _COMMISSION.c.order_id,
        _HOLD.c.beneficiary_id == _COMMISSION.c.beneficiary_id,
        _HOLD.c.state == "open",
    )
