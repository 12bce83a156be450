"""Where members stand: their row under a lock, what they have to show, and moving them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from core.api.clock import day_bounds, local_date, now
from core.api.db import insert_or, new_id
from core.api.ledger import balance, balances_of, member_owner
from core.api.members import tell_tier_change
from core.api.settings import load_settings
from core.api.values import dataclass
from plugins.membership.models import OrderGrowth, Standing, TierEvent, TierRow
from plugins.membership.rules.ladder import Ladder, Measures, needs_spending
from plugins.membership.services.accounts import ASSET, HELD
from plugins.membership.services.reading import COLUMNS, forget_known, tiers
from plugins.membership.types import Tier

_GROWTH: Any = OrderGrowth.__table__
_NO_TIER = -1  # below every threshold


@dataclass(frozen=True)
class Place:
    """A member's row, as far as decisions need it.

    Args:
        tier: theirs, in force or taken out of the ladder; ``None``: none.
        floor: what their last review, or staff, left them.
        valid_until: when it is reviewed; ``None``: never.
        is_locked: changed by staff only.
    """

    member_id: UUID
    tier: Tier | None
    floor: Tier | None
    valid_until: datetime | None
    is_locked: bool = False

    @property
    def lasts_to(self) -> datetime | None:
        """The last moment of validity, within its last day; ``valid_until`` is the one after."""
        return last_moment(self.valid_until)


def last_moment(valid_until: datetime | None) -> datetime | None:
    """The last moment before an end, within the last day that people are told."""
    return None if valid_until is None else valid_until - timedelta(seconds=1)


@dataclass(frozen=True)
class Move:
    """Why a tier changes: a word, who caused it, and what staff wrote."""

    reason: str
    actor: str
    note: str = ""


def lock_member(session: Session, member_id: UUID) -> Place:
    """A member's place, their row locked to the end of the unit of work; made if there is none.

    Whoever is new begins in the lowest tier when that one asks for nothing; that is no change.
    """
    rows = _locked(session, sa.select(Standing).where(Standing.member_id == member_id))
    if not rows:
        _open(session, member_id)
        rows = _locked(session, sa.select(Standing).where(Standing.member_id == member_id))
    return places_of(session, rows)[0]


def lock_batch(session: Session, chosen: sa.Select[Any]) -> list[Place]:
    """The places of the rows that a selection of ``Standing`` finds, locked; others wait."""
    return places_of(session, _locked(session, chosen))


def _locked(session: Session, chosen: sa.Select[Any]) -> Sequence[Standing]:
    query = chosen.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).all()


def _open(session: Session, member_id: UUID) -> None:
    base = open_tier(tiers(session))
    session.execute(
        insert_or(session, Standing)
        .values(
            member_id=member_id,
            tier_id=id_of(base),
            since_at=now(),
            valid_until=end_of_validity(session, base),
        )
        .on_conflict_do_nothing(index_elements=["member_id"])
    )


def id_of(tier: Tier | None) -> UUID | None:
    """A tier's id; ``None`` for none."""
    return None if tier is None else tier.id


def open_tier(ladder: Ladder) -> Tier | None:
    """The lowest tier, when it asks for nothing."""
    return ladder[0] if ladder and ladder[0].threshold == 0 else None


def places_of(session: Session, rows: Sequence[Standing]) -> list[Place]:
    """Places of rows that were read; tiers that left the ladder are read in one more statement."""
    known = {tier.id: tier for tier in tiers(session)}
    wanted = {key for row in rows for key in (row.tier_id, row.floor_tier_id) if key}
    if wanted - set(known):
        gone = session.execute(sa.select(*COLUMNS).where(TierRow.id.in_(wanted - set(known))))
        known.update({row[0]: Tier(*row) for row in gone})
    return [
        Place(
            row.member_id,
            known.get(row.tier_id) if row.tier_id else None,
            known.get(row.floor_tier_id) if row.floor_tier_id else None,
            row.valid_until,
            row.is_locked,
        )
        for row in rows
    ]


def measures_of(
    session: Session, member_ids: Collection[UUID], ladder: Ladder, basis_days: int
) -> dict[UUID, Measures]:
    """What members have to show. One statement, two where the ladder asks for more than growth."""
    held = balances_of(
        session, [member_owner(member_id) for member_id in member_ids], HELD, asset=ASSET
    )
    found = {each: Measures(growth=held[member_owner(each)]) for each in member_ids}
    if found and needs_spending(ladder):
        since = now() - timedelta(days=basis_days) if basis_days else None
        for row in session.execute(_spending(list(found), since)):
            found[row.member_id] = replace(
                found[row.member_id],
                spent_fen=int(row.spent_fen),
                bought_count=int(row.bought_count),
                order_count=row.order_count,
            )
    return found


