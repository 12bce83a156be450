"""Passwords: Argon2id hashes, one cost for the whole store, and an answer that takes equal time.

Both functions are slow on purpose (tens of milliseconds): call them before a unit of work opens.
"""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Source: OWASP Password Storage Cheat Sheet, Argon2id with m=19 MiB, t=2, p=1.


def hash_password(password: str) -> str:
    """The hash to store: algorithm, cost, salt and digest in one text of about 97 characters."""
    return _hasher.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one that was hashed.

    ``None`` (no such account, or one without a password) takes as long as a wrong password, so that
    time does not tell which accounts exist.
    """
    try:
        _hasher.verify(_decoy() if stored is None else stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made at another cost and should be made anew at the next sign-in."""
    return _hasher.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash("nobody's password")
