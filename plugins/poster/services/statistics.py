"""Reading what came of posters: sums of daily rows between two days. One statement each.

A sum reads the days asked for, whatever lies before them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.values import dataclass
from plugins.poster.models import Tally

_TALLY: Any = Tally.__table__


@dataclass(frozen=True)
class Figures:
    """What came of posters. Amounts in fen.

    Args:
        shown_count: looks at ready posters by those whose they are, once a poster and day.
        scan_count: scans, once a person and day.
        scanner_count: people who scanned for the first time, once a poster.
        registered_count: people who made an account after scanning.
        order_count: paid orders by people whose last link it was; refunded ones are among them.
        order_fen: paid for their goods.
        refunded_count: orders of which nothing is left.
        refunded_fen: of goods, given back.
    """

    shown_count: int = 0
    scan_count: int = 0
    scanner_count: int = 0
    registered_count: int = 0
    order_count: int = 0
    order_fen: int = 0
    refunded_count: int = 0
    refunded_fen: int = 0

    @property
    def kept_fen(self) -> int:
        """What was paid and not given back."""
        return self.order_fen - self.refunded_fen


_SUMS = tuple(
    sa.func.coalesce(sa.func.sum(_TALLY.c[field.name]), 0).label(field.name)
    for field in fields(Figures)
)
_ORDER: Any = tuple(
    sa.desc(name) for name in ("order_fen", "registered_count", "scanner_count", "shown_count")
)


def totals(session: Session, since: date, until: date) -> Figures:
    """All posters, from ``since`` to ``until``, both included."""
    return _figures(session.execute(sa.select(*_SUMS).where(*_within(since, until))).one())


def added(parts: Iterable[Figures]) -> Figures:
    """Several figures taken together."""
    found = [[getattr(part, field.name) for field in fields(Figures)] for part in parts]
    return Figures(*(sum(column) for column in zip(*found, strict=True)))


def by_template(session: Session, since: date, until: date) -> Mapping[UUID, Figures]:
    """Each template whose posters brought anything in the time."""
    rows = session.execute(
        sa.select(_TALLY.c.template_id, *_SUMS)
        .where(*_within(since, until))
        .group_by(_TALLY.c.template_id)
        .order_by(*_ORDER)
    )
    return {row[0]: _figures(row[1:]) for row in rows}


def by_day(
    session: Session, since: date, until: date, template_id: UUID | None = None
) -> Mapping[date, Figures]:
    """Each day on which anything came of posters, of all templates or of one."""
    rows = session.execute(
        sa.select(_TALLY.c.day, *_SUMS)
        .where(*_within(since, until, template_id))
        .group_by(_TALLY.c.day)
        .order_by(_TALLY.c.day)
    )
    return {row[0]: _figures(row[1:]) for row in rows}


def by_member(
    session: Session,
    since: date,
    until: date,
    template_id: UUID | None = None,
    *,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[tuple[UUID, Figures]]:
    """Members whose posters brought anything, those who sold most first; of one template or all."""
    rows = session.execute(
        sa.select(_TALLY.c.member_id, *_SUMS)
        .where(*_within(since, until, template_id))
        .group_by(_TALLY.c.member_id)
        .order_by(*_ORDER, _TALLY.c.member_id)
        .limit(limit)
        .offset(offset)
    )
    return [(row[0], _figures(row[1:])) for row in rows]


def of_member(session: Session, member_id: UUID) -> Figures:
    """All posters of a member, since the first."""
    return _figures(session.execute(sa.select(*_SUMS).where(_TALLY.c.member_id == member_id)).one())


def of_shares(session: Session, share_ids: Sequence[UUID]) -> Mapping[UUID, Figures]:
    """Posters of a page by their shares, since the first day; every share is in the answer."""
    found = dict.fromkeys(share_ids, Figures())
    rows = session.execute(
        sa.select(_TALLY.c.share_id, *_SUMS)
        .where(_TALLY.c.share_id.in_(share_ids))
        .group_by(_TALLY.c.share_id)
    )
    return found | {row[0]: _figures(row[1:]) for row in rows}


def _within(since: date, until: date, template_id: UUID | None = None) -> list[Any]:
    wanted = [_TALLY.c.day >= since, _TALLY.c.day <= until]
    return wanted if template_id is None else [*wanted, _TALLY.c.template_id == template_id]


def _figures(row: Any) -> Figures:
    return Figures(*(int(value) for value in row))
