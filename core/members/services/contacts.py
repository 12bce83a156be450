"""Changing phone, mailbox and password: each verified, each told to the old contact."""

from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db.statements import changed
from core.kernel.errors import Conflict
from core.kernel.ids import new_id
from core.kernel.text import mask_phone
from core.members.models import Member
from core.members.services.accounts import member_by_email, member_by_phone, member_view
from core.members.services.codes import redeem_code
from core.members.services.sessions import revoke_sessions
from core.members.types import CodePurpose, MemberView, NewPassword, Realm
from core.messages.services import send
from core.settings.services import load_settings


def change_phone(
    session: Session, member_id: UUID, phone: str, code: str, *, ip: str, key: str = ""
) -> MemberView:
    """Give an account a new phone, proved by a code sent there (``send_code(…, BIND)``).

    Args:
        session: unit of work.
        member_id: whose account.
        phone: the new number as typed.
        code: what arrived there.
        ip: address of the browser.
        key: session that stays signed in; all others end.

    Raises:
        InvalidInput: no phone number.
        WrongSecret: wrong or spent code.
        Conflict: another account has this phone.
        RateLimited: too many tries.
    """
    phone = redeem_code(session, "sms", phone, CodePurpose.BIND, code, ip=ip)
    old = member_view(session, member_id)
    _set_contact(session, member_id, Member.phone, phone)
    _tell(session, old, "member.contact_changed", contact=mask_phone(phone))
    revoke_sessions(session, Realm.MEMBER, member_id, but_key=key)
    return member_view(session, member_id)


def change_email(
    session: Session, member_id: UUID, email: str, code: str, *, ip: str, key: str = ""
) -> MemberView:
    """Give an account a new mailbox, proved by a code sent there. See :func:`change_phone`.

    Raises:
        InvalidInput: no mailbox.
        WrongSecret: wrong or spent code.
        Conflict: another account has this mailbox.
        RateLimited: too many tries.
    """
    email = redeem_code(session, "email", email, CodePurpose.BIND, code, ip=ip)
    old = member_view(session, member_id)
    _set_contact(session, member_id, Member.email, email)
    _tell(session, old, "member.contact_changed", contact=email)
    revoke_sessions(session, Realm.MEMBER, member_id, but_key=key)
    return member_view(session, member_id)


def set_password(
    session: Session, member_id: UUID, password: NewPassword, *, key: str = ""
) -> None:
    """Set or replace the password of a signed-in member and end all other sessions.

    The edge asks for the old password first (``confirm_password``) when there is one.

    Args:
        session: unit of work.
        member_id: whose account.
        password: from ``prepare_password``.
        key: session that stays signed in.
    """
    member = member_view(session, member_id)
    changed(
        session,
        sa.update(Member).where(Member.id == member_id).values(password_hash=password.hash),
    )
    revoke_sessions(session, Realm.MEMBER, member_id, but_key=key)
    if member.has_password:
        _tell(session, member, "member.password_changed")


def reset_password(
    session: Session,
    channel_kind: Literal["sms", "email"],
    target: str,
    code: str,
    password: NewPassword,
    *,
    ip: str,
) -> MemberView:
    """Set a new password by a code (``send_code(…, RESET)``); every session ends.

    Raises:
        InvalidInput: no phone or mailbox.
        WrongSecret: wrong or spent code.
        RateLimited: too many tries.
    """
    target = redeem_code(session, channel_kind, target, CodePurpose.RESET, code, ip=ip)
    find = member_by_phone if channel_kind == "sms" else member_by_email
    member = find(session, target)
    set_password(session, member.id, password)
    return member


def _set_contact(session: Session, member_id: UUID, column: object, value: str) -> None:
    try:
        with session.begin_nested():
            changed(
                session, sa.update(Member).where(Member.id == member_id).values({column: value})
            )
    except IntegrityError:
        raise Conflict(
            "member.contact_taken", "Another account uses this phone or e-mail address."
        ) from None


def _tell(session: Session, member: MemberView, template: str, **params: str) -> None:
    """Message the contact the account had before: its owner must notice a theft."""
    settings = load_settings(session)
    recipient = member.phone or member.email
    if recipient is None:
        return
    send(
        session,
        key=f"{template}:{new_id()}",
        channel_kind="sms" if member.phone else "email",
        recipient=recipient,
        template=template,
        params={
            "shop": settings.name_in(member.locale),
            **params,
        },
        member_id=member.id,
        locale=member.locale,
    )
