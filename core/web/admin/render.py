"""Pages of the merchant's face: one Jinja environment, one frame around every page.

Plugins' admin pages are rendered here too: their templates see the same macros and the same frame,
and find each other under their plugin's name.
"""

from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any, cast
from urllib.parse import urlencode

import flask
import flask_babel
import jinja2
from flask import request
from jinja2 import nodes
from jinja2.bccache import Bucket
from markupsafe import Markup

from core.host.shop import Shop
from core.host.snapshot import Standing
from core.kernel.values import dataclass
from core.settings.rules import StoreSettings
from core.themes.assets import Shelf
from core.themes.plugin_words import PluginWords, plugin_functions
from core.web import block_files, context, figures, flash, i18n
from core.web.access import has_permission
from core.web.admin import charts, naming, navigation, showing
from core.web.admin.assets import icon
from core.web.admin.queries.things import thing_of
from core.web.admin.queries.waiting import waiting_counts
from core.web.plugin_words import words_of

TEMPLATES = Path(__file__).parent / "templates"
LOOK_COOKIE = "banyan_look"
LOOKS = ("auto", "light", "dark")


@dataclass(frozen=True)
class Frame:
    """What stands around every page.

    Args:
        here: key of the marked line in the side bar.
        plugin: name of the plugin whose page this is; empty for core's own pages.
    """

    settings: StoreSettings
    staff_name: str
    permissions: frozenset[str]
    main: list[navigation.Line]
    foot: list[navigation.Line]
    plugin_lines: list["PluginLine"]
    notices: list[flash.Notice]
    lang: str
    look: str
    is_sandbox: bool
    is_safe_mode: bool
    alerts: list[navigation.Line]
    here: str
    plugin: str

    def may(self, permission: str | None) -> bool:
        """Whether the signed-in staff member has a right."""
        return permission is None or has_permission(self.permissions, permission)


@dataclass(frozen=True)
class PluginLine:
    """A plugin's page in the side bar."""

    label: str
    icon: str
    url: str
    is_current: bool


def make_environment(shop: Shop, shelf: Shelf) -> jinja2.Environment:
    """The environment of the merchant's pages; compiled templates are kept."""
    env = _Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(TEMPLATES), _PluginLoader(shop)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=shop.config.is_debug,
        bytecode_cache=_COMPILED,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=flask_babel.gettext,
        ngettext=flask_babel.ngettext,
        pgettext=flask_babel.pgettext,
        npgettext=flask_babel.npgettext,
        newstyle=True,
    )
    env.filters.update(i18n.request_filters())
    env.filters.update(showing.FILTERS)
    env.plugins = frozenset(shop.plugins.plugins)
    env.globals.update(plugin_functions(words_of))
    env.globals.update(
        asset=shelf.url,
        plugin_asset=block_files.url,
        icon=icon,
        sentence=i18n.sentence,
        address=address,
        area_chart=charts.area_chart,
        sparkline=charts.sparkline,
        Series=charts.Series,
        words=showing.words,
        why=showing.reason,
        money=figures.money,
        thing_of=thing_of,
        plugin_name=naming.plugin_name,
        hook_name=naming.hook_name,
        why_plugin=naming.why_plugin,
        gateway_name=naming.gateway_name,
        message_channel_name=naming.message_channel_name,
    )
    return env


class _Compiled(jinja2.BytecodeCache):
    """What this process compiled, for each of its apps; a file that changed is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class _Environment(jinja2.Environment):
    """Knows which templates are a plugin's, and lets them speak its words.

    Attributes:
        plugins: names of all that are found.
    """

    plugins: frozenset[str] = frozenset()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        plugin = (name or "").partition("/")[0]
        return (
            cast(nodes.Template, PluginWords(plugin).visit(tree))
            if plugin in self.plugins
            else tree
        )


class _PluginLoader(jinja2.BaseLoader):
    """``<plugin>/<file>`` → the plugin's ``templates/<plugin>/<file>`` or ``templates/<file>``."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Any]:
        name, _, rest = template.partition("/")
        plugin = self._shop.plugins.plugins.get(name)
        parts = rest.split("/")
        if plugin is None or not rest or ".." in parts:
            raise jinja2.TemplateNotFound(template)
        folder = plugin.manifest.folder / "templates"
        for path in (folder / name / rest, folder / rest):
            if path.is_file():
                return _read(path)
        raise jinja2.TemplateNotFound(template)


