"""Personal facts as fingerprints: good for saying "these two are the same", and for nothing else.

A fingerprint is keyed with a secret that each process makes for itself and forgets when it ends.
It cannot be turned back by trying all phone numbers, and means nothing in another process: it is
for comparing now, never for keeping or showing.
"""

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Mapping
from typing import Any

from core.kernel.text import plain_letters

ADDRESS_PARTS = ("province", "city", "district", "detail")
"""What makes a place; who receives there is not part of it."""

_KEY = secrets.token_bytes(32)


def fingerprint(kind: str, text: str) -> str:
    """The fingerprint of a fact of some kind; the same text of another kind gives another one."""
    return hmac.new(_KEY, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()


def plain_address(address: Mapping[str, Any]) -> str:
    """Where a parcel goes, without who gets it, in a form to compare; empty when nothing is kept.

    Province, city and district run into the detail, so that it does not matter in which field
    somebody wrote them. Nothing is looked up: another name of the same street is another address.
    """
    return "".join(plain_letters(str(address.get(part) or "")) for part in ADDRESS_PARTS)


def account_numbers(account: Mapping[str, Any]) -> frozenset[str]:
    """What tells one payout account from others, in a form to compare.

    Every channel names its fields as it likes. A number, mailbox or platform id holds a digit or an
    ``@``; names of people and banks hold neither and are left out.
    """
    texts = (unicodedata.normalize("NFKC", str(value)) for value in account.values())
    return frozenset(
        plain_letters(text)
        for text in texts
        if plain_letters(text) and any(c.isdigit() or c == "@" for c in text)
    )


def parsed(text: str) -> Mapping[str, Any]:
    """A stored JSON object, read from its text."""
    found = json.loads(text)
    return found if isinstance(found, dict) else {}
