"""The watch over fans: who may be the taker, or another fan once more, and what comes too fast."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.members import MemberSignals, member_signals
from plugins.poster.models import Fan
from plugins.poster.rules.tasks import SHARED, Sight, Suspicion, suspicions

HOUR = timedelta(hours=1)
MOST_OTHERS = 50
"""So many of a taker's newest fans are compared with a fan; more would be read for each of them."""

_FAN: Any = Fan.__table__
_FIELDS = {
    Suspicion.ADDRESS: "addresses",
    Suspicion.DEVICE: "devices",
    Suspicion.ACCOUNT: "accounts",
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
    others = {holder: _others(session, holder) for holder in {row.holder_id for row in fans}}
    people = {row.fan_id for row in fans} | set(others)
    people.update(fan_id for rows in others.values() for fan_id, _ in rows)
    signals = member_signals(session, people)
    found = {}
    for row in fans:
        company = [row.holder_id, *(one for one, _ in others[row.holder_id] if one != row.fan_id)]
        sight = Sight(
            fan=_merged([signals[row.fan_id]]),
            others=_merged([signals[one] for one in company]),
            came_lately=_within_the_hour(others[row.holder_id], row.arrived_at),
        )
        if reasons := suspicions(sight, watch.kinds, watch.burst):
            found[row.fan_id] = reasons
    return found


def _others(session: Session, holder_id: UUID) -> list[tuple[UUID, datetime]]:
    rows = session.execute(
        sa.select(_FAN.c.fan_id, _FAN.c.arrived_at)
        .where(_FAN.c.holder_id == holder_id)
        .order_by(_FAN.c.arrived_at.desc(), _FAN.c.fan_id.desc())
        .limit(MOST_OTHERS)
    )
    return [(fan_id, at) for fan_id, at in rows]


def _within_the_hour(rows: Sequence[tuple[UUID, datetime]], at: datetime) -> int:
    return sum(at - HOUR < other <= at for _, other in rows)


def _merged(signals: Sequence[MemberSignals]) -> dict[Suspicion, frozenset[str]]:
    merged: dict[Suspicion, set[str]] = defaultdict(set)
    for each in signals:
        for kind in SHARED:
            merged[kind].update(getattr(each, _FIELDS[kind]))
    return {kind: frozenset(prints) for kind, prints in merged.items()}
