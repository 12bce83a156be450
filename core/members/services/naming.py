"""Members as other people may see them: masked for shoppers, found by staff's search."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.text import mask_name
from core.members.models import Member
from core.members.types import MemberState, display_name


def masked_names(session: Session, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """What other shoppers may read of each of these members; one statement.

    The first character of the nickname, or the phone without its middle; an empty text for erased
    members, of whom nothing is known.
    """
    if not member_ids:
        return {}
    rows = session.execute(
        sa.select(Member.id, Member.nickname, Member.phone, Member.email).where(
            Member.id.in_(set(member_ids))
        )
    )
    return {
        row.id: mask_name(row.nickname) if row.nickname else display_name("", row.phone, row.email)
        for row in rows
    }


def ids_matching(query: str) -> sa.Select[UUID]:
    """A selection of the ids of members whom ``query`` finds, to be used inside another one.

    Looks in nickname and phone (any part) and e-mail, as the merchant's list of members does.
    """
    text = query.strip()
    found: Any = sa.or_(
        Member.nickname.contains(text, autoescape=True),
        Member.phone.contains(text.replace(" ", ""), autoescape=True),
        Member.email.contains(text.lower(), autoescape=True),
    )
    return sa.select(Member.id).where(Member.state != MemberState.ERASED, found)


def active_members() -> sa.Select[UUID]:
    """A selection of the ids of everybody who was not erased, to be used inside another one."""
    return sa.select(Member.id).where(Member.state != MemberState.ERASED)


def erased_among(session: Session, member_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these members who were erased; one statement."""
    if not member_ids:
        return frozenset()
    rows = session.scalars(
        sa.select(Member.id).where(
            Member.id.in_(set(member_ids)), Member.state == MemberState.ERASED
        )
    )
    return frozenset(rows)
