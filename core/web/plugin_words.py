"""Catalogues of single plugins, each over the one of the whole house."""

from functools import lru_cache
from pathlib import Path
from typing import cast

import flask
from babel.support import NullTranslations, Translations

from core.host.shop import Shop
from core.web import i18n
from core.web.here import application

_SLOT = "banyan.plugin_translations"


def install(app: flask.Flask, shop: Shop) -> None:
    """Compile each plugin's catalogues by themselves; after ``i18n.install``."""
    cache = shop.config.instance / "cache" / "translations"
    app.extensions[_SLOT] = {
        name: i18n.compile_catalogues(i18n.files_of(plugin.manifest.folder), cache)
        for name, plugin in shop.plugins.plugins.items()
    }


def words_of(plugin: str, locale: str | None = None) -> NullTranslations:
    """A plugin's words over everybody's, in one language (the request's when missing)."""
    extensions = application().extensions
    name, house = locale or i18n.locale(), cast(Path, extensions["banyan.translations"])
    own = cast("dict[str, Path]", extensions[_SLOT]).get(plugin)
    return i18n.translations(house, name) if own is None else _over(own, house, name)


@lru_cache(maxsize=256)
def _over(own: Path, house: Path, locale: str) -> NullTranslations:
    found = Translations.load(str(own), [locale], "messages")
    found.add_fallback(i18n.translations(house, locale))
    return found