def _spending(member_ids: Sequence[UUID], since: datetime | None) -> sa.Select[Any]:
    """Kept of the orders that count: money, pieces, and orders of which anything was kept.

    A gift counts as long as anything is kept of what was paid beside it.
    """
    has_worth = sa.or_(_GROWTH.c.refunded_fen < _GROWTH.c.paid_fen, _GROWTH.c.paid_fen == 0)
    left = _GROWTH.c.quantity - _GROWTH.c.returned
    query = (
        sa.select(
            _GROWTH.c.member_id,
            sa.func.sum(_GROWTH.c.paid_fen).label("paid_fen"),
            sa.func.sum(_GROWTH.c.paid_fen - _GROWTH.c.refunded_fen).label("kept_fen"),
            sa.func.sum(sa.case((has_worth, left), else_=0)).label("pieces"),
        )
        .where(_GROWTH.c.member_id.in_(member_ids), _GROWTH.c.counted_at.is_not(None))
        .group_by(_GROWTH.c.member_id, _GROWTH.c.order_id)
    )
    each = (query if since is None else query.where(_GROWTH.c.counted_at >= since)).subquery().c
    is_kept = sa.and_(sa.or_(each.kept_fen > 0, each.paid_fen == 0), each.pieces > 0)
    return sa.select(
        each.member_id,
        sa.func.sum(each.kept_fen).label("spent_fen"),
        sa.func.sum(sa.case((is_kept, each.pieces), else_=0)).label("bought_count"),
        sa.func.count(sa.case((is_kept, 1))).label("order_count"),
    ).group_by(each.member_id)


def end_of_validity(
    session: Session, tier: Tier | None, at: datetime | None = None
) -> datetime | None:
    """The end of the last day of a tier that begins now; ``None`` for one that lasts."""
    if tier is None or not tier.validity_days:
        return None
    zone = zone_of(session)
    return day_bounds(local_date(at or now(), zone) + timedelta(days=tier.validity_days), zone)[1]


def zone_of(session: Session) -> str:
    """The store's time zone, asked once a session."""
    key = "membership.zone"
    if key not in session.info:
        session.info[key] = load_settings(session).timezone
    found: str = session.info[key]
    return found


def move(
    session: Session, place: Place, tier: Tier | None, growth: int, why: Move, **more: Any
) -> bool:
    """Give a member another tier: row, history and the fact, at once. The same tier: nothing.

    Args:
        session: unit of work that holds the member's row.
        place: as locked.
        tier: theirs from now on.
        growth: theirs now, for the history.
        why: reason, actor and note.
        more: other columns of the row, such as ``floor_tier_id``; ``valid_until``: not from now.
    """
    if id_of(tier) == id_of(place.tier):
        return False
    at = now()
    renew(session, place.member_id, tier, at, **more)
    session.add(
        TierEvent(
            id=new_id(),
            member_id=place.member_id,
            old_tier_id=id_of(place.tier),
            new_tier_id=id_of(tier),
            old_valid_until=place.valid_until,
            reason=why.reason,
            growth=growth,
            note=why.note,
            actor=why.actor,
            at=at,
        )
    )
    session.flush()
    tell_tier_change(
        session,
        place.member_id,
        old_tier_id=id_of(place.tier),
        new_tier_id=id_of(tier),
        old_rank=place.tier.rank if place.tier else 0,
        new_rank=tier.rank if tier else 0,
        reason=why.reason,
        at=at,
    )
    return True


def renew(session: Session, member_id: UUID, tier: Tier | None, at: datetime, **more: Any) -> None:
    """A tier begins anew: its validity counts from ``at``, and warnings of the old end are void."""
    values = {"valid_until": end_of_validity(session, tier, at), **more}
    change(session, member_id, tier_id=id_of(tier), since_at=at, warned_for=None, **values)
    forget_known(session, member_id)


def end_before_rise(session: Session, member_id: UUID, tier: Tier | None) -> datetime | None:
    """The end of validity that a tier has again once the rise above it is undone.

    It is the end it had when the member last rose above it. A tier that this rise passed by, or
    whose end was not written down, counts from that rise.
    """
    old, new = aliased(TierRow), aliased(TierRow)
    threshold = tier.threshold if tier else _NO_TIER
    rise = session.scalars(
        sa.select(TierEvent)
        .join(new, new.id == TierEvent.new_tier_id)
        .outerjoin(old, old.id == TierEvent.old_tier_id)
        .where(
            TierEvent.member_id == member_id,
            sa.func.coalesce(old.threshold, _NO_TIER) <= threshold,
            new.threshold > threshold,
        )
        .order_by(TierEvent.id.desc())
        .limit(1)
    ).first()
    if rise is None:
        return end_of_validity(session, tier)
    known = rise.old_valid_until if rise.old_tier_id == id_of(tier) else None
    return known or end_of_validity(session, tier, rise.at)


def change(session: Session, member_id: UUID, **values: Any) -> None:
    """Change columns of a member's row."""
    session.execute(
        sa.update(Standing).where(Standing.member_id == member_id).values(**values),
        execution_options={"synchronize_session": False},
    )


def growth_of(session: Session, member_id: UUID) -> int:
    """A member's balance of growth value; below zero while more was taken back than is left."""
    return balance(session, member_owner(member_id), HELD, ASSET)


def growths_of(session: Session, member_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """The same for many, in one statement."""
    held = balances_of(session, [member_owner(each) for each in member_ids], HELD, asset=ASSET)
    return {each: held[member_owner(each)] for each in member_ids}
