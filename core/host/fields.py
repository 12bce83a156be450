"""Whether the fields of what plugins hand over hold what their annotations say."""

import dataclasses
import reprlib
import types
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def misfit(item: Any) -> tuple[str, Any] | None:
    """The first field that holds something else, with its annotation; ``None`` when all fit."""
    kind: Any = type(item)
    for name, wanted in _wanted(kind).items():
        if not fits(getattr(item, name), wanted):
            return name, wanted
    return None


MOST_CHARACTERS = 2_000
"""Of one text that a plugin shows in a list. Sound ones have a few dozen."""


def short(*texts: Any) -> None:
    """Refuse what would choke the page it is shown on.

    Raises:
        ValueError: the texts, or values that are shown as such, are longer than 2000 characters.
    """
    shown = sum(len(str(text)) for text in texts)
    if shown > MOST_CHARACTERS:
        raise ValueError(f"it shows {shown} characters, wanted are {MOST_CHARACTERS} at most")


MOST_ITEMS = 200
"""Of one list that a plugin answers."""


def all_of(kind: type[T], items: Iterable[Any]) -> tuple[T, ...]:
    """What a plugin answered, every item of one kind.

    Raises:
        TypeError: one is something else, or a field of it is.
        ValueError: there are more than 200, or one says more than :func:`short` lets it.
    """
    kept: Any = kind
    found = tuple(islice(items, MOST_ITEMS + 1))
    if len(found) > MOST_ITEMS:
        raise ValueError(f"it lists more than {MOST_ITEMS}, wanted are fewer")
    for item in found:
        if not isinstance(item, kind) or misfit(item):
            raise TypeError(f"{reprlib.repr(item)} is no {kind.__name__} as it should be")
        short(*(getattr(item, name) for name in _wanted(kept)))
    return found


def fits(value: Any, wanted: Any) -> bool:
    """Whether a value is what an annotation says, as far as can be told without using it."""
    kind = get_origin(wanted) or wanted
    if kind is Any:
        return True
    if kind is Literal:
        return value in get_args(wanted)
    if kind in (Union, types.UnionType):
        return any(fits(value, each) for each in get_args(wanted))
    if kind is Callable:
        return callable(value)
    if kind is tuple:
        return _is_series(value, get_args(wanted))
    if kind in (int, float):
        return isinstance(value, int | kind) and not isinstance(value, bool)
    return isinstance(value, kind)


def wants_function(wanted: Any) -> bool:
    """Whether an annotation asks for a function."""
    return any(get_origin(each) is Callable for each in (wanted, *get_args(wanted)))


def in_words(wanted: Any) -> str:
    """An annotation as its author would write it: ``str``, ``guest | member``."""
    kind, parts = get_origin(wanted), get_args(wanted)
    if kind is Literal:
        return " | ".join(parts)
    if kind in (Union, types.UnionType):
        return " | ".join(in_words(each) for each in parts)
    if kind is tuple:
        return ", ".join("…" if each is ... else in_words(each) for each in parts)
    return wanted.__name__ if isinstance(wanted, type) else str(wanted)


def _is_series(value: Any, wanted: tuple[Any, ...]) -> bool:
    """A list will do for a tuple: who writes one means the same."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    if wanted[1:] == (...,):
        return all(fits(each, wanted[0]) for each in value)
    return len(value) == len(wanted) and all(map(fits, value, wanted))


@lru_cache
def _wanted(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
