"""Identifiers: time-ordered database ids, unguessable tokens, readable public numbers."""

import hashlib
import secrets
import threading
import time
from datetime import datetime
from uuid import UUID

_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Ids:
    """A source of time-ordered ids; :data:`new_id` is the one of this process.

    Source: RFC 9562 §5.7 and §6.2 (method 2: the random part is incremented within a millisecond,
    and while the clock stands before the last id).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> UUID:
        """A UUID version 7: sorts by creation time and strictly rises, also if time goes back."""
        with self._lock:
            stamp = time.time_ns() // 1_000_000
            value = (stamp << 80) | secrets.randbits(74)
            # 74 random bits, moved around the version and variant fields below.
            if value <= self._last:
                value = self._last + 1
            self._last = value
        return _laid_out(value)


def _laid_out(value: int) -> UUID:
    random_a, random_b = (value >> 62) & 0xFFF, value & ((1 << 62) - 1)
    return UUID(int=((value >> 80) << 80) | (7 << 76) | (random_a << 64) | (2 << 62) | random_b)


new_id = Ids().new
"""A new time-ordered id (UUIDv7), later ones sort behind earlier ones of this process."""


def new_token(bytes_count: int = 24) -> str:
    """An unguessable URL-safe token with ``bytes_count`` × 8 bits of entropy."""
    return secrets.token_urlsafe(bytes_count)


def new_code(length: int = 12) -> str:
    """A code people can read aloud: no 0/O, 1/I look-alikes, 5 bits a character."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(length))


def new_number(at: datetime, prefix: str = "") -> str:
    """A public number such as an order's: date and time of ``at``, then eight random digits.

    The database id stays hidden and numbers cannot be walked through; a unique index catches the
    one in a hundred million that collides within a second.
    """
    return f"{prefix}{at:%Y%m%d%H%M%S}{secrets.randbelow(10**8):08d}"


def token_hash(token: str) -> str:
    """What is stored instead of a bearer token: its SHA-256 in hex (tokens are already random)."""
    return hashlib.sha256(token.encode()).hexdigest()
