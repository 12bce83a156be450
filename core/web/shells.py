"""Pages of members: rendered once with holes, kept for a moment, filled anew for each reader.

What plugins put on a page (blocks, badges on cards) may differ from reader to reader and is asked
for at each request. Everything else is the trunk's, and a page says by a key what that depends on;
the store adds what every page knows (language, address, bag). A page that shows the reader's name
is never kept, and neither is one with notices.
"""

import secrets
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from core.kernel.values import dataclass
from core.web.here import here
from core.web.placing import Plan

MOST = 100
"""Pages kept in a process; one has some sixty thousand characters."""

Hole = Callable[[Any], str]
"""Renders its piece for the present reader; gets what the page is about."""

_MARK = f"\x00{secrets.token_hex(8)}"
"""Stands before and after what fills a hole; secret, so that no text of a member can be one."""


@dataclass(frozen=True)
class Shell:
    """A page in pieces, good until a moment of the process's own clock."""

    until: float
    pieces: tuple[str | Hole, ...]


class Same:
    """A value as part of a key, equal to itself alone: quicker than comparing all it holds."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __hash__(self) -> int:
        return id(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other._value is self._value


class Person:
    """The signed-in member as templates see them; who reads the name makes the page personal."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        """What they call themselves, or part of their phone number."""
        here().banyan_is_personal = True
        return self._name


def page(plan: Plan, key: Hashable, seconds: float, subject: Any, render: Callable[[], str]) -> str:
    """A page from its kept shell, or rendered and kept for so many seconds."""
    moment = time.monotonic()
    shell = plan.shells.get(key)
    if shell is not None and shell.until > moment:
        return "".join(
            piece if isinstance(piece, str) else piece(subject) for piece in shell.pieces
        )
    holes: list[Hole] = []
    known = here()
    known.banyan_holes, known.banyan_is_personal = holes, False
    try:
        html = render()
    finally:
        del known.banyan_holes
    html, pieces = _taken_apart(html, holes)
    if not known.banyan_is_personal:
        if len(plan.shells) >= MOST:
            plan.shells.clear()
        plan.shells[key] = Shell(moment + seconds, pieces)
    return html


def is_kept() -> bool:
    """Whether the page that is made now is to be kept, its pieces marked."""
    return here().get("banyan_holes") is not None


def marked(hole: Hole, render: Callable[[], str]) -> str:
    """A piece that differs from reader to reader; marked while its page is made to be kept."""
    known = here()
    holes = known.get("banyan_holes")
    if holes is None:
        return render()
    was_personal = known.banyan_is_personal
    known.banyan_holes = None  # pieces within a piece are part of it
    try:
        html = render()
    finally:
        known.banyan_holes, known.banyan_is_personal = holes, was_personal
    holes.append(hole)
    return f"{_MARK}{len(holes) - 1}\x00{html}{_MARK}\x00"


def _taken_apart(html: str, holes: Sequence[Hole]) -> tuple[str, tuple[str | Hole, ...]]:
    """A page without its marks, and its pieces with the holes in their places."""
    first, *rest = html.split(_MARK)
    texts: list[str] = [first]
    pieces: list[str | Hole] = [first]
    for filled, after in zip(rest[::2], rest[1::2], strict=True):
        number, _, filling = filled.partition("\x00")
        texts += (filling, after[1:])
        pieces += (holes[int(number)], after[1:])
    return "".join(texts), tuple(pieces)
