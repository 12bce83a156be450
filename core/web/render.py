"""Store pages: the look of the moment, what every page knows, and the one way to render."""

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, cast

import flask
from babel.support import NullTranslations
from flask import g

from core.config import ROOT
from core.db import state
from core.host.shop import Shop
from core.kernel.values import dataclass
from core.themes.assets import Shelf
from core.themes.host import SCRIPTS, STYLES, Look, ThemeHost
from core.themes.plugin_words import plugin_functions
from core.themes.sandbox import FILL, ThemeEnvironment, fill_text
from core.themes.services import ThemeChoice, in_theme, load_choice
from core.web import asking, block_files, context, flash, i18n, pictures, regions, shells, static
from core.web.access import has_permission
from core.web.here import application, asked, here
from core.web.placing import Plans
from core.web.plugin_words import words_of
from core.web.shells import Person


@dataclass(frozen=True)
class Site:
    """What every page knows about the store, the reader and itself.

    Args:
        name: of the store in the page's language; ``slogan`` likewise.
        lang: value of the ``lang`` attribute; ``locale`` the full name.
        path: address of this page without the query, for canonical links.
        here: address with its query but without language and share token.
        member: who is signed in, or ``None``.
        bag: pieces in the bag, as far as this browser knows.
        theme: the theme's settings.
        backdrop: colour of the page's background in the light and the dark scheme.
        notices: sentences to show once, as (kind, text).
        origin: public origin of the store.
    """

    name: str
    slogan: str
    lang: str
    locale: str
    path: str
    here: str
    member: Person | None
    bag: int
    theme: Mapping[str, Any]
    backdrop: tuple[str, str]
    notices: tuple[tuple[str, str], ...]
    origin: str
    record_no: str
    service_phone: str
    is_sandbox: bool


class Face:
    """The store face of one process: theme host, present look, region plans."""

    def __init__(self, shop: Shop, translations: Path) -> None:
        self._shop = shop
        self._translations = translations
        self.plans = Plans()
        self.themes = ThemeHost(
            folder=ROOT / "themes",
            custom=shop.config.instance / "themes" / "custom",
            cache=shop.config.instance / "cache",
            plugin_templates=self._plugin_templates,
            prepare=self._prepare,
            translations=translations.name,
            is_debug=shop.config.is_debug,
        )
        self._look: tuple[tuple[int, int], Look] | None = None
        self._previews: dict[str, tuple[tuple[int, int], Look, Plans]] = {}

    def look(self, app: flask.Flask) -> Look:
        """The look the store wears now; changes are seen within half a second."""
        stamp = self._stamp()
        if self._look is None or self._look[0] != stamp:
            with self._shop.database.read() as session:
                look = self.themes.look(load_choice(session))
            static.shelves_of(app)[look.shelf.prefix] = look.shelf
            self._look = stamp, look
        return self._look[1]

    def preview(self, app: flask.Flask, name: str) -> tuple[Look, Plans]:
        """The look of another theme, with what stands where; worn by nobody.

        Raises:
            ConfigError: no usable theme of that name.
        """
        known, stamp = self._previews.get(name), self._stamp()
        if known is None or known[0] != stamp:
            bare = Look(self.themes.chain(name), ThemeChoice(name=name), self.themes)
            with self._shop.database.read() as session:
                choice = in_theme(load_choice(session), name, bare)
            look = self.themes.look(choice)
            static.shelves_of(app)[look.shelf.prefix] = look.shelf
            known = self._previews[name] = stamp, look, Plans()
        return known[1], known[2]

    def shelf(self, app: flask.Flask, name: str) -> Shelf | None:
        """The assets of a theme that this process has shown nothing of yet."""
        worn = self.look(app)
        if worn.name == name:
            return worn.shelf
        return self.preview(app, name)[0].shelf if name in self.themes.themes() else None

    def _stamp(self) -> tuple[int, int]:
        counters = self._shop.counters.refresh()
        return counters.get(state.THEME, 0), counters.get(state.SETTINGS, 0)

    def _plugin_templates(self) -> Mapping[str, Path]:
        return {
            name: plugin.manifest.folder / "templates"
            for name, plugin in self._shop.plugins.plugins.items()
        }

    def _prepare(self, env: ThemeEnvironment, look: Look, locale: str) -> None:
        zone = self._shop.settings().timezone
        env.filters.update(i18n.display(locale, zone).filters())
        i18n.install_gettext(env, self._translations, locale)
        found = i18n.translations(self._translations, locale)

        def sentence(message: str, params: Mapping[str, Any] | None = None) -> str:
            return i18n.fill(found.ugettext(message) if message else "", params)

        functions = {
            "card": regions.card,
            "asset": look.shelf.url,
            "icon": look.icons.icon,
            "sentence": sentence,
            "styles": lambda: look.shelf.url(STYLES),
            "scripts": lambda: look.shelf.url(SCRIPTS),
            "plugin_asset": block_files.url,
            FILL: fill_text,
            **pictures.picture_globals(),
            **plugin_functions(lambda plugin: words_of(plugin, locale)),
        }
        env.trusted = frozenset((*functions.values(), regions.region))
        env.with_page = frozenset((regions.region,))
        env.folds = {"icon": look.icons.icon, "gettext": _folded(found)}
        env.words_of = lambda plugin: _folded(words_of(plugin, locale))
        env.globals.update(functions, region=regions.region)


