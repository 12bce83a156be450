"""Figures of the merchant's first pages that no total can give: worked out by a job and kept.

People who bought, browsers that opened a link and the best of a time have to be counted anew each
time. A small store does so for every page; in a large one pages show what the job counted last, and
when that was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.db import insert_or
from core.api.orders import sales_between
from core.api.sharing import funnel_counts
from core.api.values import dataclass
from plugins.distribution.models import Figures
from plugins.distribution.services.overview import (
    WayToEarning,
    distributor_counts,
    joined_between,
    open_totals,
    top_distributors,
    way_to_earning,
)

PERIODS = (7, 30, 90)
SMALL = 10_000
"""So many people, browsers and orders are counted for every page."""
STALE_AFTER = timedelta(minutes=5)
_BEST = 10


@dataclass(frozen=True)
class Overview:
    """Figures of the last days, today included.

    Args:
        at: when they were counted.
        is_kept: they were counted by the job, not just now.
        sales_fen: all sales of the store.
        best: (member, fen earned net, orders), most first.
        way: from buyer to distributor.
        visitors: browsers that opened a shared link.
        registered: members who registered after that.
        ordered: orders placed after that.
        joined: who became a distributor and is one still.
        bought: how many of those had bought, before or since.
        states: distributors by state, of today.
        coming: fen of commission by state that is not settled, of today.
    """

    at: datetime
    is_kept: bool
    sales_fen: int
    best: Sequence[tuple[UUID, int, int]]
    way: WayToEarning
    visitors: int
    registered: int
    ordered: int
    joined: int
    bought: int
    states: Mapping[str, int]
    coming: Mapping[str, int]


def bounds(zone: str, days: int) -> tuple[datetime, datetime]:
    """The first instant of so many days up to today, and the end of today."""
    today = local_date(now(), zone)
    return day_bounds(today - timedelta(days=days - 1), zone)[0], day_bounds(today, zone)[1]


def overview(session: Session, zone: str, days: int) -> Overview:
    """The figures of a period: kept ones of a large store, counted now in a small one."""
    return kept(session, days) or count(session, zone, days)


def kept(session: Session, days: int) -> Overview | None:
    """What the job counted last; ``None`` where that is little enough to count now."""
    row = session.execute(
        sa.select(Figures.at, Figures.body).where(Figures.name == _name(days))
    ).one_or_none()
    return _from_body(row.at, row.body) if row and _weight(row.body) > SMALL else None


def count(session: Session, zone: str, days: int) -> Overview:
    """Count now. Seven statements, whose work grows with what was bought and visited."""
    since, until = bounds(zone, days)
    shared = funnel_counts(session, since, until)
    joined, bought = joined_between(session, since, until)
    return Overview(
        at=now(),
        is_kept=False,
        sales_fen=sales_between(session, since, until)[0],
        best=top_distributors(session, since=since, limit=_BEST),
        way=way_to_earning(session, since, until),
        visitors=shared.visitors,
        registered=shared.registered,
        ordered=shared.ordered,
        joined=joined,
        bought=bought,
        states=distributor_counts(session),
        coming=open_totals(session),
    )


def states_of_all(session: Session) -> Mapping[str, int]:
    """How many distributors stand in each state; in a large store as of the last count."""
    found = kept(session, max(PERIODS))
    return found.states if found else distributor_counts(session)


def is_stale(session: Session) -> bool:
    """Whether the figures should be counted again."""
    oldest = session.scalar(
        sa.select(sa.func.min(Figures.at)).where(Figures.name.in_([_name(d) for d in PERIODS]))
    )
    return oldest is None or not now() - STALE_AFTER < oldest <= now()


def keep(session: Session, counted: Mapping[int, Overview]) -> None:
    """Keep figures, by the number of their days. One statement."""
    rows = [
        {"name": _name(days), "at": each.at, "body": _to_body(each)}
        for days, each in sorted(counted.items())
    ]
    insert = insert_or(session, Figures)
    newer = {"at": insert.excluded.at, "body": insert.excluded.body}
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=newer), rows)


def _name(days: int) -> str:
    return f"overview:{days}"


def _to_body(counted: Overview) -> dict[str, Any]:
    body = asdict(counted)
    del body["at"], body["is_kept"]
    return {**body, "best": [[str(member_id), *sums] for member_id, *sums in counted.best]}


def _from_body(at: datetime, body: Mapping[str, Any]) -> Overview:
    best = [(UUID(member_id), fen, orders) for member_id, fen, orders in body["best"]]
    fields = {**body, "best": best, "way": WayToEarning(**body["way"])}
    return Overview(at=at, is_kept=True, **fields)


def _weight(body: Mapping[str, Any]) -> int:
    """How many rows or more were read for it."""
    counted = ("visitors", "registered", "ordered")
    people = sum(body["states"].values()) + body["way"]["buyers"]
    return int(sum(body[name] for name in counted) + people)
