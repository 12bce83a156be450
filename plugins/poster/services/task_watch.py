"""The watch over fans: who may be the taker, or another fan once more, and what comes too fast."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.members import MemberSignals, member_signals
from core.api.values import dataclass
from plugins.poster.models import Fan
from plugins.poster.rules.task_doubts import (
    HOUR,
    SHARED,
    Sight,
    Suspicion,
    fullest_hour,
    suspicions,
)

MOST_OTHERS = 50
"""So many of a taker's newest fans are compared with a fan; more would be read for each of them."""

_FAN: Any = Fan.__table__
_FIELDS = {
    Suspicion.ADDRESS: ("addresses",),
    Suspicion.DEVICE: ("devices",),
    Suspicion.NETWORK: ("browsers",),
    Suspicion.ACCOUNT: ("accounts", "payers"),
}


@dataclass(frozen=True)
class Watch:
    """What the merchant has watched: ``burst`` fans an hour are usual."""

    kinds: frozenset[Suspicion] = frozenset(Suspicion)
    burst: int = 10

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Watch":
        """As the plugin's settings say."""
        kinds = {kind for kind in Suspicion if settings[f"watch_{kind}"]}
        return cls(frozenset(kinds), settings["fan_burst_per_hour"])


def doubts_about(
    session: Session, fans: Sequence[Any], watch: Watch
) -> dict[UUID, list[Suspicion]]:
    """What is suspicious about these fans, compared with their takers and those takers' other fans.

    Two statements for each taker among them, and one for all fingerprints.

    Args:
        session: any session.
        fans: rows with ``fan_id``, ``holder_id`` and ``arrived_at``.
        watch: what is looked at.
    """
    if not fans or not watch.kinds:
        return {}
    mine: dict[UUID, list[Any]] = defaultdict(list)
    for row in fans:
        mine[row.holder_id].append(row)
    company = {holder: [holder, *_newest_fans(session, holder)] for holder in mine}
    people = {row.fan_id for row in fans}.union(*company.values())
    signals = member_signals(session, people)
    found = {}
    for holder, rows in mine.items():
        arrivals = _arrivals(session, holder, [row.arrived_at for row in rows])
        for row in rows:
            sight = Sight(
                fan=_merged([signals[row.fan_id]]),
                others=_merged([signals[one] for one in company[holder] if one != row.fan_id]),
                came_together=fullest_hour(row.arrived_at, arrivals),
            )
            if reasons := suspicions(sight, watch.kinds, watch.burst):
                found[row.fan_id] = reasons
    return found


def _newest_fans(session: Session, holder_id: UUID) -> Sequence[UUID]:
    return session.scalars(
        sa.select(_FAN.c.fan_id)
        .where(_FAN.c.holder_id == holder_id)
        .order_by(_FAN.c.arrived_at.desc(), _FAN.c.fan_id.desc())
        .limit(MOST_OTHERS)
    ).all()


def _arrivals(session: Session, holder_id: UUID, times: Sequence[datetime]) -> Sequence[datetime]:
    """When fans came to a taker around these times."""
    return session.scalars(
        sa.select(_FAN.c.arrived_at)
        .where(
            _FAN.c.holder_id == holder_id,
            _FAN.c.arrived_at > min(times) - HOUR,
            _FAN.c.arrived_at < max(times) + HOUR,
        )
        .order_by(_FAN.c.arrived_at)
    ).all()


def _merged(signals: Sequence[MemberSignals]) -> dict[Suspicion, frozenset[str]]:
    merged: dict[Suspicion, set[str]] = defaultdict(set)
    for each in signals:
        for kind in SHARED:
            for name in _FIELDS[kind]:
                merged[kind].update(getattr(each, name))
    return {kind: frozenset(prints) for kind, prints in merged.items()}
