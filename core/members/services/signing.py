"""Proving who one is: by a code on the phone, or by e-mail and password.

Codes and registration run in the caller's unit of work, so that account, referral and session are
made together. A password takes tens of milliseconds to check: :func:`sign_in_with_password` opens
its own units of work before and after, and :func:`prepare_password` is called before one opens.
"""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.limits import forget_hits
from core.db.statements import changed
from core.kernel.clock import now
from core.kernel.contacts import parse_email, parse_phone
from core.kernel.errors import Conflict, InvalidForm, InvalidInput, Rejected, WrongSecret
from core.kernel.passwords import hash_password, is_outdated, is_password
from core.kernel.values import dataclass
from core.members.models import Member
from core.members.rules import (
    REGISTER_LIMITS_IP,
    SIGN_IN_LIMITS_IP,
    SIGN_IN_LIMITS_PAIR,
    SIGN_IN_LIMITS_TARGET,
    check_password,
    clean_nickname,
)
from core.members.services.accounts import insert_member, member_view
from core.members.services.codes import count_tries, redeem_code
from core.members.services.consents import check_required, record_consents
from core.members.types import (
    CodePurpose,
    ConsentAnswer,
    MemberState,
    NewPassword,
    SignIn,
)


def sign_in_with_code(
    session: Session,
    phone: str,
    code: str,
    *,
    ip: str,
    consents: Sequence[ConsentAnswer] = (),
    source: str = "phone",
    locale: str = "zh_Hans_CN",
) -> SignIn:
    """Sign in by phone and code; an unknown phone gets an account.

    Args:
        session: unit of work; open the session and bind the referral in it, too.
        phone: as typed.
        code: six digits from ``send_code(…, SIGN_IN)``.
        ip: address of the browser.
        consents: answers given on the form; a new account needs terms and privacy.
        source: where the account comes from, told by ``MemberRegistered``.
        locale: language of a new account.

    Raises:
        InvalidInput: no phone number; consents missing for a new account.
        WrongSecret: wrong or spent code.
        RateLimited: too many tries.
        Rejected: the account is blocked.
    """
    phone = redeem_code(session, "sms", phone, CodePurpose.SIGN_IN, code, ip=ip)
    found = _account(session, Member.phone == phone)
    is_new = False
    if found is None:
        check_required(consents)
        is_new = insert_member(session, source=source, phone=phone, locale=locale) is not None
        found = _account(session, Member.phone == phone)
        assert found is not None  # stored just now, by us or by a request at the same moment
    _check_active(found)
    record_consents(session, found.id, consents, source="register" if is_new else "sign_in")
    _seen(session, found.id)
    return SignIn(member_view(session, found.id), is_new)


def prepare_password(password: str) -> NewPassword:
    """Check and hash a new password. Slow: call it before a unit of work opens.

    Raises:
        InvalidInput: too short, too long or too plain.
    """
    return NewPassword(hash_password(check_password(password)))


def check_registration(
    email: str, password: str, *, nickname: str, consents: Sequence[ConsentAnswer]
) -> None:
    """Refuse what no account by e-mail can be made of, before anything is hashed or asked.

    Raises:
        InvalidForm: names every field that is wrong.
    """
    checks = (
        partial(parse_email, email),
        partial(clean_nickname, nickname),
        partial(check_password, password),
        partial(check_required, consents),
    )
    if faults := tuple(fault for check in checks if (fault := _fault(check))):
        raise InvalidForm(faults)


def _fault(check: Callable[[], object]) -> InvalidInput | None:
    try:
        check()
    except InvalidInput as fault:
        return fault
    return None


