"""What the merchant reads: sums over the store, the best distributors, lists. Read only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.orders import buyer_ids
from core.api.sharing import sharer_ids
from core.api.values import dataclass
from plugins.distribution.models import Commission, Distributor
from plugins.distribution.rules.places import Place
from plugins.distribution.services.reports import LEFT
from plugins.distribution.services.totals import lifetime_of

_STAY = ("active", "frozen")
MOST = 20_000
"""Distributors that are counted and paged through at a time."""


@dataclass(frozen=True)
class DistributorRow:
    """A distributor in the merchant's list, with what they earned over their life (net, fen)."""

    member_id: UUID
    state: str
    reason: str
    real_name: str
    note: str
    joined_at: datetime
    changed_at: datetime
    earned_fen: int
    orders: int


@dataclass(frozen=True)
class WayToEarning:
    """Buyers with an effective order, those of them who shared, and those of these who earn."""

    buyers: int
    fans: int
    distributors: int


def open_totals(session: Session) -> Mapping[str, int]:
    """Fen left by state of what is not settled yet: ``pending`` and ``frozen``. One statement.

    It reads what is on its way, not what was ever earned.
    """
    rows = session.execute(
        sa.select(Commission.state, sa.func.sum(LEFT))
        .where(Commission.state.in_(("pending", "frozen")))
        .group_by(Commission.state)
    )
    return {"pending": 0, "frozen": 0, **{state: int(fen or 0) for state, fen in rows}}


def joined_between(session: Session, since: datetime, until: datetime) -> tuple[int, int]:
    """Who became a distributor in a time and still is one, and how many of them had bought.

    One statement.
    """
    joined = (
        sa.select(sa.func.count())
        .select_from(Distributor)
        .where(
            Distributor.joined_at >= since,
            Distributor.joined_at < until,
            Distributor.state.in_(_STAY),
        )
    )
    bought = joined.where(Distributor.member_id.in_(buyer_ids()))
    row = session.execute(sa.select(joined.scalar_subquery(), bought.scalar_subquery())).one()
    return row[0], row[1]


def way_to_earning(session: Session, since: datetime, until: datetime) -> WayToEarning:
    """How far those who bought in a time have come until now. One statement."""
    buyers = buyer_ids(since, until).distinct().subquery()
    sharers = sharer_ids().subquery()
    stays = sa.and_(Distributor.member_id == buyers.c.member_id, Distributor.state.in_(_STAY))
    # Looked up one by one: joined as a set, SQLite would go through all sharers for every buyer.
    has_shared = sa.exists().where(sharers.c.member_id == buyers.c.member_id)
    people = (
        sa.select(has_shared.label("has_shared"), Distributor.member_id.label("earner"))
        .select_from(buyers)
        .outerjoin(Distributor, stays)
        .subquery()
    )
    fans = sa.case((people.c.has_shared, 1))
    earns = sa.case((people.c.has_shared, people.c.earner))
    row = session.execute(
        sa.select(sa.func.count(), sa.func.count(fans), sa.func.count(earns)).select_from(people)
    ).one()
    return WayToEarning(int(row[0]), int(row[1]), int(row[2]))


def top_distributors(
    session: Session, *, since: datetime, limit: int = 10
) -> Sequence[tuple[UUID, int, int]]:
    """(member, fen earned net, orders) since a time, most first."""
    earned = sa.func.sum(LEFT)
    rows = session.execute(
        sa.select(Commission.beneficiary_id, earned, sa.func.count(Commission.order_id.distinct()))
        .where(Commission.accrued_at >= since)
        .group_by(Commission.beneficiary_id)
        .having(earned > 0)
        .order_by(earned.desc(), Commission.beneficiary_id)
        .limit(limit)
    ).all()
    return [(member_id, int(fen or 0), int(orders)) for member_id, fen, orders in rows]


@dataclass(frozen=True)
class DistributorsFound:
    """A page of distributors, and how many there are.

    ``more``: there are more than :data:`MOST`, and the others come after this place.
    """

    rows: Sequence[DistributorRow]
    total: int
    more: Place | None


def list_distributors(
    session: Session,
    *,
    state: str = "",
    members: Any = None,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
) -> DistributorsFound:
    """Distributors with their earnings, last changed first.

    No more than :data:`MOST` are counted and paged through; the others are found after the last of
    these.

    Args:
        session: any session.
        state: only those who stand there.
        members: a selection of member ids to keep to.
        limit: rows a page.
        offset: rows before the page.
        after: only those who changed before this place.
    """
    chosen: Any = sa.select(Distributor)
    if state:
        chosen = chosen.where(Distributor.state == state)
    if members is not None:
        chosen = chosen.where(Distributor.member_id.in_(members))
    if after is not None:
        chosen = chosen.where(older_than(after, Distributor.changed_at, Distributor.member_id))
    counted = chosen.with_only_columns(Distributor.member_id).limit(MOST + 1).subquery()
    total = session.execute(sa.select(sa.func.count()).select_from(counted)).scalar_one()
    order = Distributor.changed_at.desc(), Distributor.member_id.desc()
    found = session.scalars(
        chosen.order_by(*order).limit(min(limit, max(0, MOST - offset))).offset(offset)
    ).all()
    earned = lifetime_of(session, [row.member_id for row in found])
    rows = [_distributor_row(row, earned) for row in found]
    if total <= MOST:
        return DistributorsFound(rows, total, None)
    place = chosen.with_only_columns(Distributor.changed_at, Distributor.member_id)
    last = session.execute(place.order_by(*order).limit(1).offset(MOST - 1)).one()
    return DistributorsFound(rows, MOST, Place(*last))


def older_than(place: Place, at: Any, key: Any) -> sa.ColumnElement[bool]:
    """What comes after a place in a list that is sorted by these two columns, newest first."""
    return sa.and_(at <= place.at, sa.or_(at < place.at, key < place.id))


def _distributor_row(row: Distributor, earned: Mapping[UUID, tuple[int, int]]) -> DistributorRow:
    fen, orders = earned.get(row.member_id, (0, 0))
    return DistributorRow(
        member_id=row.member_id,
        state=row.state,
        reason=row.reason,
        real_name=row.real_name,
        note=row.note,
        joined_at=row.joined_at,
        changed_at=row.changed_at,
        earned_fen=fen,
        orders=orders,
    )


def distributor_counts(session: Session) -> Mapping[str, int]:
    """How many distributors stand in each state. One statement."""
    counted = sa.select(Distributor.state, sa.func.count().label("members"))
    rows = session.execute(counted.group_by(Distributor.state))
    return {row.state: row.members for row in rows}


def count_in(session: Session, state: str) -> int:
    """How many distributors stand in a state. One statement, which reads so many."""
    counted = sa.select(sa.func.count()).select_from(Distributor)
    return session.scalar(counted.where(Distributor.state == state)) or 0
