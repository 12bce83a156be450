"""What a fraud check may compare of members, as fingerprints (see the module ``fingerprints``).

Rooms above declare at import what they keep, as :func:`declare_signals` says, so that all of it is
read in one statement.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.marks import account_mark
from core.members.models import Address, AuthSession, Member
from core.members.services.fingerprints import (
    ADDRESS_PARTS,
    account_numbers,
    fingerprint,
    parsed,
    plain_address,
)
from core.members.types import MemberSignals, Realm

_SEPARATOR = "\x1f"


def _as_they_are(text: str) -> Iterable[str]:
    return (text,)


def _one_address(text: str) -> Iterable[str]:
    return (plain_address(dict(zip(ADDRESS_PARTS, text.split(_SEPARATOR), strict=True))),)


def _numbers(text: str) -> Iterable[str]:
    return map(account_mark, account_numbers(parsed(text)))


_READ: dict[str, Callable[[str], Iterable[str]]] = {
    "phones": _as_they_are,
    "addresses": _one_address,
    "devices": _as_they_are,
    "browsers": _as_they_are,
    "accounts": _numbers,
    "payers": _as_they_are,
}
_selections: dict[str, Callable[[], Any]] = {}


def declare_signals(kind: str, select: Callable[[], Any]) -> None:
    """Let a room say where one kind of signal is kept.

    Args:
        kind: a field of :class:`MemberSignals`.
        select: gives a selection of (member id, text): for ``accounts`` a JSON object as text, for
            ``payers`` a mark (:func:`core.kernel.marks.account_mark`).
    """
    _selections[kind] = select


def member_signals(session: Session, member_ids: Collection[UUID]) -> dict[UUID, MemberSignals]:
    """Fingerprints of what these members have: phone, places, devices, sign-ins, accounts.

    For comparing only: with each other and with those of ``order_signals``. Never shown, never
    stored. Every member asked for is in the answer, with empty sets where nothing is kept. One
    statement.
    """
    found: dict[UUID, dict[str, set[str]]] = {
        member_id: {kind: set() for kind in _READ} for member_id in member_ids
    }
    if not found:
        return {}
    for member_id, kind, text in session.execute(_everything(list(found))):
        found[member_id][kind].update(
            fingerprint(kind_of_fact(kind), plain) for plain in _READ[kind](text) if plain
        )
    return {
        member_id: MemberSignals(member_id, **{k: frozenset(v) for k, v in kinds.items()})
        for member_id, kinds in found.items()
    }


def kind_of_fact(kind: str) -> str:
    """What a signal is about: who pays from an account may be compared with who is paid to it."""
    return "accounts" if kind == "payers" else kind


def browser_text() -> Any:
    """Network address and browser of a sign-in, as one text."""
    return AuthSession.ip + _SEPARATOR + AuthSession.user_agent


def _everything(member_ids: list[UUID]) -> Any:
    own = {
        "phones": lambda: sa.select(Member.id, Member.phone).where(Member.phone.is_not(None)),
        "addresses": lambda: sa.select(
            Address.member_id,
            Address.province
            + _SEPARATOR
            + Address.city
            + _SEPARATOR
            + Address.district
            + _SEPARATOR
            + Address.detail,
        ),
        "browsers": lambda: sa.select(AuthSession.subject_id, browser_text()).where(
            AuthSession.realm == Realm.MEMBER, AuthSession.ip != ""
        ),
    }
    parts = []
    for kind, select in {**own, **_selections}.items():
        each = select().subquery()
        member_id, text = each.c
        parts.append(
            sa.select(member_id, sa.literal(kind), sa.cast(text, sa.Text()))
            .where(member_id.in_(member_ids))
            .distinct()
        )
    return sa.union_all(*parts)
