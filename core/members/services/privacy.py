"""What a member may ask of the store: a copy of everything about them, and to be forgotten.

Other rooms and plugins declare, at import, what they hold (``declare_export``), what must be
finished first (``declare_erase_check``) and what they empty (``declare_eraser``).
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel.clock import now
from core.kernel.errors import NotFound, Rejected
from core.members.events import MemberErased
from core.members.models import Address, AuthSession, Consent, Follow, Member, VerificationCode
from core.members.services.accounts import member_view
from core.members.services.addresses import addresses_of
from core.members.services.follows import follows_of
from core.members.services.sessions import sessions_of
from core.members.types import MemberState, Realm
from core.messages.services import forget_recipient, messages_of

_exports: dict[str, Callable[[Session, UUID], Any]] = {}
_checks: dict[str, Callable[[Session, UUID], None]] = {}
_erasers: dict[str, Callable[[Session, UUID], None]] = {}


def declare_export(name: str, read: Callable[[Session, UUID], Any]) -> None:
    """Add a room's part to the export, under its name; ``read`` returns plain values."""
    _exports[name] = read


def declare_erase_check(name: str, check: Callable[[Session, UUID], None]) -> None:
    """Let a room refuse an erasure by raising ``Rejected`` (open orders, payouts under way)."""
    _checks[name] = check


def declare_eraser(name: str, erase: Callable[[Session, UUID], None]) -> None:
    """Let a room empty its personal columns, in the transaction that erases the member."""
    _erasers[name] = erase


def export_member(session: Session, member_id: UUID) -> dict[str, Any]:
    """Everything the store holds about a member, as JSON values: times, ids and dates are text.

    Password hashes and tokens are left out: they are secrets of the store, not facts about them.

    Raises:
        NotFound: no such member.
    """
    parts = {
        "member": asdict(member_view(session, member_id)),
        "addresses": [asdict(view) for view in addresses_of(session, member_id)],
        "consents": _consent_history(session, member_id),
        "sessions": [
            {name: value for name, value in asdict(view).items() if name != "key"}
            for view in sessions_of(session, Realm.MEMBER, member_id)
        ],
        "follows": [asdict(view) for view in follows_of(session, [member_id]).get(member_id, ())],
        "messages": [asdict(view) for view in messages_of(session, member_id)],
    }
    for name, read in sorted(_exports.items()):
        parts[name] = read(session, member_id)
    return {"exported_at": now().isoformat(), **{k: _plain(v) for k, v in parts.items()}}


def erase_blockers(session: Session, member_id: UUID) -> list[Rejected]:
    """What must be finished before this member can be erased; empty: nothing."""
    found = []
    for _, check in sorted(_checks.items()):
        try:
            check(session, member_id)
        except Rejected as reason:
            found.append(reason)
    return found


def erase_member(session: Session, member_id: UUID) -> None:
    """Forget who a member is. The row and the orders stay; the person is gone from them for good.

    Personal columns are emptied, addresses, follows, sessions and codes deleted, messages blanked;
    other rooms empty theirs, plugins are told by ``MemberErased``. Erasing again changes nothing.

    Raises:
        NotFound: no such member.
        Rejected: orders or payouts are under way; ``params["causes"]`` holds each reason.
    """
    row = session.execute(
        sa.select(Member.state, Member.phone, Member.email)
        .where(Member.id == member_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFound("member.unknown", "There is no such member.")
    if row.state == MemberState.ERASED:
        return
    if causes := erase_blockers(session, member_id):
        raise Rejected(
            "member.erase_blocked",
            "The account cannot be deleted yet: %(reasons)s",
            reasons=" ".join(str(cause) for cause in causes),
            causes=causes,
        )
    contacts = [contact for contact in (row.phone, row.email) if contact]
    for _, erase in sorted(_erasers.items()):
        erase(session, member_id)
    forget_recipient(session, member_id, contacts)
    changed(session, sa.delete(VerificationCode).where(VerificationCode.target.in_(contacts)))
    changed(session, sa.delete(Address).where(Address.member_id == member_id))
    changed(session, sa.delete(Follow).where(Follow.member_id == member_id))
    changed(
        session,
        sa.delete(AuthSession).where(
            AuthSession.subject_id == member_id, AuthSession.realm == Realm.MEMBER
        ),
    )
    at = now()
    changed(
        session,
        sa.update(Member)
        .where(Member.id == member_id)
        .values(
            phone=None,
            email=None,
            password_hash=None,
            nickname="",
            avatar_id=None,
            birthday_on=None,
            source_key=None,
            last_seen_at=None,
            state=MemberState.ERASED,
        ),
    )
    announce(session, MemberErased(member_id=member_id, erased_at=at))


def _consent_history(session: Session, member_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(
            Consent.purpose,
            Consent.channel,
            Consent.version,
            Consent.is_granted,
            Consent.source,
            Consent.at,
        )
        .where(Consent.member_id == member_id)
        .order_by(Consent.at, Consent.id)
    )
    return [dict(row) for row in rows.mappings()]


def _plain(value: Any) -> Any:
    """JSON values of a value object's insides."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
