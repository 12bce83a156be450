"""What the merchant is told after acting on a plugin is what happened."""

import shutil

import pytest

from core.host import breaker
from core.host.host import Standing
from core.host.pauses import Pause
from tests.integration.host.conftest import PLUGINS


@pytest.fixture
def plugin_dirs(tmp_path):
    shutil.copytree(PLUGINS / "has_settings", tmp_path / "plugins" / "has_settings")
    return (tmp_path / "plugins",)


@pytest.fixture
def admin(open_admin):
    return open_admin(language="en")


def test_trying_again_when_nothing_is_parked_any_more_gives_nothing_up(admin):
    page = admin.done("/admin/plugins/has_settings/events")
    assert "Events tried again: 0." in page
    assert "given up" not in page


@pytest.mark.parametrize("act", [{"seq": "x7"}, {"do": "skip"}, {"do": "skip", "seq": "-1"}])
def test_an_event_that_is_not_named_is_not_every_event(admin, act):
    assert admin.post("/admin/plugins/has_settings/events", act).status_code == 404


def test_uninstalling_what_is_gone_leads_back_to_the_list(shop, admin, plugin_dirs):
    shop.plugins.install("has_settings", "me")
    shutil.rmtree(plugin_dirs[0] / "has_settings")
    shop.plugins.discover()
    assert shop.plugins.standings() == {"has_settings": Standing.MISSING}
    page = admin.done("/admin/plugins/has_settings/uninstall")
    assert "It is uninstalled. Its data are kept." in page
    assert shop.plugins.standings() == {}


def test_a_pause_is_lifted_by_one_button(shop, admin, enable_plugin):
    name, page, button = "has_settings", "/admin/plugins/has_settings", "Let it take part again"
    enable_plugin(name)
    assert button not in admin.page(page)
    with shop.database.write() as session:
        breaker.pause(session, name, Pause("%(hook)s was too slow", {"hook": "block:x"}))
    shop.counters.refresh(force=True)
    assert shop.plugins.standings()[name] is Standing.PAUSED
    assert button in admin.page(page)
    assert "Paused by the store" in admin.page(page)
    admin.done(f"{page}/switch", {"to": "on"})
    assert shop.plugins.is_enabled(name)
