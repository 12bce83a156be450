"""Signed JSON messages: who sent them, that nobody changed them, and that they are fresh.

A message is a JSON body with four headers. The signature covers timestamp, nonce and body; every
body names its ``kind``, so that no message can be taken for another. Ages are measured by the
machine's clock, not by the store's, which a sandbox may move ahead.

Source: docs/sandbox-gateway.md.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from core.kernel.errors import Forbidden
from core.kernel.ids import new_token
from core.kernel.values import dataclass

MAX_AGE_S = 300
"""Messages older than this, or as far in the future, are refused."""

MERCHANT_HEADER = "Sandbox-Merchant"
TIMESTAMP_HEADER = "Sandbox-Timestamp"
NONCE_HEADER = "Sandbox-Nonce"
SIGNATURE_HEADER = "Sandbox-Signature"

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Key:
    """Who somebody is at the gateway, and the secret both sides share."""

    merchant: str
    secret: str

    def __repr__(self) -> str:
        return f"Key(merchant={self.merchant!r})"


@dataclass(frozen=True)
class Message:
    """A message that was checked. ``body`` is its JSON object."""

    nonce: str
    body: dict[str, Any]


def derived_key(secret_key: str, merchant: str = "banyan") -> Key:
    """The key of an installation that configures none: made from its own secret."""
    digest = hmac.new(secret_key.encode(), b"banyan sandbox gateway", hashlib.sha256)
    return Key(merchant, digest.hexdigest())


def encode(body: Mapping[str, Any]) -> bytes:
    """A body as it travels: compact UTF-8 JSON."""
    return json.dumps(dict(body), ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp, nonce and body, each of the first two ended by a line feed."""
    message = f"{timestamp}\n{nonce}\n".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def sign(key: Key, body: bytes) -> dict[str, str]:
    """Headers for a body that is sent now."""
    timestamp, nonce = str(int(time.time())), new_token(18)
    return {
        "Content-Type": "application/json",
        MERCHANT_HEADER: key.merchant,
        TIMESTAMP_HEADER: timestamp,
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: signature(key.secret, timestamp, nonce, body),
    }


def check(key: Key, headers: Mapping[str, str], body: bytes) -> Message:
    """Check a message that came in. Whether its nonce came before is for the caller to look up.

    The signature is checked first, in constant time, so that strangers learn nothing from the rest.

    Raises:
        Forbidden: ``sandbox.forged`` (merchant, signature or form is wrong) or ``sandbox.old``.
    """
    found = {name.lower(): value for name, value in headers.items()}
    merchant = found.get(MERCHANT_HEADER.lower(), "")
    timestamp = found.get(TIMESTAMP_HEADER.lower(), "")
    nonce = found.get(NONCE_HEADER.lower(), "")
    given = found.get(SIGNATURE_HEADER.lower(), "")
    expected = signature(key.secret, timestamp, nonce, body)
    is_signed = hmac.compare_digest(expected.encode(), given.encode())
    is_known = hmac.compare_digest(key.merchant.encode(), merchant.encode())
    if not (is_signed and is_known and _NONCE.fullmatch(nonce) and _TIMESTAMP.fullmatch(timestamp)):
        raise Forbidden("sandbox.forged", "The signature is wrong.")
    if abs(time.time() - int(timestamp)) > MAX_AGE_S:
        raise Forbidden("sandbox.old", "The message is older than five minutes.")
    return Message(nonce, _object(body))


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Forbidden("sandbox.forged", "The body is not a JSON object.")
    return value
