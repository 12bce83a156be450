"""Templates to start from: layouts as JSON files beside this one, in Chinese and English.

Texts are ``{"zh": …, "en": …}``. A picture behind everything lies beside its file and comes into
the store's own pictures when a template is made; ``place`` puts a starter among the others.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from core.api.errors import NotFound
from core.api.values import dataclass
from plugins.poster.rules import Layout, Purpose, from_json

_HERE = Path(__file__).parent
_SPACE = UUID("7d0c1c1e-5a0b-4c55-9a53-5c1d0a4f9a11")


@dataclass(frozen=True)
class Starter:
    """A design to start from, in one language.

    Args:
        key: its name in addresses, and of its file.
        name: what its template is called at first.
        about: what it is good for, in one line.
        purpose: what its posters lead to.
        layout: without the picture behind it.
        picture: file of the picture behind everything; ``None``: there is none.
    """

    key: str
    name: str
    about: str
    purpose: Purpose
    layout: Layout
    picture: Path | None

    @property
    def shown(self) -> Layout:
        """Its layout with its picture under a name that only :func:`bundled` knows."""
        return self.layout if self.picture is None else self.with_background(_name_of(self.picture))

    def with_background(self, media_id: UUID) -> Layout:
        """Its layout with its picture, once that is in the store."""
        return replace(self.layout, background_media_id=media_id)


def starters(locale: str) -> tuple[Starter, ...]:
    """All designs, in the order they are offered.

    Args:
        locale: ``zh_Hans_CN`` or ``en``.
    """
    return _all("en" if locale.startswith("en") else "zh")


def starter_named(key: str, locale: str) -> Starter:
    """A design by its key.

    Raises:
        NotFound: there is none.
    """
    found = next((each for each in starters(locale) if each.key == key), None)
    if found is None:
        raise NotFound("poster.starter", "There is no such design.")
    return found


@lru_cache(maxsize=16)
def bundled(media_id: UUID) -> bytes | None:
    """A picture that lies beside this file, by the id of its name; ``None``: none of ours."""
    path = next((each for each in _HERE.rglob("*.webp") if _name_of(each) == media_id), None)
    return path.read_bytes() if path is not None else None


def picture_id(name: str) -> UUID:
    """The id by which :func:`bundled` finds a picture."""
    return uuid5(_SPACE, name)


def _name_of(path: Path) -> UUID:
    return picture_id(path.name)


@lru_cache(maxsize=2)
def _all(language: str) -> tuple[Starter, ...]:
    read = [(path.stem, json.loads(path.read_text("utf-8"))) for path in _HERE.glob("*.json")]
    read.sort(key=lambda each: each[1]["place"])
    return tuple(_starter(key, _spoken(body, language)) for key, body in read)


def _starter(key: str, body: Mapping[str, Any]) -> Starter:
    return Starter(
        key=key,
        name=body["name"],
        about=body["about"],
        purpose=Purpose(body["purpose"]),
        layout=from_json(body["layout"]),
        picture=_HERE / body["picture"] if "picture" in body else None,
    )


def _spoken(body: Any, language: str) -> Any:
    """The document with every text in one language."""
    if isinstance(body, list):
        return [_spoken(each, language) for each in body]
    if not isinstance(body, dict):
        return body
    if set(body) == {"zh", "en"}:
        return body[language]
    return {name: _spoken(each, language) for name, each in body.items()}
