"""Values of the house: dataclasses that are made quickly, at the start and on every page."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any


def _same(this: object, other: object) -> bool:
    """Whether two values are of one class and alike in every field."""
    return other.__class__ is this.__class__ and _held(this) == _held(other)


def _hashed(this: object) -> int:
    """The hash of a value: that of its fields."""
    return hash(_held(this))


def _told(this: Any) -> str:
    """A value as its maker would write it; fields with ``repr=False`` stay out of logs."""
    shown = (f for f in dataclasses.fields(this) if f.repr)
    inside = ", ".join(f"{f.name}={getattr(this, f.name)!r}" for f in shown)
    return f"{type(this).__qualname__}({inside})"


def _held(this: object) -> tuple[Any, ...]:
    names: dict[str, Any] = this.__dataclass_fields__  # type: ignore[attr-defined]
    return tuple(getattr(this, name) for name in names)


_SHARED: dict[str, Callable[..., Any]] = {"__eq__": _same, "__hash__": _hashed, "__repr__": _told}
_MARK = "__frozen_by_type__"


def is_frozen(kind: type) -> bool:
    """Whether a class is a dataclass that says ``frozen=True``, of this module or any other."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and (parameters.frozen or _MARK in kind.__dict__)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen, kw_only=False):
        """``dataclasses.dataclass(frozen=True)`` for values that stay among their makers.

        Five methods of a frozen dataclass are compiled for each class, which for all classes of
        the house took a fifth of a start; here all classes share them, and ``frozen`` is held by
        the type checker alone. Whatever is handed through ``core.api`` is a dataclass of the
        standard library, which refuses changes while the shop runs, too.
        """

        def made(cls):
            value = dataclasses.dataclass(eq=False, repr=False, kw_only=kw_only)(cls)
            for name, method in _SHARED.items():
                if name not in cls.__dict__:
                    setattr(value, name, method)
            setattr(value, _MARK, True)
            return value

        return made