def _read(path: Path) -> tuple[str, str, Callable[[], bool]]:
    """A template's text, its place, and whether it is still as it was read."""
    changed_at = path.stat().st_mtime
    text = path.read_text(encoding="utf-8")
    return text, str(path), lambda: path.stat().st_mtime == changed_at


def render_admin_page(
    template: str, plugin: str | None = None, *, here: str = "", **values: Any
) -> str:
    """A page in the merchant's frame, in the request's language.

    Args:
        template: file below ``templates/admin/`` for core, below the plugin's ``templates/`` for
            a plugin.
        plugin: whose page it is; its templates are looked up first.
        here: key of the side bar's line to mark.
        values: what the template shows.
    """
    env: jinja2.Environment = flask.current_app.extensions["banyan.admin.templates"]
    names = [f"{plugin}/{template}", template] if plugin else [f"admin/{template}"]
    frame = _frame(here, plugin or "")
    return env.select_template(names).render(frame=frame, may=frame.may, **values)


def render_gate(template: str, **values: Any) -> str:
    """A page outside the frame: sign-in, and errors while nobody is signed in."""
    env: jinja2.Environment = flask.current_app.extensions["banyan.admin.templates"]
    return env.get_template(f"admin/{template}").render(
        settings=context.shop().settings(),
        lang=i18n.html_lang(i18n.locale()),
        look=look(),
        notices=flash.take(),
        is_sandbox=context.shop().config.is_sandbox,
        **values,
    )


def render_fragment(template: str, **values: Any) -> Markup:
    """A piece without frame, such as a plugin's panel beside an order."""
    env: jinja2.Environment = flask.current_app.extensions["banyan.admin.templates"]
    html = env.get_template(template).render(**values)
    return Markup(html)  # noqa: S704 (the environment escaped every value)


def look() -> str:
    """Light, dark, or as the device says."""
    chosen = request.cookies.get(LOOK_COOKIE, "auto")
    return chosen if chosen in LOOKS else "auto"


def address(**changes: Any) -> str:
    """The page's own address with some query values changed; ``None`` or ``""`` drops one.

    The page number is dropped whenever something else changes.
    """
    kept = {name: value for name, value in request.args.items() if name != "page"}
    kept.update(changes)
    query = {name: value for name, value in kept.items() if value not in (None, "")}
    return request.path + (f"?{urlencode(query)}" if query else "")


def _frame(here: str, plugin: str) -> Frame:
    shop, principal = context.shop(), context.staff()
    counts = {**waiting_counts(context.reader()), "plugin_trouble": _held_off(shop)}
    permissions = principal.permissions
    return Frame(
        settings=shop.settings(),
        staff_name=principal.name,
        permissions=permissions,
        main=navigation.visible(navigation.MAIN, permissions, counts, here),
        foot=navigation.visible(navigation.FOOT, permissions, counts, here),
        plugin_lines=_plugin_lines(shop, permissions),
        notices=flash.take(),
        lang=i18n.html_lang(i18n.locale()),
        look=look(),
        is_sandbox=shop.config.is_sandbox,
        is_safe_mode=shop.config.is_safe_mode,
        alerts=navigation.visible(navigation.ATTENTION, permissions, counts, here),
        here=here,
        plugin=plugin,
    )


def _held_off(shop: Shop) -> int:
    """How many plugins are switched on and take no part: paused, or waiting for an update."""
    rows = shop.plugins.snapshot().rows
    return sum(
        name in rows and rows[name].is_enabled and standing is not Standing.ENABLED
        for name, standing in shop.plugins.standings().items()
    )


def _plugin_lines(shop: Shop, permissions: frozenset[str]) -> list[PluginLine]:
    return [
        PluginLine(i18n.gettext(page.menu_label), page.menu_icon, page.path, _is_here(page.path))
        for _, page in shop.plugins.contributions("admin_pages")
        if page.menu_label and has_permission(permissions, page.permission)
    ]


def _is_here(path: str) -> bool:
    return request.path.rstrip("/") == path.rstrip("/")
