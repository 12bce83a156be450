"""Decisions about staff and the audit log, in plain Python."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from core.kernel.errors import InvalidInput
from core.kernel.text import squeeze
from core.staff.permissions import ALL

NAME_MAX = 40
PASSWORD_MIN = 10
_SECRET = re.compile(r"password|secret|token|hash|private_key|api_key", re.IGNORECASE)
_HIDDEN = "••••••"
_TEXT_MAX = 2_000


def clean_name(text: str) -> str:
    """A staff member's name on one line.

    Raises:
        InvalidInput: empty or longer than 40 characters.
    """
    name = squeeze(text[:400])
    if not 0 < len(name) <= NAME_MAX:
        raise InvalidInput(
            "staff.name", "A name has 1 to %(most)s characters.", field="name", most=NAME_MAX
        )
    return name


def check_permissions(keys: Iterable[str], known: Iterable[str]) -> list[str]:
    """The rights of a role, each once, in order; ``*`` is the owner's alone.

    Raises:
        InvalidInput: a right that does not exist.
    """
    allowed, chosen = set(known), sorted(set(keys))
    if ALL in chosen or not set(chosen) <= allowed:
        raise InvalidInput("role.permission", "There is no such permission.", field="permissions")
    return chosen


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changed, as JSON values: only names whose value differs; secrets are hidden.

    A name that one side lacks stands on the other side alone. Long texts are cut.
    """
    old, new = _plain(dict(before)), _plain(dict(after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return (
        {name: _shown(name, old[name]) for name in names if name in old},
        {name: _shown(name, new[name]) for name in names if name in new},
    )


def _shown(name: str, value: Any) -> Any:
    if _SECRET.search(name):
        return _HIDDEN
    if isinstance(value, dict):
        return {inner: _shown(inner, kept) for inner, kept in value.items()}
    if isinstance(value, list):
        return [_shown("", kept) for kept in value]
    return value[:_TEXT_MAX] if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(str(inner) for inner in value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
