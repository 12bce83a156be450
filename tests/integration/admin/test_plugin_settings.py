"""A plugin whose settings break: its page says so, the fault is its own, and the shop goes on."""

import sys

import pytest
import sqlalchemy as sa

from core.host.models import PluginFault
from tests.integration.admin.conftest import said
from tests.integration.host.breakages import plugin

PAGE = "/admin/plugins/breaks"
SENT = {"kind": "a", "note": "typed"}
CODE = """
from wtforms import SelectField, StringField
from core.api.errors import PluginError
from core.api.forms import options

BROKEN = set()

def boom(where, answer=None):
    if where in BROKEN:
        raise ZeroDivisionError(where)
    return answer

def view():
    raise PluginError("breaks.view", "It broke.")

@hookimpl
def register_admin_pages():
    return [AdminPage("breaks.page", "/admin/x/breaks", view, permission="order.view")]

@hookimpl
def register_settings():
    kinds = options([("a", "Apple"), ("b", "Bear")])
    return SettingsSchema(
        fields={
            "kind": SelectField("Kind", choices=lambda: boom("choices", kinds), default="a"),
            "note": StringField(
                "Note",
                [lambda form, field: boom("validator")],
                default=lambda: boom("default", "as it was"),
            ),
        },
        check=lambda values: boom("check"),
    )
"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: nothing of this reaches it."""
    return sqlite_url


@pytest.fixture
def plugin_dirs(tmp_path):
    plugin("breaks", CODE)(tmp_path / "plugins")
    return (tmp_path / "plugins",)


@pytest.fixture
def broken(shop, enable_plugin):
    """Where the plugin's settings raise: put the place in."""
    enable_plugin("breaks")
    places = sys.modules["plugins.breaks.plugin"].BROKEN
    places.clear()
    return places


def faults(shop) -> dict[str, int]:
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        return {each.hook: each.count for each in session.scalars(sa.select(PluginFault))}


@pytest.mark.parametrize("place", ["choices", "default"])
def test_settings_that_cannot_be_shown_say_so(shop, admin, client, broken, place):
    assert "Bear" in admin.page(PAGE)
    broken.add(place)
    shop.plugins.disable("breaks", "me")  # everything about plugins is read anew
    shop.plugins.enable("breaks", "me")
    assert "Its settings cannot be shown" in admin.page(PAGE)
    assert faults(shop)["settings"] >= 1
    assert "ZeroDivisionError" in admin.page(f"{PAGE}?tab=health")
    assert client.get("/").status_code == 200
    refused = admin.refused(f"{PAGE}/settings", SENT)
    assert "“breaks” failed at “settings”, so nothing was changed" in said(refused)


@pytest.mark.parametrize("place", ["validator", "check"])
def test_settings_that_cannot_be_checked_are_kept_as_typed(shop, admin, broken, place):
    broken.add(place)
    refused = admin.refused(f"{PAGE}/settings", SENT)
    assert "“breaks” failed at “settings”, so nothing was changed" in said(refused)
    assert 'value="typed"' in refused
    assert shop.plugins.settings_of("breaks")["note"] == "as it was"
    assert faults(shop) == {"settings": 1}
    broken.clear()
    assert "The settings are saved." in said(admin.done(f"{PAGE}/settings", SENT))


def test_a_page_of_a_plugin_that_fails_names_the_plugin(open_admin, broken):
    link, names = "/admin/plugins/breaks?tab=health", "“breaks”"
    shown = open_admin(language="zh").page("/admin/x/breaks", 500)
    assert names in shown
    assert link in shown
    shown = open_admin("clerk", language="zh").page("/admin/x/breaks", 500)
    assert names in shown
    assert link not in shown
