"""What members and staff read: where somebody stands, the growth log, how a tier changed."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import Prepared
from core.api.ledger import account_id, balance_part, member_owner
from core.api.values import dataclass
from plugins.membership.models import Entry, Standing, TierEvent, TierRow
from plugins.membership.rules.ladder import Ladder, Progress, progress
from plugins.membership.services.accounts import ASSET, HELD
from plugins.membership.services.reading import COLUMNS
from plugins.membership.services.standings import last_moment, open_tier
from plugins.membership.types import Tier

_TIER: Any = TierRow.__table__
_STANDING: Any = Standing.__table__
_ENTRY: Any = Entry.__table__
_EVENT: Any = TierEvent.__table__
_STEPS = Prepared(
    sa.select(
        *COLUMNS,
        _TIER.c.retired_at,
        _STANDING.c.member_id,
        _STANDING.c.valid_until,
        _STANDING.c.is_locked,
        _STANDING.c.since_at,
        balance_part("account").label("growth"),
    )
    .select_from(_TIER)
    .outerjoin(
        _STANDING,
        sa.and_(
            _STANDING.c.tier_id == _TIER.c.id,
            _STANDING.c.member_id == sa.bindparam("member_id", type_=sa.Uuid()),
        ),
    )
    .where(sa.or_(_TIER.c.retired_at.is_(None), _STANDING.c.member_id.is_not(None)))
    .order_by(_TIER.c.threshold)
)


@dataclass(frozen=True)
class Seen:
    """Where a member stands, with the ladder around it.

    Args:
        ladder: tiers in force, the lowest first.
        tier: theirs; ``None``: none yet.
        growth: balance; below zero while more was taken back than was left.
        valid_until: when the tier is reviewed; ``None``: never.
        is_locked: staff set it.
        progress: how far the next tier is.
    """

    ladder: Ladder
    tier: Tier | None
    growth: int
    valid_until: datetime | None
    is_locked: bool
    progress: Progress

    @property
    def lasts_to(self) -> datetime | None:
        """The last moment of validity, within its last day; ``valid_until`` is the one after."""
        return last_moment(self.valid_until)

    @property
    def is_over(self) -> bool:
        """Whether validity has ended and the next run of reviews decides."""
        return self.valid_until is not None and self.valid_until <= now()

    @property
    def can_lose(self) -> bool:
        """Whether a review could take anything from them: not from the tier that is open to all."""
        return self.valid_until is not None and self.tier not in (None, open_tier(self.ladder))


def seen(session: Session, member_id: UUID) -> Seen:
    """Where a member stands: everything of it in one statement, asked once a session."""
    key = f"membership.seen.{member_id}"
    if key not in session.info:
        session.info[key] = _read(session, member_id)
    found: Seen = session.info[key]
    return found


def _read(session: Session, member_id: UUID) -> Seen:
    account = account_id(member_owner(member_id), HELD, ASSET)
    rows = _STEPS.all(session, {"member_id": member_id, "account": account})
    ladder = [Tier(*row[: len(COLUMNS)]) for row in rows if row.retired_at is None]
    own = next((row for row in rows if row.member_id is not None), None)
    tier = open_tier(ladder) if own is None else Tier(*own[: len(COLUMNS)])
    growth = (rows[0].growth or 0) if rows else 0
    return Seen(
        ladder,
        tier,
        growth,
        own.valid_until if own else None,
        bool(own and own.is_locked),
        progress(ladder, tier, growth),
    )


@dataclass(frozen=True)
class EntryView:
    """A line of the growth log; see ``models.Entry``."""

    id: UUID
    member_id: UUID
    kind: str
    amount: int
    subject: str
    order_no: str
    note: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class EntryFilter:
    """Which lines of the growth log; every part narrows, an empty one does not."""

    member_ids: Collection[UUID] | sa.Select[UUID] | None = None
    kind: str = ""
    order_no: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(
    session: Session, wanted: EntryFilter, *, limit: int, offset: int = 0
) -> list[EntryView]:
    """Lines of the growth log, newest first. One statement."""
    query = _entries(wanted).order_by(_ENTRY.c.id.desc()).limit(limit).offset(offset)
    return [EntryView(*row) for row in session.execute(query)]


def all_entries(session: Session, wanted: EntryFilter, batch: int = 1000) -> Iterator[EntryView]:
    """Every line, newest first, read in batches while they are written out."""
    last: UUID | None = None
    while True:
        query = _entries(wanted).order_by(_ENTRY.c.id.desc()).limit(batch)
        if last is not None:
            query = query.where(_ENTRY.c.id < last)
        rows = [EntryView(*row) for row in session.execute(query)]
        yield from rows
        if len(rows) < batch:
            return
        last = rows[-1].id


def count_entries(session: Session, wanted: EntryFilter) -> tuple[int, int, int]:
    """How many lines, what they gave and what they took. One statement."""
    amount = _ENTRY.c.amount
    chosen = _entries(wanted).with_only_columns(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(sa.case((amount > 0, amount), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((amount < 0, -amount), else_=0)), 0),
    )
    count, given, taken = session.execute(chosen).one()
    return count, int(given), int(taken)


def _entries(wanted: EntryFilter) -> sa.Select[Any]:
    query: sa.Select[Any] = sa.select(*(_ENTRY.c[name] for name in EntryView.__dataclass_fields__))
    if wanted.member_ids is not None:
        query = query.where(_ENTRY.c.member_id.in_(wanted.member_ids))
    if wanted.kind:
        query = query.where(_ENTRY.c.kind == wanted.kind)
    if wanted.order_no:
        query = query.where(_ENTRY.c.order_no.startswith(wanted.order_no, autoescape=True))
    if wanted.since is not None:
        query = query.where(_ENTRY.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_ENTRY.c.at <= wanted.until)
    return query


@dataclass(frozen=True)
class TierChange:
    """A change of a member's tier; the tiers as they are called now, ``None``: none."""

    at: datetime
    old: Tier | None
    new: Tier | None
    reason: str
    note: str
    actor: str
    growth: int

    @property
    def is_up(self) -> bool:
        """Whether they rose, by the thresholds of now."""
        return self.new is not None and (
            self.old is None or self.new.threshold > self.old.threshold
        )


def tier_history(session: Session, member_id: UUID, limit: int = 20) -> Sequence[TierChange]:
    """How a member's tier changed, newest first. Two statements."""
    known = {row[0]: Tier(*row) for row in session.execute(sa.select(*COLUMNS))}
    rows = session.execute(
        sa.select(_EVENT)
        .where(_EVENT.c.member_id == member_id)
        .order_by(_EVENT.c.id.desc())
        .limit(limit)
    )
    return [
        TierChange(
            row.at,
            known.get(row.old_tier_id),
            known.get(row.new_tier_id),
            row.reason,
            row.note,
            row.actor,
            row.growth,
        )
        for row in rows
    ]
