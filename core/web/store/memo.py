"""Parts of pages that many pages share, kept per process for one generation of the catalogue."""

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from core.db import state
from core.web import context
from core.web.here import application

T = TypeVar("T")
_LIMIT = 2000


class Memo:
    """Values by key; all are forgotten when the catalogue changes."""

    def __init__(self) -> None:
        self._generation = -1
        self._values: dict[Hashable, tuple[float, Any]] = {}

    def get(self, generation: int, key: Hashable, seconds: float, load: Callable[[], Any]) -> Any:
        """The kept value, or what ``load`` brings."""
        if generation != self._generation or len(self._values) > _LIMIT:
            self._values, self._generation = {}, generation
        moment = time.monotonic()
        kept = self._values.get(key)
        if kept is not None and kept[0] > moment:
            return kept[1]
        value = load()
        self._values[key] = (moment + seconds, value)
        return value


def remember(key: Hashable, seconds: float, load: Callable[[], T]) -> T:
    """A part of the catalogue that does not depend on who reads it.

    Args:
        key: names the part.
        seconds: how long it is good without a change of the catalogue (sales move figures).
        load: reads it.
    """
    extensions = application().extensions
    memo = cast(Memo, extensions.setdefault("banyan.memo", Memo()))
    generation = context.shop().counters.get(state.CATALOG)
    return cast(T, memo.get(generation, key, seconds, load))
