"""Pages of members: rendered once with holes, kept for a moment, filled anew for each reader.

What plugins put on a page (blocks, badges on cards) may differ from reader to reader and is asked
for at each request. Everything else is the trunk's, and a page says by a key what that depends on;
the store adds what every page knows (language, address, bag). A page that shows the reader's name
is never kept, and neither is one with notices.
"""

import re
import secrets
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from core.web.here import here
from core.web.placing import Plan

MOST = 100
"""Pages kept in a process; one has some sixty thousand characters."""

Hole = Callable[[Any], str]
"""Renders its piece for the present reader; gets what the page is about."""

_SECRET = secrets.token_hex(8)
"""Part of the marks, so that no text of a member or merchant can be one."""
_MARKED = re.compile(rf"\x00{_SECRET}:(\d+)\x00(.*?)\x00{_SECRET}\x00", re.DOTALL)


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
    if not known.banyan_is_personal:
        if len(plan.shells) >= MOST:
            plan.shells.clear()
        plan.shells[key] = Shell(moment + seconds, _pieces(html, holes))
    return _MARKED.sub(r"\2", html)


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
    return f"\x00{_SECRET}:{len(holes) - 1}\x00{html}\x00{_SECRET}\x00"


def _pieces(html: str, holes: Sequence[Hole]) -> tuple[str | Hole, ...]:
    pieces: list[str | Hole] = []
    end = 0
    for found in _MARKED.finditer(html):
        pieces += [html[end : found.start()], holes[int(found[1])]]
        end = found.end()
    return (*pieces, html[end:])
