"""Merchant accounts: made, changed, put away, signed in."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.limits import forget_hits, hit
from core.db.statements import changed, insert_or, value_of
from core.kernel.clock import now
from core.kernel.contacts import parse_email
from core.kernel.errors import Conflict, InvalidInput, NotFound, Rejected, WrongSecret
from core.kernel.ids import new_id
from core.kernel.passwords import hash_password, is_outdated, is_password
from core.staff.models import Role, Staff
from core.staff.permissions import OWNER
from core.staff.rules import PASSWORD_MIN, clean_name
from core.staff.types import StaffView

LOCALES = ("zh_Hans_CN", "en")
_VIEW: Any = (
    Staff.id,
    Staff.email,
    Staff.name,
    Staff.role_id,
    Role.key,
    Role.name,
    Role.permissions,
    Staff.is_active,
    Staff.locale,
    Staff.created_at,
    Staff.last_seen_at,
)
_FROM_ONE_PLACE = (10, 900)
_FROM_ANYWHERE = (60, 3_600)
_OF_ONE_PLACE = (40, 900)


def prepare_staff_password(password: str) -> str:
    """Check and hash a new staff password. Slow: call it before a unit of work opens.

    Raises:
        InvalidInput: shorter than ten characters, or too plain.
    """
    if not PASSWORD_MIN <= len(password) <= 128 or len(set(password)) < 4:
        raise InvalidInput(
            "staff.password",
            "A staff password has at least %(least)s characters and is not too plain.",
            field="password",
            least=PASSWORD_MIN,
        )
    return hash_password(password)


def create_staff(
    session: Session,
    *,
    email: str,
    name: str,
    role_key: str,
    password_hash: str,
    locale: str = "zh_Hans_CN",
) -> StaffView:
    """Make an account for somebody who works in the store.

    Args:
        session: unit of work.
        email: mailbox to sign in with.
        name: shown in logs and timelines.
        role_key: key of a role; ``ensure_builtin_roles`` has run.
        password_hash: from :func:`prepare_staff_password`.
        locale: language of the admin.

    Raises:
        InvalidInput: no mailbox, no name, no such role.
        Conflict: the mailbox has an account.
    """
    email, name, staff_id = parse_email(email), clean_name(name), new_id()
    stored = changed(
        session,
        insert_or(session, Staff)
        .values(
            id=staff_id,
            email=email,
            name=name,
            password_hash=password_hash,
            role_id=_role_id(session, role_key),
            is_active=True,
            locale=_locale(locale),
            created_at=now(),
        )
        .on_conflict_do_nothing(index_elements=["email"]),
    )
    if not stored:
        raise Conflict(
            "staff.email_taken", "This e-mail address has a staff account already.", field="email"
        )
    return staff_view(session, staff_id)


def staff_view(session: Session, staff_id: UUID) -> StaffView:
    """One staff member.

    Raises:
        NotFound: nobody of that id.
    """
    return _one(session, Staff.id == staff_id)


def staff_by_email(session: Session, email: str) -> StaffView:
    """A staff member by mailbox in lower case.

    Raises:
        NotFound: nobody with that mailbox.
    """
    return _one(session, Staff.email == email)


def staff_names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Names of those among actors who work in the store, by actor (``staff:<uuid>``).

    Whoever is no staff is left out. One statement; none when there is nobody to ask for.
    """
    wanted = {actor: _id_in(actor) for actor in actors}
    ids = {staff_id for staff_id in wanted.values() if staff_id is not None}
    if not ids:
        return {}
    rows = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    return {actor: names[staff_id] for actor, staff_id in wanted.items() if staff_id in names}


def _id_in(actor: str) -> UUID | None:
    kind, _, text = actor.partition(":")
    try:
        return UUID(text) if kind == "staff" else None
    except ValueError:
        return None


def list_staff(session: Session) -> list[StaffView]:
    """Everybody who works or worked in the store: active first, then by name."""
    rows = session.execute(
        sa.select(*_VIEW)
        .join(Role, Role.id == Staff.role_id)
        .order_by(Staff.is_active.desc(), Staff.name, Staff.id)
    )
    return [_view(row) for row in rows]


