"""Themes found on disk, stacked into looks: a chain of themes with the merchant's changes."""

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2

from core.kernel.errors import ConfigError
from core.themes.assets import Icons, Shelf
from core.themes.loader import LayeredLoader
from core.themes.manifest import FILE_NAME, Theme, ThemeSetting, Token, read_theme
from core.themes.sandbox import COMPILED, ThemeEnvironment, new_environment
from core.themes.services import DEFAULT_THEME, ThemeChoice

log = logging.getLogger("banyan.themes")

STYLES = "store.css"
SCRIPTS = "store.js"
_DEPTH = 5
_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b")

Prepare = Callable[[ThemeEnvironment, "Look", str], None]


class Look:
    """A theme with its parents and the merchant's changes, ready to render.

    Args:
        chain: the theme, its parent, and so on.
        choice: what the merchant changed.
        host: where it came from.
    """

    def __init__(self, chain: tuple[Theme, ...], choice: ThemeChoice, host: "ThemeHost") -> None:
        self.chain = chain
        self.choice = choice
        self._host = host
        self._lock = threading.Lock()
        self._environments: dict[str, ThemeEnvironment] = {}
        folders = [host.custom / "assets", *(theme.assets for theme in chain)]
        bundles = {STYLES: self._styles, SCRIPTS: self._scripts}
        prefix = f"/static/t/{self.name}"
        self.shelf = Shelf(prefix, folders, bundles, is_debug=host.is_debug)
        self.icons = Icons([host.custom / "icons", *(theme.icons for theme in chain)])

    @property
    def name(self) -> str:
        """Name of the theme."""
        return self.chain[0].name

    @property
    def tokens(self) -> dict[str, Token]:
        """Changeable tokens of the theme and its parents."""
        merged: dict[str, Token] = {}
        for theme in reversed(self.chain):
            merged.update(theme.tokens)
        return merged

    @property
    def offers(self) -> dict[str, ThemeSetting]:
        """Changeable settings of the theme and its parents."""
        merged: dict[str, ThemeSetting] = {}
        for theme in reversed(self.chain):
            merged.update(theme.settings)
        return merged

    @property
    def settings(self) -> dict[str, Any]:
        """Theme settings: defaults of the chain, the merchant's values over them."""
        merged = {name: each.default for name, each in self.offers.items()}
        return {**merged, **{k: v for k, v in self.choice.settings.items() if k in merged}}

    def colours(self) -> dict[str, str]:
        """Every colour of the light scheme: of the root's sheet, of the themes, the merchant's."""
        found: dict[str, str] = {}
        for name in self.chain[-1].styles:
            for token, value in _COLOUR.findall(self.shelf.text(name)):
                found.setdefault(token, value)
        found.update({n: t.default for n, t in self.tokens.items() if t.kind == "color"})
        return {**found, **{n: v for n, v in self.choice.tokens.items() if n in found}}

    def colour(self, name: str) -> tuple[str, str]:
        """A token's value in the light and the dark scheme; empty when no theme has it."""
        token = self.tokens.get(name)
        if token is None:
            return "", ""
        return self.choice.tokens.get(name, token.default), token.dark or token.default

    def environment(self, locale: str) -> ThemeEnvironment:
        """The sandboxed environment of one language, made at its first use."""
        known = self._environments.get(locale)
        if known is None:
            with self._lock:
                known = self._environments.get(locale) or self._new_environment(locale)
                self._environments[locale] = known
        return known

    def loader(self) -> LayeredLoader:
        """Where its templates come from."""
        folders = [self._host.custom / "templates", *(theme.templates for theme in self.chain)]
        return LayeredLoader(folders, self._host.plugin_templates)

    def _new_environment(self, locale: str) -> ThemeEnvironment:
        folder = f"{self.name}-{locale}-{self._stamp()}"
        cache = self._host.cache / "templates" / folder
        env = new_environment(self.loader(), cache, is_debug=self._host.is_debug)
        self._host.prepare(env, self, locale)
        return env

    def _stamp(self) -> str:
        """Changes with what compiled templates are made of: translations, icons, Jinja, ours."""
        parts = [self._host.translations, jinja2.__version__, COMPILED]
        for theme in self.chain:
            parts += [f"{p}:{p.stat().st_mtime_ns}" for p in sorted(theme.icons.glob("*/*.svg"))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    def _styles(self) -> str:
        sheets = [self.shelf.text(name) for theme in reversed(self.chain) for name in theme.styles]
        return "\n".join([*sheets, self._token_sheet()])

    def _scripts(self) -> str:
        names = [name for theme in reversed(self.chain) for name in theme.scripts]
        return "\n".join(self.shelf.text(name) for name in names)

    def _token_sheet(self) -> str:
        """Token values over those of the root's sheet: its children's, and the merchant's."""
        own: dict[str, Token] = {}
        for theme in reversed(self.chain[:-1]):
            own.update(theme.tokens)
        light = {name: token.default for name, token in own.items()}
        dark = {name: token.dark or token.default for name, token in own.items()}
        light.update(self.choice.tokens)
        if not light:
            return ""
        bright, dim = _declare(light), _declare(dark)
        return (
            f":root{{{bright}}}"
            f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dim}}}}}"
            f":root[data-theme=dark]{{{dim}}}"
        )


