"""Who earned most in a time: a list that nobody has to stand in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.distribution.models import Commission, Distributor
from plugins.distribution.rules import Joining
from plugins.distribution.services.distributors import DistributorState, distributor, set_state
from plugins.distribution.services.reports import LEFT

_DISTRIBUTOR: Any = Distributor.__table__


@dataclass(frozen=True)
class Place:
    """A place in the ranking: what was earned, net of what was taken back, on how many orders."""

    number: int
    member_id: UUID
    earned_fen: int
    orders: int


def ranking(session: Session, since: datetime, until: datetime, *, limit: int) -> list[Place]:
    """Active distributors who want to be ranked, by what they earned in a time. One statement."""
    sums = _sums(since, until)
    rows = session.execute(
        sa.select(sums.c.member_id, sums.c.earned_fen, sums.c.orders)
        .outerjoin(_DISTRIBUTOR, _DISTRIBUTOR.c.member_id == sums.c.member_id)
        .where(_is_ranked(), sums.c.earned_fen > 0)
        .order_by(sums.c.earned_fen.desc(), sums.c.member_id)
        .limit(limit)
    )
    return [
        Place(number, row.member_id, int(row.earned_fen), row.orders)
        for number, row in enumerate(rows, 1)
    ]


def place_of(session: Session, member_id: UUID, since: datetime, until: datetime) -> Place | None:
    """Where one stands, also far down; ``None`` without anything earned. Two statements.

    For somebody who left the ranking it is the place they would have.
    """
    sums = _sums(since, until)
    own = session.execute(
        sa.select(sums.c.earned_fen, sums.c.orders).where(sums.c.member_id == member_id)
    ).one_or_none()
    if own is None or own.earned_fen <= 0:
        return None
    before = session.scalar(
        sa.select(sa.func.count())
        .select_from(sums.outerjoin(_DISTRIBUTOR, _DISTRIBUTOR.c.member_id == sums.c.member_id))
        .where(
            _is_ranked(),
            sa.or_(
                sums.c.earned_fen > own.earned_fen,
                sa.and_(sums.c.earned_fen == own.earned_fen, sums.c.member_id < member_id),
            ),
        )
    )
    return Place((before or 0) + 1, member_id, int(own.earned_fen), own.orders)


def choose_ranked(session: Session, member_id: UUID, joining: Joining, *, is_ranked: bool) -> None:
    """A distributor leaves the ranking or comes back to it.

    Where every member earns, those who never asked get a row of their own by it.
    """
    row = distributor(session, member_id)
    if row is None and joining == Joining.EVERYONE:
        row = set_state(session, member_id, DistributorState.ACTIVE, actor=f"member:{member_id}")
    if row is not None:
        row.is_unranked = not is_ranked
        session.flush()


def _sums(since: datetime, until: datetime) -> Any:
    return (
        sa.select(
            Commission.beneficiary_id.label("member_id"),
            sa.func.sum(LEFT).label("earned_fen"),
            sa.func.count(Commission.order_id.distinct()).label("orders"),
        )
        .where(Commission.accrued_at >= since, Commission.accrued_at < until)
        .group_by(Commission.beneficiary_id)
        .subquery()
    )


def _is_ranked() -> Any:
    state = sa.func.coalesce(_DISTRIBUTOR.c.state, DistributorState.ACTIVE.value)
    return sa.and_(
        state == DistributorState.ACTIVE.value,
        sa.func.coalesce(_DISTRIBUTOR.c.is_unranked, sa.false()).is_(sa.false()),
    )
