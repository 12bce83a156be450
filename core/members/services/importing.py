"""Customers of another system become members."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import insert_or
from core.kernel.ids import new_id
from core.members.events import MemberRegistered
from core.members.models import Member
from core.members.rules import clean_nickname
from core.members.types import ImportedMember, MemberState


def import_members(session: Session, people: Sequence[ImportedMember]) -> dict[str, UUID]:
    """Make members of another system's customers; those known by their key are left alone.

    Set-based: three statements for each 500 people. They have no phone or password until they
    bind one.

    Returns:
        Member id by source key, for every person given.
    """
    ids: dict[str, UUID] = {}
    for start in range(0, len(people), 500):
        chunk = {person.source_key: person for person in people[start : start + 500]}
        ids |= _known(session, chunk)
        fresh = {key: new_id() for key in chunk if key not in ids}
        if not fresh:
            continue
        session.execute(
            insert_or(session, Member).on_conflict_do_nothing(index_elements=["source_key"]),
            [
                {
                    "id": member_id,
                    "source_key": key,
                    "nickname": clean_nickname(chunk[key].nickname),
                    "locale": chunk[key].locale,
                    "state": MemberState.ACTIVE,
                    "created_at": chunk[key].registered_at,
                }
                for key, member_id in fresh.items()
            ],
        )
        stored = _known(session, fresh)
        announce(
            session,
            *(
                MemberRegistered(
                    member_id=stored[key], source="import", registered_at=chunk[key].registered_at
                )
                for key in fresh
                if stored[key] == fresh[key]
            ),
        )
        ids |= stored
    return ids


def _known(session: Session, keys: Collection[str]) -> dict[str, UUID]:
    rows = session.execute(
        sa.select(Member.source_key, Member.id).where(Member.source_key.in_(keys))
    )
    return {str(key): member_id for key, member_id in rows}
