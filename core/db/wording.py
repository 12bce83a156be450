"""Which statements write, told by their words: no question to the database."""

import re
from functools import lru_cache

_READS = "SELECT "
_AHEAD = re.compile(r"(?:[\s(;]+|--[^\n]*|/\*.*?\*/)+", re.DOTALL)
"""What may stand before the first word: blanks, brackets, remarks."""
_WRITES = re.compile(r"(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE)\b", re.IGNORECASE)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_WITHIN = re.compile(
    r"(?:\A|[()])\s*(?:INSERT|REPLACE|DELETE|UPDATE|MERGE)\s+[^\s,()]", re.IGNORECASE
)
"""A write behind ``WITH``: its own statement stands after a bracket, whichever way round."""


def may_write(text: str) -> bool:
    """Whether a statement changes rows: at its start, or behind ``WITH``.

    Remarks, blanks and brackets ahead of it do not hide it. Each text is read once; after that, and
    for what begins with ``SELECT``, it takes some tenths of a microsecond.
    """
    return not text.startswith(_READS) and _writes(text)


@lru_cache(maxsize=1024)
def _writes(text: str) -> bool:
    ahead = _AHEAD.match(text)
    begin = ahead.end() if ahead else 0
    if _WRITES.match(text, begin):
        return True
    if text[begin : begin + 4].upper() != "WITH":
        return False
    return _WITHIN.search(_QUOTED.sub(" ", text[begin:])) is not None
