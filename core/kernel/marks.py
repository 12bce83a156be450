"""Marks of accounts: enough to notice that two are the same, too little to find out which it is."""

import hashlib

from core.kernel.text import plain_letters

MARK_LENGTH = 7


def account_mark(number: str) -> str:
    """The mark of an account's number, mailbox or platform id; empty for an empty one.

    Seven hexadecimal digits of its SHA-256. Tens of telephone numbers share each mark, so whoever
    reads marks cannot tell which of them it was; that two accounts look alike by chance happens
    once in some 270 million pairs. The same account gives the same mark everywhere, however it is
    spaced or capitalised.
    """
    plain = plain_letters(number)
    return hashlib.sha256(plain.encode()).hexdigest()[:MARK_LENGTH] if plain else ""
