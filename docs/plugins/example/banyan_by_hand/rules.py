"""What is decided without a database: which orders can be wrapped, how a message is signed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from core.api.errors import InvalidInput
from core.api.text import squeeze

WORDS_LIMIT = 200
ACCOUNT = ("account_name", "account_no", "bank_name")
"""Settings that name the store's bank account; without all of them nobody can transfer."""


def words_of(typed: str) -> str:
    """The words on the card, on one line.

    Raises:
        InvalidInput: none, or too many.
    """
    words = squeeze(typed)
    if not words or len(words) > WORDS_LIMIT:
        raise InvalidInput(
            "by_hand.words", "Write up to %(limit)s characters for the card.", limit=WORDS_LIMIT
        )
    return words


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse settings that say half of something.

    Raises:
        InvalidInput: naming the setting.
    """
    given = [name for name in ACCOUNT if settings[name]]
    if given and len(given) < len(ACCOUNT):
        missing = next(name for name in ACCOUNT if not settings[name])
        raise InvalidInput(
            "by_hand.account", "A bank account needs all three lines.", field=missing
        )
    if settings["message_url"] and not settings["message_secret"]:
        raise InvalidInput(
            "by_hand.secret", "Messages are signed: give a secret.", field="message_secret"
        )


def has_account(settings: Mapping[str, Any]) -> bool:
    """Whether the store's bank account is known."""
    return all(settings[name] for name in ACCOUNT)


def signed(recipient: str, text: str, key: str, secret: str) -> tuple[bytes, dict[str, str]]:
    """A message as it is posted: the body, and headers that prove whose it is."""
    body = json.dumps({"to": recipient, "text": text, "id": key}, ensure_ascii=False).encode()
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    return body, {**headers, "X-Signature": f"sha256={mark}"}
