"""Accounts of shoppers: made, found, changed, blocked, imported."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed, count_of, insert_or, value_of
from core.kernel.clock import local_date, now
from core.kernel.errors import Conflict, InvalidInput, NotFound
from core.kernel.ids import new_id
from core.kernel.paging import Page
from core.members.events import MemberRegistered
from core.members.models import Member
from core.members.rules import check_birthday, clean_nickname
from core.members.services.sessions import revoke_sessions
from core.members.types import (
    MemberRow,
    MemberState,
    MemberView,
    NewPassword,
    Realm,
    display_name,
)
from core.settings.services import load_settings

LOCALES = ("zh_Hans_CN", "en")

_VIEW: Any = (
    Member.id,
    Member.phone,
    Member.email,
    Member.nickname,
    Member.avatar_id,
    Member.birthday_on,
    Member.locale,
    Member.state,
    Member.password_hash.is_not(None),
    Member.created_at,
    Member.last_seen_at,
)
_KEEP: Any = object()
"""Default of an argument that leaves the value as it is."""


def member_view(session: Session, member_id: UUID) -> MemberView:
    """A member by id, in whatever state.

    Raises:
        NotFound: no such member.
    """
    return _one(session, Member.id == member_id)


def member_by_phone(session: Session, phone: str) -> MemberView:
    """A member by phone in E.164.

    Raises:
        NotFound: no such member.
    """
    return _one(session, Member.phone == phone)


def member_by_email(session: Session, email: str) -> MemberView:
    """A member by mailbox in lower case.

    Raises:
        NotFound: no such member.
    """
    return _one(session, Member.email == email)


def names_of(session: Session, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """What to call each of these members (nickname or masked phone); one statement."""
    if not member_ids:
        return {}
    rows = session.execute(
        sa.select(Member.id, Member.nickname, Member.phone, Member.email).where(
            Member.id.in_(set(member_ids))
        )
    )
    return {row.id: display_name(row.nickname, row.phone, row.email) for row in rows}


def list_members(
    session: Session, *, query: str = "", state: str = "", page: int = 1, per_page: int = 20
) -> Page[MemberRow]:
    """Members for the merchant, newest first; two statements.

    ``query`` looks in nickname, phone (any part) and e-mail. Erased members show only when asked
    for by ``state``.
    """
    chosen = sa.select(
        Member.id,
        Member.nickname,
        Member.phone,
        Member.email,
        Member.state,
        Member.created_at,
        Member.last_seen_at,
    )
    chosen = chosen.where(Member.state == state if state else Member.state != MemberState.ERASED)
    if text := query.strip():
        chosen = chosen.where(
            sa.or_(
                Member.nickname.contains(text, autoescape=True),
                Member.phone.contains(text.replace(" ", ""), autoescape=True),
                Member.email.contains(text.lower(), autoescape=True),
            )
        )
    total = count_of(session, chosen)
    rows = session.execute(
        chosen.order_by(Member.created_at.desc(), Member.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    items = tuple(
        MemberRow(
            row.id,
            display_name(row.nickname, row.phone, row.email),
            row.phone,
            row.email,
            row.state,
            row.created_at,
            row.last_seen_at,
        )
        for row in rows
    )
    return Page(items, total, page, per_page)


def count_members(session: Session, *, since: Any = None) -> int:
    """How many members there are, or how many registered at or after an instant."""
    chosen = (
        sa.select(sa.func.count()).select_from(Member).where(Member.state != MemberState.ERASED)
    )
    if since is not None:
        chosen = chosen.where(Member.created_at >= since)
    return session.execute(chosen).scalar_one()


def create_member(
    session: Session,
    *,
    source: str,
    phone: str | None = None,
    email: str | None = None,
    password: NewPassword | None = None,
    nickname: str = "",
    locale: str = "zh_Hans_CN",
) -> UUID:
    """Make an account without asking anybody for a code: for merchants, seeds and tests.

    Args:
        session: unit of work.
        source: where the account comes from, told by ``MemberRegistered``.
        phone: in E.164.
        email: in lower case.
        password: from ``prepare_password``.
        nickname: what to be called.
        locale: language.

    Raises:
        InvalidInput: nickname too long.
        Conflict: phone or e-mail has an account.
    """
    member_id = insert_member(
        session,
        source=source,
        phone=phone,
        email=email,
        password=password,
        nickname=nickname,
        locale=locale,
    )
    if member_id is None:
        raise Conflict("member.contact_taken", "Another account uses this phone or e-mail address.")
    return member_id


def insert_member(
    session: Session,
    *,
    source: str,
    phone: str | None = None,
    email: str | None = None,
    password: NewPassword | None = None,
    nickname: str = "",
    locale: str = "zh_Hans_CN",
) -> UUID | None:
    """Store a new member and announce it; for this room's own sign-in services.

    Returns:
        The id, or ``None`` when phone or e-mail is taken: the caller decides what that means.
    """
    at, member_id = now(), new_id()
    stored = changed(
        session,
        insert_or(session, Member)
        .values(
            id=member_id,
            phone=phone,
            email=email,
            password_hash=password.hash if password else None,
            nickname=clean_nickname(nickname),
            locale=locale if locale in LOCALES else LOCALES[0],
            state=MemberState.ACTIVE,
            created_at=at,
            last_seen_at=at,
        )
        .on_conflict_do_nothing(),
    )
    if not stored:
        return None
    announce(session, MemberRegistered(member_id=member_id, source=source, registered_at=at))
    return member_id


def update_profile(
    session: Session,
    member_id: UUID,
    *,
    nickname: str = _KEEP,
    birthday_on: date | None = _KEEP,
    locale: str = _KEEP,
    avatar_id: UUID | None = _KEEP,
) -> MemberView:
    """Change what a member says about themselves; what is not given stays.

    Raises:
        InvalidInput: nickname too long, impossible birthday, unknown language.
        NotFound: no such member.
    """
    values: dict[str, Any] = {}
    if nickname is not _KEEP:
        values["nickname"] = clean_nickname(nickname)
    if birthday_on is not _KEEP:
        today = local_date(now(), load_settings(session).timezone)
        values["birthday_on"] = birthday_on and check_birthday(birthday_on, today)
    if locale is not _KEEP:
        if locale not in LOCALES:
            raise InvalidInput("member.locale", "This language is not offered.", field="locale")
        values["locale"] = locale
    if avatar_id is not _KEEP:
        values["avatar_id"] = avatar_id
    if values:
        changed(
            session,
            sa.update(Member)
            .where(Member.id == member_id, Member.state == MemberState.ACTIVE)
            .values(**values),
        )
    return member_view(session, member_id)


def block_member(session: Session, member_id: UUID) -> None:
    """Keep a member from signing in and sign them out everywhere. Orders go on.

    Raises:
        NotFound: no such active member.
    """
    _change_state(session, member_id, MemberState.ACTIVE, MemberState.BLOCKED)
    revoke_sessions(session, Realm.MEMBER, member_id)


def unblock_member(session: Session, member_id: UUID) -> None:
    """Let a blocked member sign in again.

    Raises:
        NotFound: no such blocked member.
    """
    _change_state(session, member_id, MemberState.BLOCKED, MemberState.ACTIVE)


def _one(session: Session, which: sa.ColumnElement[bool]) -> MemberView:
    row = session.execute(sa.select(*_VIEW).where(which)).one_or_none()
    if row is None:
        raise NotFound("member.unknown", "There is no such member.")
    return value_of(MemberView, row)


def _change_state(session: Session, member_id: UUID, old: MemberState, new: MemberState) -> None:
    done = changed(
        session,
        sa.update(Member).where(Member.id == member_id, Member.state == old).values(state=new),
    )
    if not done:
        raise NotFound("member.unknown", "There is no such member.")