def register_with_password(
    session: Session,
    email: str,
    password: NewPassword,
    *,
    ip: str,
    consents: Sequence[ConsentAnswer],
    nickname: str = "",
    source: str = "email",
    locale: str = "zh_Hans_CN",
) -> SignIn:
    """Make an account with e-mail and password.

    Args:
        session: unit of work; open the session and bind the referral in it, too.
        email: as typed.
        password: from :func:`prepare_password`.
        ip: address of the browser.
        consents: answers given on the form; terms and privacy are needed.
        nickname: what to be called.
        source: where the account comes from, told by ``MemberRegistered``.
        locale: language of the account.

    Raises:
        InvalidInput: no mailbox, nickname too long, consents missing.
        Conflict: the mailbox has an account.
        RateLimited: too many accounts from this address.
    """
    email = parse_email(email)
    count_tries(session, f"register:ip:{ip}", REGISTER_LIMITS_IP)
    check_required(consents)
    member_id = insert_member(
        session,
        source=source,
        email=email,
        password=password,
        nickname=nickname,
        locale=locale,
    )
    if member_id is None:
        raise Conflict(
            "member.email_taken", "This e-mail address has an account already.", field="email"
        )
    record_consents(session, member_id, consents, source="register")
    return SignIn(member_view(session, member_id), is_new=True)


def sign_in_with_password(database: Database, login: str, password: str, *, ip: str) -> SignIn:
    """Sign in by e-mail (or phone) and password. Opens its own units of work; give it no session.

    An unknown account takes as long as a wrong password and reads the same.

    Raises:
        WrongSecret: unknown account or wrong password.
        RateLimited: too many tries on this account or from this address.
        Rejected: the password is right and the account is blocked.
    """
    target, which = _login(login)
    pair = f"sign-in:{target}@{ip}"
    with database.write() as session:
        count_tries(session, f"sign-in:{target}", SIGN_IN_LIMITS_TARGET)
        count_tries(session, pair, SIGN_IN_LIMITS_PAIR)
        count_tries(session, f"sign-in:ip:{ip}", SIGN_IN_LIMITS_IP)
        found = _account(session, which)
    stored = found.password_hash if found else None
    if not is_password(stored, password) or found is None or stored is None:
        raise WrongSecret("sign_in.wrong", "Account or password is wrong.", field="password")
    _check_active(found)
    renewed = hash_password(password) if is_outdated(stored) else stored
    with database.write() as session:
        forget_hits(session, pair, SIGN_IN_LIMITS_PAIR[0].window_s)
        if renewed != stored:
            changed(
                session,
                sa.update(Member)
                .where(Member.id == found.id, Member.password_hash == stored)
                .values(password_hash=renewed),
            )
        _seen(session, found.id)
        return SignIn(member_view(session, found.id), is_new=False)


def confirm_password(database: Database, member_id: UUID, password: str, *, ip: str) -> None:
    """Ask a signed-in member for the password again, before something grave.

    Opens its own units of work; give it no session.

    Raises:
        WrongSecret: wrong, or the account has no password.
        RateLimited: too many tries.
    """
    with database.write() as session:
        count_tries(session, f"confirm:{member_id}", SIGN_IN_LIMITS_PAIR)
        count_tries(session, f"sign-in:ip:{ip}", SIGN_IN_LIMITS_IP)
        found = _account(session, Member.id == member_id)
    if not is_password(found.password_hash if found else None, password):
        raise WrongSecret("password.wrong", "This password is wrong.", field="password")


@dataclass(frozen=True)
class _Account:
    id: UUID
    state: str
    password_hash: str | None


def _account(session: Session, which: sa.ColumnElement[bool]) -> _Account | None:
    row = session.execute(
        sa.select(Member.id, Member.state, Member.password_hash).where(which)
    ).one_or_none()
    return _Account(row.id, row.state, row.password_hash) if row else None


def _login(login: str) -> tuple[str, sa.ColumnElement[bool]]:
    """The account's stored name and how to find it; what is neither finds nobody."""
    try:
        if "@" in login:
            email = parse_email(login)
            return email, Member.email == email
        phone = parse_phone(login)
    except InvalidInput:
        return login.strip().lower()[:80], sa.false()
    return phone, Member.phone == phone


def _check_active(account: _Account) -> None:
    if account.state != MemberState.ACTIVE:
        raise Rejected(
            "member.blocked", "This account is blocked. Please contact customer service."
        )


def _seen(session: Session, member_id: UUID) -> None:
    changed(session, sa.update(Member).where(Member.id == member_id).values(last_seen_at=now()))
