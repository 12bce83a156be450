"""Who earned most in a time: a list that nobody has to stand in."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.values import dataclass
from plugins.distribution.models import Distributor, MonthTotal
from plugins.distribution.rules import Joining
from plugins.distribution.services.distributors import DistributorState, distributor, set_state

_DISTRIBUTOR: Any = Distributor.__table__
_MONTH: Any = MonthTotal.__table__
IS_UNRANKED: Any = sa.or_(
    _DISTRIBUTOR.c.state != sa.literal_column("'active'"), _DISTRIBUTOR.c.is_unranked
)
"""Spelt as the index says it."""


@dataclass(frozen=True)
class Place:
    """A place in the ranking: what was earned, net of what was taken back, on how many orders."""

    number: int
    member_id: UUID
    earned_fen: int
    orders: int


def ranking(session: Session, month_on: date, *, limit: int) -> list[Place]:
    """Active distributors who want to be ranked, by what they earned in a month. One statement.

    As of the last fold of totals; see ``services.totals``.
    """
    rows = session.execute(
        sa.select(_MONTH.c.member_id, _MONTH.c.earned_fen, _MONTH.c.orders)
        .outerjoin(_DISTRIBUTOR, _DISTRIBUTOR.c.member_id == _MONTH.c.member_id)
        .where(
            _MONTH.c.month_on == month_on,
            _MONTH.c.earned_fen > 0,
            sa.or_(_DISTRIBUTOR.c.member_id.is_(None), sa.not_(IS_UNRANKED)),
        )
        .order_by(_MONTH.c.earned_fen.desc(), _MONTH.c.member_id.desc())
        .limit(limit)
    )
    return [
        Place(number, row.member_id, int(row.earned_fen), row.orders)
        for number, row in enumerate(rows, 1)
    ]


def place_of(session: Session, member_id: UUID, month_on: date) -> Place | None:
    """Where one stands, also far down; ``None`` without anything earned. Two statements.

    For somebody who left the ranking it is the place they would have.
    """
    own = session.execute(
        sa.select(_MONTH.c.earned_fen, _MONTH.c.orders).where(
            _MONTH.c.member_id == member_id, _MONTH.c.month_on == month_on
        )
    ).one_or_none()
    if own is None or own.earned_fen <= 0:
        return None
    key = sa.tuple_(_MONTH.c.earned_fen, _MONTH.c.member_id)
    before = (
        sa.select(sa.func.count())
        .select_from(_MONTH)
        .where(
            _MONTH.c.month_on == month_on,
            key > sa.tuple_(sa.literal(own.earned_fen), sa.literal(member_id, sa.Uuid())),
        )
    )
    unranked = before.join(_DISTRIBUTOR, _DISTRIBUTOR.c.member_id == _MONTH.c.member_id).where(
        IS_UNRANKED
    )
    ahead = session.scalar(sa.select(before.scalar_subquery() - unranked.scalar_subquery()))
    return Place((ahead or 0) + 1, member_id, int(own.earned_fen), own.orders)


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
