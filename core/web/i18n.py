"""Languages: catalogues of all rooms, plugins and themes, the request's language, display filters.

Texts are English in the code; each area keeps its Chinese in ``translations/zh.po`` (and, where a
text must read differently in English, ``translations/en.po``). At the start all of them are merged
and compiled into ``instance/cache`` under the hash of their content, so a second start compiles
nothing.
"""

import hashlib
import logging
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import flask
import flask_babel
import jinja2
from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations
from sqlalchemy.exc import SQLAlchemyError

from core.config import ROOT
from core.host.shop import Shop
from core.kernel.clock import now
from core.kernel.errors import ShopError
from core.web import context, figures
from core.web.here import asked, here

CHINESE = "zh_Hans_CN"
ENGLISH = "en"
LOCALES = (CHINESE, ENGLISH)
_FILES = {"zh": CHINESE, "en": ENGLISH}
_log = logging.getLogger(__name__)
_SHORT = {"zh": CHINESE, "zh-cn": CHINESE, "zh_hans_cn": CHINESE, "en": ENGLISH}


def gettext(message: str, **params: Any) -> str:
    """A catalogue entry in the request's language, its places filled."""
    text = _catalogue().ugettext(message)
    return text % params if params else text


def ngettext(one: str, many: str, num: int, **params: Any) -> str:
    """The form of a catalogue entry for a number; ``%(num)s`` is the number."""
    return _catalogue().ungettext(one, many, num) % {"num": num, **params}


def _catalogue() -> NullTranslations:
    """The catalogue of the request's language."""
    known = here()
    found = known.get("banyan_catalogue")
    if found is None:
        folder = flask.current_app.extensions["banyan.translations"]
        found = known.banyan_catalogue = translations(folder, locale())
    return cast(NullTranslations, found)


# --- catalogues --------------------------------------------------------------------------------


def catalogue_files(plugins: Iterable[Path] = ()) -> list[Path]:
    """Every catalogue, in the order in which later ones win: plugins, core, themes.

    No plugin changes a word of the house; in its own templates its own come first
    (``core.web.plugin_words``).

    Args:
        plugins: the folder of each plugin, wherever it lies.
    """
    found = [path for folder in plugins for path in files_of(folder)]
    found += sorted((ROOT / "core").glob("**/translations/*.po"))
    found += sorted((ROOT / "themes").glob("*/translations/*.po"))
    return [path for path in found if path.stem in _FILES]


def files_of(plugin: Path) -> list[Path]:
    """The catalogues in one plugin's folder."""
    found = sorted(plugin.glob("translations/*.po"))
    return [path for path in found if path.stem in _FILES]


def compile_catalogues(files: Iterable[Path], cache: Path) -> Path:
    """Merge catalogues into one per language and compile them, unless that was done before.

    Args:
        files: ``zh.po`` and ``en.po`` files; a later file's translation wins.
        cache: folder for compiled catalogues; one folder in it per content hash.

    Returns:
        The folder for Flask-Babel.
    """
    files = list(files)
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    target = cache / digest.hexdigest()[:16]
    for locale in LOCALES:
        binary = target / locale / "LC_MESSAGES" / "messages.mo"
        if not binary.exists():
            _write(binary, _merge([p for p in files if _FILES[p.stem] == locale], locale))
    return target


def _merge(files: Iterable[Path], locale: str) -> Catalog:
    found: dict[tuple[Any, Any], Any] = {}
    for path in files:
        try:
            with path.open("rb") as file:
                messages = list(read_po(file, locale=locale))
        except (OSError, ValueError, PoFileError):  # a plugin's; the shop speaks without it
            _log.exception("the catalogue %s cannot be read", path)
            continue
        for message in messages:
            if message.id and message.string and not message.fuzzy:
                found[message.id, message.context] = message.string
    merged = Catalog(locale=locale)
    for (text, about), string in found.items():
        merged.add(text, string, context=about)
    return merged


def _write(binary: Path, catalogue: Catalog) -> None:
    binary.parent.mkdir(parents=True, exist_ok=True)
    working = binary.with_suffix(f".{os.getpid()}")
    with working.open("wb") as file:
        write_mo(file, catalogue)
    working.replace(binary)


@lru_cache(maxsize=8)
def translations(folder: Path, locale: str) -> NullTranslations:
    """One language's compiled catalogue."""
    return Translations.load(str(folder), [locale], "messages")


# --- the request's language --------------------------------------------------------------------


def parse_locale(text: str | None) -> str | None:
    """The supported locale of a name such as ``zh``, ``en`` or ``zh_Hans_CN``, or ``None``."""
    return _SHORT.get((text or "").lower())


def locale() -> str:
    """The request's locale: ``?lang=``, cookie, the member's own, Accept-Language, the store's."""
    known = here()
    found: str | None = known.get("banyan_locale")
    if found is None:
        found = known.banyan_locale = _select()
    return found


def _select() -> str:
    if not flask.has_request_context():
        return CHINESE
    request = asked()
    wanted = parse_locale(request.args.get("lang"))
    if wanted is not None:
        if request.cookies.get(context.LANGUAGE_COOKIE) != wanted:
            context.set_cookie(context.LANGUAGE_COOKIE, wanted, days=365)
        return wanted
    return chosen() or _own() or negotiate(request.headers.get("Accept-Language", "")) or _stores()


