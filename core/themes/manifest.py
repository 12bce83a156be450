"""``theme.toml``: what a theme says about itself. A theme holds no Python."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from core.kernel.values import dataclass

FILE_NAME = "theme.toml"
API_VERSION = "1"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TOKEN = re.compile(r"[a-z][a-z0-9-]*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SIZE = re.compile(r"\d{1,3}(px|rem|em)?")


@dataclass(frozen=True)
class Token:
    """A design token that the merchant may change: a CSS custom property with its form field.

    Args:
        name: of the property, without the dashes.
        kind: ``color`` or ``size``.
        default: value in the theme itself.
        label: English catalogue entry.
        dark: value under the dark scheme; empty: the same.
    """

    name: str
    kind: str
    default: str
    label: str
    dark: str = ""

    def is_valid(self, value: str) -> bool:
        """Whether a merchant's value can be put into a style sheet as it is."""
        pattern = _COLOUR if self.kind == "color" else _SIZE
        return pattern.fullmatch(value) is not None


@dataclass(frozen=True)
class ThemeSetting:
    """A choice or text that the merchant may change, read by templates as ``site.theme.<name>``."""

    name: str
    kind: str  # text, checkbox, picture
    default: Any
    label: str


@dataclass(frozen=True)
class Theme:
    """One theme as its manifest says.

    Args:
        name: folder name and identifier.
        labels: language (``zh``, ``en``) → shown name.
        parent: theme whose files stand in for missing ones.
        folder: where it lies.
        styles: style sheets in order, appended to the parent's.
        scripts: scripts in order, appended to the parent's.
        tokens: changeable tokens by name.
        settings: changeable settings by name.
        budget: upper bounds in bytes (gzip) that the theme promises to keep.
    """

    name: str
    version: str
    folder: Path
    labels: Mapping[str, str]
    parent: str = ""
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    tokens: Mapping[str, Token] = field(default_factory=dict)
    settings: Mapping[str, ThemeSetting] = field(default_factory=dict)
    budget: Mapping[str, int] = field(default_factory=dict)

    @property
    def templates(self) -> Path:
        """Its templates."""
        return self.folder / "templates"

    @property
    def assets(self) -> Path:
        """Its style sheets, scripts, fonts and pictures."""
        return self.folder / "assets"

    @property
    def icons(self) -> Path:
        """Its icons, one SVG file each."""
        return self.folder / "icons"


def read_theme(folder: Path) -> Theme:
    """The theme in a folder.

    Raises:
        ConfigError: the manifest is missing, broken, of another API version, or not named like its
            folder; the sentence says which.
    """
    path = folder / FILE_NAME
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(folder, str(error)) from error
    head = stored.get("theme", {})
    name = str(head.get("name", ""))
    if name != folder.name or not _NAME.fullmatch(name):
        raise _bad(folder, f"its name must be that of its folder, {folder.name!r}")
    if str(head.get("api", "")) != API_VERSION:
        raise _bad(folder, f"it is not made for theme API {API_VERSION}")
    return Theme(
        name=name,
        version=str(head.get("version", "0")),
        folder=folder,
        labels={str(k): str(v) for k, v in head.get("label", {}).items()},
        parent=str(head.get("extends", "")),
        styles=tuple(map(str, stored.get("assets", {}).get("styles", ()))),
        scripts=tuple(map(str, stored.get("assets", {}).get("scripts", ()))),
        tokens=_tokens(folder, stored.get("tokens", {})),
        settings=_settings(stored.get("settings", {})),
        budget={str(k): int(v) for k, v in stored.get("budget", {}).items()},
    )


def _tokens(folder: Path, stored: Mapping[str, Any]) -> dict[str, Token]:
    tokens = {}
    for name, row in stored.items():
        token = Token(
            name=name,
            kind=str(row.get("type", "color")),
            default=str(row.get("default", "")),
            label=str(row.get("label", name)),
            dark=str(row.get("dark", "")),
        )
        is_named = _TOKEN.fullmatch(name) is not None
        if not is_named or not all(token.is_valid(v) for v in (token.default, token.dark) if v):
            raise _bad(folder, f"the token {name!r} is not a colour or size")
        tokens[name] = token
    return tokens


def _settings(stored: Mapping[str, Any]) -> dict[str, ThemeSetting]:
    return {
        name: ThemeSetting(
            name, str(row.get("type", "text")), row.get("default"), str(row.get("label", name))
        )
        for name, row in stored.items()
    }


def _bad(folder: Path, why: str) -> ConfigError:
    return ConfigError(
        "themes.manifest",
        "The theme in %(folder)s cannot be used: %(why)s.",
        folder=str(folder),
        why=why,
    )