def _folded(found: NullTranslations) -> Callable[[str], str]:
    """Translations, put into templates while they are compiled."""
    return lambda text: str(found.ugettext(text))


def face(app: flask.Flask | None = None) -> Face:
    """The store face of the application."""
    return cast(Face, (app or application()).extensions["banyan.face"])


def present() -> tuple[Look, Plans]:
    """The look of this page: the store's, or with ``?preview=<theme>`` another for staff to see.

    Staff never meet the page cache, so nobody else is shown what they look at.
    """
    app, wanted = application(), asked().args.get("preview", "")
    shown = face(app)
    look = shown.look(app)
    if wanted and wanted != look.name and wanted in shown.themes.themes() and _may_preview():
        return shown.preview(app, wanted)
    return look, shown.plans


def _may_preview() -> bool:
    if context.STAFF_COOKIE not in asked().cookies:
        return False
    principal = context.current_staff()
    return principal is not None and has_permission(principal.permissions, "theme.edit")


def render_store_page(
    template: str,
    plugin: str | None = None,
    *,
    kept_by: Hashable | None = None,
    kept_for: float = 0.0,
    later: Callable[[], Mapping[str, Any]] | None = None,
    **values: Any,
) -> str:
    """A page of the shop face.

    Args:
        template: name of the template; with ``plugin`` one of the plugin's own, which a theme may
            replace by a file ``plugins/<plugin>/<template>``.
        plugin: the plugin whose page it is.
        kept_by: on a page of which much is the same for all members: everything of its values
            that can change what it shows. See ``core.web.shells``.
        kept_for: seconds it may then be old.
        later: more values, made only when the page has to be rendered.
        values: plain values for the template; never rows. ``subject`` is what blocks on the page
            are told it is about.
    """
    look, plans = present()
    env = look.environment(i18n.locale())
    plan, site = plans.now(look), _site(look)
    asking.begin(env, plan, site)
    name = f"plugins/{plugin}/{template}" if plugin else template

    def render() -> str:
        return env.get_template(name).render({"site": site, **values, **(later() if later else {})})

    if kept_by is None or site.member is None or site.notices or env.auto_reload:
        html = render()
    else:
        key = (name, kept_by, site.locale, site.here, site.origin, site.bag, *_generations())
        html = shells.page(plan, key, kept_for, values.get("subject"), render)
    links = block_files.links(plan, is_kept=not env.auto_reload)
    return html.replace(block_files.MARK, links, 1)


def _generations() -> tuple[int, ...]:
    values = context.shop().counters.refresh()
    return values.get(state.SETTINGS, 0), values.get(state.CATALOG, 0)


def _site(look: Look) -> Site:
    shop = context.shop()
    settings = shop.settings()
    locale = i18n.locale()
    is_english = locale == i18n.ENGLISH
    principal = context.current_member()
    notices = tuple((n.kind, i18n.sentence(n.message, n.params)) for n in flash.take())
    return Site(
        name=(is_english and settings.shop_name_en) or settings.shop_name,
        slogan=(is_english and settings.shop_slogan_en) or settings.shop_slogan,
        lang=i18n.html_lang(locale),
        locale=locale,
        path=asked().path,
        here=_here(),
        member=Person(principal.name) if principal else None,
        bag=bag_count(),
        theme=look.settings,
        backdrop=look.colour("bg"),
        notices=notices,
        origin=context.external_url(""),
        record_no=settings.record_no,
        service_phone=settings.service_phone,
        is_sandbox=shop.config.is_sandbox,
    )


def _here() -> str:
    request = asked()
    if not request.query_string:
        return request.path
    kept = [
        part
        for part in request.query_string.decode("ascii", "ignore").split("&")
        if part and not part.startswith(("lang=", "s="))
    ]
    return request.path + (f"?{'&'.join(kept)}" if kept else "")


def bag_count() -> int:
    """Pieces in the bag as this browser's cookie tells; only a figure on an icon."""
    text = str(here().get("banyan_bag", asked().cookies.get(context.BAG_COOKIE, "")))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def remember_bag(pieces: int) -> None:
    """Keep the figure of the bag's icon in this browser."""
    g.banyan_bag = pieces
    if pieces:
        context.set_cookie(context.BAG_COOKIE, str(min(pieces, 999)), days=365)
    elif context.BAG_COOKIE in asked().cookies:
        context.drop_cookie(context.BAG_COOKIE)
