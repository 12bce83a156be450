"""Signed-in browsers: a row each, found by the hash of a random token, revocable at any time."""

from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.db.statements import changed, value_of
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.kernel.ids import new_token, token_hash
from core.members.models import AuthSession, Member
from core.members.rules import SESSION_LIVES, TOUCH_EVERY
from core.members.types import MemberState, Principal, Realm, SessionView, display_name
from core.staff.models import Role, Staff

# Read on every page of somebody signed in: rows of tables, never entities, compiled once.
_member, _staff = cast(sa.Table, Member.__table__), cast(sa.Table, Staff.__table__)
_role, _open = cast(sa.Table, Role.__table__), cast(sa.Table, AuthSession.__table__)
_valid = (
    _open.c.token_hash == sa.bindparam("key", type_=_open.c.token_hash.type),
    _open.c.revoked_at.is_(None),
    _open.c.expires_at > sa.bindparam("at", type_=_open.c.expires_at.type),
)
_READ: dict[str, Prepared] = {
    Realm.MEMBER: Prepared(
        sa.select(
            _member.c.id,
            _member.c.nickname,
            _member.c.phone,
            _member.c.email,
            _member.c.locale,
            _member.c.avatar_id,
            _open.c.seen_at,
        )
        .join(_member, _member.c.id == _open.c.subject_id)
        .where(*_valid, _open.c.realm == Realm.MEMBER, _member.c.state == MemberState.ACTIVE)
    ),
    Realm.STAFF: Prepared(
        sa.select(_staff.c.id, _staff.c.name, _staff.c.locale, _role.c.permissions, _open.c.seen_at)
        .join(_staff, _staff.c.id == _open.c.subject_id)
        .join(_role, _role.c.id == _staff.c.role_id)
        .where(*_valid, _open.c.realm == Realm.STAFF, _staff.c.is_active)
    ),
}


def open_session(
    session: Session,
    realm: str,
    subject_id: UUID,
    *,
    ip: str = "",
    user_agent: str = "",
    previous_token: str = "",
) -> str:
    """Sign a browser in and return the token for its cookie; only the token's hash is stored.

    Args:
        session: unit of work.
        realm: member or staff.
        subject_id: who was proved.
        ip: address of the browser, shown to the person.
        user_agent: what the browser calls itself, shown to the person.
        previous_token: what its cookie held before; that session ends (rotation at sign-in).
    """
    if previous_token:
        _revoke(session, AuthSession.token_hash == token_hash(previous_token))
    token, at = new_token(32), now()
    session.execute(
        sa.insert(AuthSession).values(
            token_hash=token_hash(token),
            realm=realm,
            subject_id=subject_id,
            created_at=at,
            seen_at=at,
            expires_at=at + SESSION_LIVES[Realm(realm)].idle,
            user_agent=user_agent[:200],
            ip=ip[:45],
        )
    )
    return token


def read_session(session: Session, token: str, realm: str) -> Principal | None:
    """Who is signed in; one statement, no write.

    Returns:
        ``None`` for a token that is unknown, ended, revoked, of the other realm, or of somebody who
        may no longer sign in.
    """
    if not token:
        return None
    key, at = token_hash(token), now()
    row = _READ[realm].first(session, {"key": key, "at": at})
    if row is None:
        return None
    is_touch_due = at - row.seen_at >= TOUCH_EVERY
    if realm == Realm.STAFF:
        return Principal(
            realm=Realm.STAFF,
            subject_id=row.id,
            name=row.name,
            locale=row.locale,
            session_key=key,
            permissions=frozenset(row.permissions),
            is_touch_due=is_touch_due,
        )
    return Principal(
        realm=Realm.MEMBER,
        subject_id=row.id,
        name=display_name(row.nickname, row.phone, row.email),
        locale=row.locale,
        session_key=key,
        avatar_id=row.avatar_id,
        is_touch_due=is_touch_due,
    )


def touch_session(session: Session, principal: Principal) -> None:
    """Note that the person was here and let the session live on, up to its longest life.

    Called when ``principal.is_touch_due``, at most every ten minutes; doing it twice is harmless.
    """
    at, life = now(), SESSION_LIVES[Realm(principal.realm)]
    created_at = session.execute(
        sa.select(AuthSession.created_at).where(AuthSession.token_hash == principal.session_key)
    ).scalar_one_or_none()
    if created_at is None:
        return
    changed(
        session,
        sa.update(AuthSession)
        .where(AuthSession.token_hash == principal.session_key, AuthSession.seen_at < at)
        .values(seen_at=at, expires_at=min(at + life.idle, created_at + life.longest)),
    )
    subject: type[Member] | type[Staff] = Member if principal.realm == Realm.MEMBER else Staff
    changed(
        session,
        sa.update(subject).where(subject.id == principal.subject_id).values(last_seen_at=at),
    )


def sessions_of(session: Session, realm: str, subject_id: UUID) -> list[SessionView]:
    """Where a person is signed in, last seen first."""
    rows = session.execute(
        sa.select(
            AuthSession.token_hash,
            AuthSession.user_agent,
            AuthSession.ip,
            AuthSession.created_at,
            AuthSession.seen_at,
            AuthSession.expires_at,
        )
        .where(
            AuthSession.subject_id == subject_id,
            AuthSession.realm == realm,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > now(),
        )
        .order_by(AuthSession.seen_at.desc())
    )
    return [value_of(SessionView, row) for row in rows]


def revoke_session(session: Session, key: str, *, realm: str, subject_id: UUID) -> None:
    """Sign one browser out; ``key`` is ``Principal.session_key`` or ``SessionView.key``.

    Raises:
        NotFound: not one of this person's live sessions.
    """
    done = _revoke(
        session,
        AuthSession.token_hash == key,
        AuthSession.realm == realm,
        AuthSession.subject_id == subject_id,
    )
    if not done:
        raise NotFound("session.unknown", "There is no such session.")


def revoke_sessions(session: Session, realm: str, subject_id: UUID, *, but_key: str = "") -> int:
    """Sign a person out everywhere, or everywhere but here. Returns how many sessions ended."""
    return _revoke(
        session,
        AuthSession.subject_id == subject_id,
        AuthSession.realm == realm,
        AuthSession.token_hash != but_key,
    )


def prune_sessions(session: Session) -> int:
    """Delete sessions that ended; a job calls it. Returns how many."""
    at = now()
    return changed(
        session,
        sa.delete(AuthSession).where(
            sa.or_(AuthSession.expires_at < at, AuthSession.revoked_at.is_not(None))
        ),
    )


def _revoke(session: Session, *which: sa.ColumnElement[bool]) -> int:
    return changed(
        session,
        sa.update(AuthSession)
        .where(*which, AuthSession.revoked_at.is_(None))
        .values(revoked_at=now()),
    )
