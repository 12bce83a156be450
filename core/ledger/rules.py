"""What makes a journal sound, and which kinds of member accounts there are. Plain Python."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from core.kernel.errors import InvariantError
from core.kernel.money import FEN_LIMIT
from core.ledger.types import PLATFORM, WALLET, JournalEntry, Leg

_kinds: dict[str, bool] = {WALLET: True}
_LENGTHS = (("key", 160), ("kind", 48), ("reference", 80), ("actor", 64))


def member_owner(member_id: UUID) -> str:
    """Owner of a member's accounts: ``member:<uuid>``."""
    return f"member:{member_id}"


def declare_kind(kind: str, *, guarded: bool) -> None:
    """Say that members can have accounts of this kind; rooms and plugins do so when imported.

    Args:
        kind: such as ``commission_available``; at most 48 characters.
        guarded: such an account never goes below zero, whoever books.

    Raises:
        InvariantError: declared before with another ``guarded``.
    """
    if _kinds.setdefault(kind, guarded) != guarded:
        raise InvariantError(
            "ledger.kind", "The account kind %(kind)s is declared twice, differently.", kind=kind
        )


def declared_kinds() -> frozenset[str]:
    """Every kind of account that members can have, as far as it was declared in this process."""
    return frozenset(_kinds)


def is_guarded(owner: str, kind: str) -> bool:
    """Whether accounts of this kind may not go below zero.

    Raises:
        InvariantError: nobody declared the kind.
    """
    if owner == PLATFORM:
        return False
    try:
        return _kinds[kind]
    except KeyError:
        raise InvariantError(
            "ledger.kind", "The account kind %(kind)s is not declared.", kind=kind
        ) from None


@lru_cache(maxsize=65_536)
def account_id(owner: str, kind: str, asset: str) -> UUID:
    """The account's id, derived from what it is, so that a booking never has to look it up.

    Source: RFC 9562 §5.8 (version 8: the bits are the application's own).
    """
    digest = hashlib.sha256(f"{owner}\0{kind}\0{asset}".encode()).digest()[:16]
    value = int.from_bytes(digest) & ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | (8 << 76) | (2 << 62))


def check_entry(entry: JournalEntry) -> None:
    """Refuse a journal that must not exist.

    Raises:
        InvariantError: fewer than two legs, a leg that is 0, not a whole number or out of range,
            legs that do not sum to zero per asset, a platform account that must cover its leg, or
            a text longer than its column.
    """
    check_texts(key=entry.key, kind=entry.kind, reference=entry.reference, actor=entry.actor)
    if len(entry.legs) < 2:
        raise InvariantError("ledger.legs", "A journal needs two legs: %(key)s.", key=entry.key)
    sums = _sums(entry.legs, entry.key)
    if any(sums.values()):
        raise InvariantError(
            "ledger.unbalanced",
            "The legs of %(key)s do not sum to zero: %(sums)s.",
            key=entry.key,
            sums=sums,
        )


def check_texts(**texts: str) -> None:
    """Refuse texts of a journal that are empty or longer than their columns.

    Raises:
        InvariantError: naming the text.
    """
    for name, limit in _LENGTHS:
        if not 0 < len(texts[name]) <= limit:
            raise InvariantError(
                "ledger.text", "A journal's %(name)s has a wrong length.", name=name
            )


def _sums(legs: Iterable[Leg], key: str) -> dict[str, int]:
    """Total per asset."""
    sums: dict[str, int] = {}
    for leg in legs:
        amount = leg.amount
        if type(amount) is not int or not amount or not -FEN_LIMIT <= amount <= FEN_LIMIT:
            raise InvariantError(
                "ledger.amount",
                "A leg of %(key)s has the amount %(amount)r.",
                key=key,
                amount=amount,
            )
        if leg.must_cover and leg.owner == PLATFORM:
            raise InvariantError(
                "ledger.cover", "A platform account covers nothing: %(key)s.", key=key
            )
        sums[leg.asset] = sums.get(leg.asset, 0) + amount
    return sums
