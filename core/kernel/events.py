"""Facts as typed, frozen, versioned dataclasses, and their way to JSON and back.

A room defines its events in ``events.py``; each class registers itself under its snake-case name,
which is also the name of the hook that plugins implement. Events hold ids and amounts, never rows.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from core.kernel.errors import InvariantError

_registry: dict[str, type["Event"]] = {}
E_ = TypeVar("E_", bound="Event")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all facts.

    Subclasses set ``aggregate``, the name of the field whose value orders deliveries: facts of one
    aggregate reach a plugin in the order they happened, facts of different ones may overtake.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    aggregate: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if cls.name in _registry and _registry[cls.name].__module__ != cls.__module__:
            raise InvariantError("events.name", "Two events are called %(name)s.", name=cls.name)
        _registry[cls.name] = cls

    @property
    def aggregate_key(self) -> str:
        """Value that orders deliveries, as text."""
        return str(getattr(self, self.aggregate))


def event_types() -> dict[str, type[Event]]:
    """Every registered event class by name."""
    return dict(_registry)


def to_payload(event: Event) -> dict[str, Any]:
    """The event as JSON values: UUIDs and times become text, tuples become lists."""
    return {f.name: _encode(getattr(event, f.name)) for f in dataclasses.fields(event)}


def from_payload(name: str, payload: dict[str, Any]) -> Event:
    """The event of a stored payload.

    Fields that the class has gained since must have defaults; fields it has lost are ignored.

    Raises:
        InvariantError: no event of that name is registered.
    """
    cls = _registry.get(name)
    if cls is None:
        raise InvariantError("events.unknown", "No event is called %(name)s.", name=name)
    return _build(cls, payload)


def _encode(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_encode(item) for item in value]
    return value


def _build(cls: type[E_], payload: dict[str, Any]) -> E_:
    decoders = _decoders(cls)
    known = {
        name: value if value is None else decoders[name](value)
        for name, value in payload.items()
        if name in decoders
    }
    return cls(**known)


_Decoder = Callable[[Any], Any]
_decoders_cache: dict[type, dict[str, _Decoder]] = {}


def _decoders(cls: type) -> dict[str, _Decoder]:
    """How the value of each field comes back from JSON, worked out once."""
    if cls not in _decoders_cache:
        hints = typing.get_type_hints(cls)
        _decoders_cache[cls] = {f.name: _decoder(hints[f.name]) for f in dataclasses.fields(cls)}
    return _decoders_cache[cls]


def _decoder(hint: Any) -> _Decoder:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _decoder(next(arg for arg in typing.get_args(hint) if arg is not type(None)))
    if origin is tuple:
        each = _decoder(typing.get_args(hint)[0])
        return lambda value: tuple(item if item is None else each(item) for item in value)
    if hint is UUID:
        return UUID
    if hint is datetime:
        return datetime.fromisoformat
    if dataclasses.is_dataclass(hint):
        return partial(_build, hint)  # type: ignore[type-var, arg-type]
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
