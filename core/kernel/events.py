"""Facts as typed, frozen, versioned dataclasses, and their way to JSON and back.

A room defines its events in ``events.py``; each class registers itself under its snake-case name,
which is also the name of the hook that plugins implement. Events hold ids and amounts, never rows.
"""

import dataclasses
import re
import types
import typing
from datetime import datetime
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
    hints = _hints(cls)
    known = {name: _decode(hints[name], value) for name, value in payload.items() if name in hints}
    return cls(**known)


_hint_cache: dict[type, dict[str, Any]] = {}


def _hints(cls: type) -> dict[str, Any]:
    if cls not in _hint_cache:
        hints = typing.get_type_hints(cls)
        _hint_cache[cls] = {f.name: hints[f.name] for f in dataclasses.fields(cls)}
    return _hint_cache[cls]


def _decode(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = next(arg for arg in typing.get_args(hint) if arg is not type(None))
        return _decode(inner, value)
    if origin is tuple:
        return tuple(_decode(typing.get_args(hint)[0], item) for item in value)
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value)  # type: ignore[arg-type, type-var]
    return value
