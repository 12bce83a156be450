"""Reading the referral graph: chains up, teams down, history."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.db.statements import count_of, value_of
from core.kernel.clock import now
from core.kernel.errors import InvalidInput
from core.kernel.paging import Page
from core.members.models import Member
from core.members.types import display_name
from core.sharing.models import Referral, ReferralEvent, ReferralTeam
from core.sharing.services.graph import edge_of
from core.sharing.types import ReferralEventView, ReferralView, TeamCounts, TeamMember

_first = cast(sa.Table, Referral.__table__)
_second, _third = _first.alias(), _first.alias()
_team = cast(sa.Table, ReferralTeam.__table__)
_at = sa.bindparam("at", type_=_first.c.protected_until.type)


def _lives(edge: Any) -> Any:
    until = edge.c.protected_until
    return sa.or_(until.is_(None), edge.c.is_locked, until > _at)


_CHAIN = Prepared(
    sa.select(_first.c.referrer_id, _second.c.referrer_id, _third.c.referrer_id)
    .select_from(_first)
    .outerjoin(_second, sa.and_(_second.c.member_id == _first.c.referrer_id, _lives(_second)))
    .outerjoin(_third, sa.and_(_third.c.member_id == _second.c.referrer_id, _lives(_third)))
    .where(_first.c.member_id == sa.bindparam("member_id"), _lives(_first))
)
_TEAM = sa.select(_team.c.level1_count, _team.c.level2_count, _team.c.level3_count).where(
    _team.c.member_id == sa.bindparam("member_id")
)
_direct = sa.func.coalesce(ReferralTeam.level1_count, 0)
_MEMBERS: Any = (
    sa.select(
        Member.id,
        Member.nickname,
        Member.phone,
        Member.email,
        Member.avatar_id,
        Member.created_at,
        Referral.referrer_id,
        Referral.bound_at,
        _direct.label("direct_count"),
    )
    .join(Member, Member.id == Referral.member_id)
    .outerjoin(ReferralTeam, ReferralTeam.member_id == Referral.member_id)
)
_ORDERS: dict[str, Any] = {
    "new": (Referral.bound_at.desc(), Referral.member_id.desc()),
    "old": (Referral.bound_at, Referral.member_id),
    "direct": (_direct.desc(), Referral.bound_at.desc(), Referral.member_id.desc()),
}
_LEVELS = {1: Referral.referrer_id, 2: Referral.upline2_id, 3: Referral.upline3_id}


def chain_of(
    session: Session, member_id: UUID, *, at: datetime | None = None
) -> tuple[tuple[int, UUID], ...]:
    """The living uplines of a member as (level, member id), level 1 first, three at most.

    One statement. What an order freezes: a referral whose protection is over is left out from that
    very instant, and so is everybody above it.
    """
    asked = {"member_id": member_id, "at": at or now()}
    row = _CHAIN.first(session, asked)
    if row is None:
        return ()
    return tuple((level, upline) for level, upline in enumerate(row, 1) if upline)


def referral_of(session: Session, member_id: UUID) -> ReferralView | None:
    """A member's living referral, or ``None`` for somebody who came alone."""
    edge = edge_of(session, member_id)
    if edge is None or edge.is_over(now()):
        return None
    return ReferralView(**vars(edge))


def referrers_of(session: Session, member_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Referrer of each of these members who has one; one statement, for lists."""
    if not member_ids:
        return {}
    rows = session.execute(
        sa.select(Referral.member_id, Referral.referrer_id).where(
            Referral.member_id.in_(set(member_ids))
        )
    )
    return {row.member_id: row.referrer_id for row in rows}


def team_counts(session: Session, member_id: UUID) -> TeamCounts:
    """How many members stand below one, by level; one row read, whatever the size."""
    row = session.connection().execute(_TEAM, {"member_id": member_id}).one_or_none()
    return TeamCounts(*row) if row else TeamCounts()


def team_counts_of(session: Session, member_ids: Collection[UUID]) -> dict[UUID, TeamCounts]:
    """The same for many members; one statement. Those with nobody below them are left out."""
    if not member_ids:
        return {}
    rows = session.execute(
        sa.select(
            _team.c.member_id, _team.c.level1_count, _team.c.level2_count, _team.c.level3_count
        ).where(_team.c.member_id.in_(set(member_ids)))
    )
    return {member_id: TeamCounts(*counts) for member_id, *counts in rows}


def team_page(
    session: Session,
    member_id: UUID,
    *,
    level: int,
    query: str = "",
    sort: str = "new",
    page: int = 1,
    per_page: int = 20,
) -> Page[TeamMember]:
    """One level of a member's team; two statements.

    Args:
        session: any session.
        member_id: at whose top it stands.
        level: 1 to 3.
        query: part of a nickname.
        sort: ``new``, ``old``, or ``direct`` for those with the most direct members first.
        page: from 1.
        per_page: rows a page.

    Raises:
        InvalidInput: a level outside 1 to 3, or an unknown order.
    """
    if level not in _LEVELS or sort not in _ORDERS:
        raise InvalidInput("team.level", "There is no such list.", field="level")
    chosen = _MEMBERS.where(_LEVELS[level] == member_id)
    if text := query.strip():
        chosen = chosen.where(Member.nickname.contains(text, autoescape=True))
        total = count_of(session, chosen)
    else:
        counts = team_counts(session, member_id)
        total = (counts.level1, counts.level2, counts.level3)[level - 1]
    rows = session.execute(
        chosen.order_by(*_ORDERS[sort]).limit(per_page).offset((page - 1) * per_page)
    )
    items = tuple(
        TeamMember(
            member_id=row.id,
            name=display_name(row.nickname, row.phone, row.email),
            avatar_id=row.avatar_id,
            level=level,
            referrer_id=row.referrer_id,
            bound_at=row.bound_at,
            registered_at=row.created_at,
            direct_count=row.direct_count,
        )
        for row in rows
    )
    return Page(items, total, page, per_page)


def history_of(session: Session, member_id: UUID) -> list[ReferralEventView]:
    """Every bind, renewal, expiry, transfer and refusal of a member, newest first."""
    rows = session.execute(
        sa.select(
            ReferralEvent.kind,
            ReferralEvent.old_referrer_id,
            ReferralEvent.new_referrer_id,
            ReferralEvent.actor,
            ReferralEvent.reason,
            ReferralEvent.at,
        )
        .where(ReferralEvent.member_id == member_id)
        .order_by(ReferralEvent.at.desc(), ReferralEvent.id.desc())
    )
    return [value_of(ReferralEventView, row) for row in rows]