def update_staff(
    session: Session,
    staff_id: UUID,
    *,
    name: str | None = None,
    role_key: str | None = None,
    is_active: bool | None = None,
    locale: str | None = None,
) -> StaffView:
    """Change an account; what is ``None`` stays. Rights change with the next request.

    An account that is not active opens no page any more, whatever its cookies.

    Raises:
        InvalidInput: no name, no such role, unknown language.
        NotFound: nobody of that id.
        Rejected: it would leave the store without an active owner.
    """
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = clean_name(name)
    if role_key is not None:
        values["role_id"] = _role_id(session, role_key)
    if is_active is not None:
        values["is_active"] = is_active
    if locale is not None:
        values["locale"] = _locale(locale)
    lock_owners(session)
    staff_view(session, staff_id)
    if values:
        changed(session, sa.update(Staff).where(Staff.id == staff_id).values(**values))
        _check_owner_left(session)
    return staff_view(session, staff_id)


def set_staff_password(session: Session, staff_id: UUID, password_hash: str) -> None:
    """Replace a password; the edge ends the other sessions (``members.revoke_sessions``).

    Args:
        session: unit of work.
        staff_id: whose.
        password_hash: from :func:`prepare_staff_password`.

    Raises:
        NotFound: nobody of that id.
    """
    done = changed(
        session,
        sa.update(Staff).where(Staff.id == staff_id).values(password_hash=password_hash),
    )
    if not done:
        raise _unknown()


def authenticate(database: Database, email: str, password: str, *, ip: str) -> StaffView:
    """Sign a staff member in. Opens its own units of work; give it no session.

    The edge opens the session (``members.open_session`` in the realm ``staff``) afterwards. An
    unknown account, a wrong password and an account put away read the same and take as long.

    Raises:
        WrongSecret: not these two.
        RateLimited: too many tries on this account or from this address.
    """
    try:
        target = parse_email(email)
    except InvalidInput:
        target = email.strip().lower()[:80]
    pair = f"staff:{target}@{ip}"
    with database.write() as session:
        hit(session, f"staff:{target}", *_FROM_ANYWHERE)
        hit(session, pair, *_FROM_ONE_PLACE)
        hit(session, f"staff:ip:{ip}", *_OF_ONE_PLACE)
        row = session.execute(
            sa.select(Staff.id, Staff.password_hash).where(Staff.email == target, Staff.is_active)
        ).one_or_none()
    if not is_password(row.password_hash if row else None, password) or row is None:
        raise WrongSecret("sign_in.wrong", "Account or password is wrong.", field="password")
    values: dict[str, Any] = {"last_seen_at": now()}
    if is_outdated(row.password_hash):
        values["password_hash"] = hash_password(password)
    with database.write() as session:
        forget_hits(session, pair, _FROM_ONE_PLACE[1])
        changed(session, sa.update(Staff).where(Staff.id == row.id).values(**values))
        return staff_view(session, row.id)


def lock_owners(session: Session) -> None:
    """Let only one request at a time change who owns the store."""
    session.execute(sa.select(Role.id).where(Role.key == OWNER).with_for_update())


def _check_owner_left(session: Session) -> None:
    owner = session.execute(
        sa.select(Staff.id)
        .join(Role, Role.id == Staff.role_id)
        .where(Role.key == OWNER, Staff.is_active)
        .limit(1)
    ).first()
    if owner is None:
        raise Rejected("staff.last_owner", "The store needs at least one active owner.")


def _role_id(session: Session, role_key: str) -> UUID:
    role_id = session.execute(sa.select(Role.id).where(Role.key == role_key)).scalar_one_or_none()
    if role_id is None:
        raise InvalidInput("staff.role", "There is no such role.", field="role_key")
    return role_id


def _locale(locale: str) -> str:
    if locale not in LOCALES:
        raise InvalidInput("staff.locale", "This language is not offered.", field="locale")
    return locale


def _one(session: Session, which: sa.ColumnElement[bool]) -> StaffView:
    row = session.execute(
        sa.select(*_VIEW).join(Role, Role.id == Staff.role_id).where(which)
    ).one_or_none()
    if row is None:
        raise _unknown()
    return _view(row)


def _view(row: Any) -> StaffView:
    return value_of(StaffView, (*row[:6], frozenset(row[6]), *row[7:]))


def _unknown() -> NotFound:
    return NotFound("staff.unknown", "There is no such staff member.")