def _declare(values: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in sorted(values.items()))


class ThemeHost:
    """Finds themes and builds looks.

    Args:
        folder: where themes lie.
        custom: the store's own templates and assets, above every theme.
        cache: folder for compiled templates.
        plugin_templates: template folders of plugins by name, asked when a template is looked up.
        prepare: gives an environment its texts, filters and functions.
        translations: changes when any translation does; part of the names of compiled templates.
    """

    def __init__(
        self,
        *,
        folder: Path,
        custom: Path,
        cache: Path,
        plugin_templates: Callable[[], Mapping[str, Path]],
        prepare: Prepare,
        translations: str = "",
        is_debug: bool = False,
    ) -> None:
        self.folder = folder
        self.custom = custom
        self.cache = cache
        self.plugin_templates = plugin_templates
        self.prepare = prepare
        self.translations = translations
        self.is_debug = is_debug
        self.problems: dict[str, ConfigError] = {}
        self._themes: dict[str, Theme] | None = None

    def themes(self) -> dict[str, Theme]:
        """Every usable theme by name; the broken ones are named in ``problems``."""
        if self._themes is None:
            usable = {}
            for path in sorted(self.folder.glob(f"*/{FILE_NAME}")):
                try:
                    theme = read_theme(path.parent)
                except ConfigError as error:
                    log.warning("%s", error)
                    self.problems[path.parent.name] = error
                else:
                    usable[theme.name] = theme
            self._themes = usable  # whole at once: other threads are looking, too
        return self._themes

    def chain(self, name: str) -> tuple[Theme, ...]:
        """A theme and its parents.

        Raises:
            ConfigError: an unknown theme, a missing parent, or parents that form a ring.
        """
        found: list[Theme] = []
        while name:
            theme = self.themes().get(name)
            if theme is None or theme in found or len(found) >= _DEPTH:
                raise ConfigError(
                    "themes.chain", "There is no usable theme called “%(name)s”.", name=name
                )
            found.append(theme)
            name = theme.parent
        return tuple(found)

    def look(self, choice: ThemeChoice) -> Look:
        """The look of a choice; a theme that is gone or broken falls back to the default theme."""
        try:
            return Look(self.chain(choice.name), choice, self)
        except ConfigError as error:
            if choice.name == DEFAULT_THEME:
                raise
            log.warning("%s The default theme is used.", error)
            return Look(self.chain(DEFAULT_THEME), ThemeChoice(regions=choice.regions), self)
