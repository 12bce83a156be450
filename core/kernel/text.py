"""Text rules shared by every room: trimming, masking, slugs."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_SLUG = re.compile(r"[^a-z0-9]+")


def squeeze(text: str) -> str:
    """One line: control characters dropped, runs of white space become one space, ends trimmed."""
    if text.isprintable():  # no control or format characters, no space but the plain one
        return " ".join(text.split())
    kept = "".join(" " if c in "\r\n\t" else c for c in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return _SPACE.sub(" ", kept).strip()


def slugify(text: str) -> str:
    """Lower-case ASCII words joined by hyphens; empty for text without any (Chinese, say)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _SLUG.sub("-", plain).strip("-")


def mask_phone(phone: str) -> str:
    """A phone number with its middle hidden: ``+8613800001234`` → ``138****1234``."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else "****"


def mask_name(name: str) -> str:
    """A name with all but its first character hidden."""
    return f"{name[:1]}**" if name else "**"


def plain_letters(text: str) -> str:
    """Letters and digits in one width and case: ``路 1 号`` and ``路１号`` are alike."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