def chosen() -> str | None:
    """The locale chosen in this browser, now by ``?lang=`` or before; ``None`` if none was."""
    request = asked()
    wanted = parse_locale(request.args.get("lang"))
    return wanted or parse_locale(request.cookies.get(context.LANGUAGE_COOKIE))


def _own() -> str | None:
    """The language of whoever is signed in and has no cookie for it."""
    try:
        principal = context.current_member()
    except SQLAlchemyError:
        return None  # the error page needs a language, too
    return parse_locale(principal.locale) if principal else None


def _stores() -> str:
    """The language that the merchant set for visitors who ask for none of ours."""
    try:
        return parse_locale(context.shop().settings().default_locale) or CHINESE
    except SQLAlchemyError:
        return CHINESE


def negotiate(header: str) -> str | None:
    """The one of our locales that an ``Accept-Language`` header names first, or ``None``."""
    for part in header.lower().split(","):
        language = part.split(";")[0].strip()
        if language.startswith("zh"):
            return CHINESE
        if language.startswith("en"):
            return ENGLISH
    return None


def html_lang(name: str) -> str:
    """The value of the ``lang`` attribute."""
    return "zh-CN" if name == CHINESE else "en"


def install(app: flask.Flask, shop: Shop) -> None:
    """Compile the catalogues and connect Flask-Babel; also gives ``app.jinja_env`` the filters."""
    plugins = [plugin.manifest.folder for plugin in shop.plugins.plugins.values()]
    folder = compile_catalogues(
        catalogue_files(plugins), shop.config.instance / "cache" / "translations"
    )
    app.extensions["banyan.translations"] = folder
    flask_babel.Babel(
        app,
        default_locale=CHINESE,
        default_timezone="UTC",
        default_translation_directories=str(folder),
        locale_selector=locale,
    )
    app.jinja_env.filters.update(request_filters())


def translate_error(error: ShopError) -> str:
    """An error's sentence in the request's language; of several refusals, all of them."""
    reasons = getattr(error, "reasons", ()) or error.params.get("causes") or (error,)
    return " ".join(sentence(each.message, each.params) for each in reasons)


def sentence(message: str, params: Mapping[str, Any] | None = None) -> str:
    """A catalogue entry in the request's language; keys ending in ``_fen`` are shown as money."""
    return fill(gettext(message), params)


def fill(text: str, params: Mapping[str, Any] | None) -> str:
    """Fill a translated sentence.

    Amounts (keys ending in ``_fen``) are shown as money, names that the merchant gave in both
    languages (``{"zh": …, "en": …}``) in the request's.
    """
    if not params:
        return text
    shown = {key: _as_read(key, value) for key, value in params.items()}
    try:
        return text % shown
    except (KeyError, TypeError, ValueError):
        return text


def _as_read(key: str, value: Any) -> Any:
    if isinstance(value, int) and key.endswith("_fen"):
        return figures.money(value)
    if isinstance(value, Mapping):
        language = "en" if locale() == ENGLISH else "zh"
        return value.get(language) or next(filter(None, value.values()), "")
    return value


# --- display -----------------------------------------------------------------------------------


class Display:
    """Filters of one language and time zone, bound once so that pages look nothing up.

    Args:
        name: locale.
        zone: the store's time zone.
    """

    def __init__(self, name: str, zone: str) -> None:
        self.name = name
        self._locale = Locale.parse(name)
        self._zone = ZoneInfo(zone)

    def datetime(self, at: datetime | None, style: str = "medium") -> str:
        """An instant in the store's zone: ``short``, ``medium`` (to the second) or ``long``.

        A short one names its year only when that is not the present one.
        """
        if at is None:
            return ""
        local = at.astimezone(self._zone)
        if style == "short":
            is_of_this_year = local.year == now().astimezone(self._zone).year
            return f"{local:%m-%d %H:%M}" if is_of_this_year else f"{local:%Y-%m-%d %H:%M}"
        if style == "medium":
            return f"{local:%Y-%m-%d %H:%M:%S}"
        return babel_datetime(local, format=style, locale=self._locale)

    def date(self, at: date | None, style: str = "medium") -> str:
        """A calendar day; an instant is shown as its day in the store's zone."""
        if at is None:
            return ""
        day = at.astimezone(self._zone).date() if isinstance(at, datetime) else at
        if style == "medium":
            return f"{day:%Y-%m-%d}"
        return babel_date(day, format=style, locale=self._locale)

    def filters(self) -> dict[str, Any]:
        """Filters by name, for a Jinja environment."""
        return {
            **figures.FILTERS,
            "datetime": self.datetime,
            "date": self.date,
        }


@lru_cache(maxsize=16)
def display(name: str, zone: str) -> Display:
    """The filters of a language and zone."""
    return Display(name, zone)


def request_filters() -> dict[str, Any]:
    """The same filters, following the request's language and the store's zone at each call."""

    def bound() -> Display:
        return display(locale(), context.shop().settings().timezone)

    return {
        **figures.FILTERS,
        "datetime": lambda at, style="medium": bound().datetime(at, style),
        "date": lambda at, style="medium": bound().date(at, style),
    }


def install_gettext(env: jinja2.Environment, folder: Path, name: str) -> None:
    """Give an environment of one language its ``_``, ``gettext`` and ``ngettext``."""
    found = translations(folder, name)
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=found.ugettext,
        ngettext=found.ungettext,
        pgettext=found.upgettext,
        npgettext=found.unpgettext,
        newstyle=True,
    )
