"""One-time codes to phones and mailboxes: six digits, five minutes, five tries, one use."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.limits import hit
from core.db.statements import changed
from core.kernel.clock import now
from core.kernel.contacts import parse_email, parse_phone
from core.kernel.errors import WrongSecret
from core.kernel.ids import new_id
from core.members.models import Member, VerificationCode
from core.members.rules import (
    CODE_LIFE,
    CODE_LIMITS_IP,
    CODE_LIMITS_TARGET,
    CODE_TRIES,
    SIGN_IN_LIMITS_IP,
    Limit,
    code_hash,
    is_code,
    new_code,
)
from core.members.types import CodePurpose, CodeSent
from core.messages.services import send
from core.settings.services import load_settings

Channel = Literal["sms", "email"]


def send_code(
    session: Session,
    channel_kind: Channel,
    target: str,
    purpose: CodePurpose,
    *,
    ip: str,
    locale: str = "zh_Hans_CN",
) -> CodeSent:
    """Put a new code in the message queue; codes sent before for the same purpose are void.

    Args:
        session: unit of work.
        channel_kind: ``sms`` or ``email``.
        target: phone or mailbox as typed.
        purpose: what the code will be good for.
        ip: address of the asker, for the limits.
        locale: language of the message.

    Returns:
        What to tell the asker. A ``RESET`` for an unknown account looks like any other and sends
        nothing.

    Raises:
        InvalidInput: no phone or mailbox.
        RateLimited: one code a minute, five an hour and ten a day for a target; twenty an hour and
            sixty a day for an address.
    """
    target = _parse(channel_kind, target)
    count_tries(session, f"code:{target}", CODE_LIMITS_TARGET)
    count_tries(session, f"code:ip:{ip}", CODE_LIMITS_IP)
    at = now()
    sent_until = at + CODE_LIFE
    if purpose == CodePurpose.RESET and not _has_account(session, channel_kind, target):
        return CodeSent(None, sent_until, CODE_LIMITS_TARGET[0].window_s)
    changed(
        session,
        sa.update(VerificationCode)
        .where(
            VerificationCode.target == target,
            VerificationCode.purpose == purpose,
            VerificationCode.used_at.is_(None),
        )
        .values(used_at=at),
    )
    code_id, code = new_id(), new_code()
    session.execute(
        sa.insert(VerificationCode).values(
            id=code_id,
            channel=channel_kind,
            target=target,
            purpose=purpose,
            code_hash=code_hash(str(code_id), target, purpose, code),
            created_at=at,
            expires_at=sent_until,
            tries=0,
        )
    )
    message_id = _queue(session, code_id, channel_kind, target, purpose, code, locale)
    return CodeSent(message_id, sent_until, CODE_LIMITS_TARGET[0].window_s)


def redeem_code(
    session: Session,
    channel_kind: Channel,
    target: str,
    purpose: CodePurpose,
    code: str,
    *,
    ip: str,
) -> str:
    """Use up a code and return its target in stored form.

    A wrong code costs a try even though it ends in an error: ``WrongSecret`` keeps that one write.

    Raises:
        InvalidInput: no phone or mailbox.
        WrongSecret: wrong, used, older than five minutes, or tried five times.
        RateLimited: too many tries from this address.
    """
    target = _parse(channel_kind, target)
    count_tries(session, f"code-try:ip:{ip}", SIGN_IN_LIMITS_IP)
    at = now()
    live = (
        VerificationCode.used_at.is_(None),
        VerificationCode.expires_at > at,
        VerificationCode.tries < CODE_TRIES,
    )
    row = session.execute(
        sa.select(VerificationCode.id, VerificationCode.code_hash, VerificationCode.tries)
        .where(VerificationCode.target == target, VerificationCode.purpose == purpose, *live)
        .order_by(VerificationCode.created_at.desc(), VerificationCode.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or not changed(
        session,
        sa.update(VerificationCode)
        .where(VerificationCode.id == row.id, *live)
        .values(tries=VerificationCode.tries + 1),
    ):
        raise WrongSecret(
            "code.expired", "This code is no longer valid. Please ask for a new one.", field="code"
        )
    if not is_code(row.code_hash, str(row.id), target, purpose, code):
        raise WrongSecret(
            "code.wrong",
            "This code is wrong. Tries left: %(left)s.",
            field="code",
            left=max(0, CODE_TRIES - row.tries - 1),
        )
    changed(
        session,
        sa.update(VerificationCode).where(VerificationCode.id == row.id).values(used_at=at),
    )
    return target


def prune_codes(session: Session) -> int:
    """Delete codes that can no longer be used; a job calls it. Returns how many."""
    return changed(
        session, sa.delete(VerificationCode).where(VerificationCode.expires_at < now() - CODE_LIFE)
    )


def count_tries(session: Session, key: str, limits: Iterable[Limit]) -> None:
    """Count one try against several limits.

    Raises:
        RateLimited: one of them is reached.
    """
    for limit in limits:
        hit(session, key, limit.count, limit.window_s)


def _parse(channel_kind: Channel, target: str) -> str:
    return parse_phone(target, is_mobile=True) if channel_kind == "sms" else parse_email(target)


def _has_account(session: Session, channel_kind: Channel, target: str) -> bool:
    column = Member.phone if channel_kind == "sms" else Member.email
    return session.execute(sa.select(Member.id).where(column == target)).first() is not None


def _queue(
    session: Session,
    code_id: UUID,
    channel_kind: Channel,
    target: str,
    purpose: CodePurpose,
    code: str,
    locale: str,
) -> UUID:
    settings = load_settings(session)
    return send(
        session,
        key=f"code:{code_id}",
        channel_kind=channel_kind,
        recipient=target,
        template=f"code.{purpose}",
        params={
            "shop": settings.name_in(locale),
            "code": code,
            "minutes": int(CODE_LIFE.total_seconds() // 60),
        },
        locale=locale,
    )
