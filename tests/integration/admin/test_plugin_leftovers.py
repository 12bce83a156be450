"""What is left of a plugin, and what nobody may read of it."""

import re

import pytest
import sqlalchemy as sa
from wtforms import IntegerField, PasswordField, StringField, TextAreaField

from core.api.contributions import SettingsSchema
from core.api.forms import YuanField
from core.db import state
from core.host.models import PluginChange, PluginState
from tests.integration.admin.conftest import said
from tests.integration.host.conftest import PLUGINS


@pytest.fixture
def plugin_dirs():
    return (PLUGINS,)


def test_what_was_kept_is_named_and_only_what_is_there_can_be_removed(admin):
    page = "/admin/plugins/counts_events"
    offer, kept = "Remove what it left behind", "plugin_counts_events_seen"
    untouched = admin.page(f"{page}?tab=needs")
    assert offer not in untouched
    assert "it left nothing behind" in untouched
    admin.done(f"{page}/install")
    admin.done(f"{page}/uninstall")
    uninstalled = admin.page(f"{page}?tab=needs")
    assert f"kept: {kept}" in uninstalled
    assert offer in uninstalled
    admin.done(f"{page}/uninstall", {"do": "remove", "sure": "counts_events"})
    removed = admin.page(f"{page}?tab=needs")
    assert kept not in removed
    assert offer not in removed


def test_removing_nothing_is_said_and_not_written_down(shop, admin):
    sent = {"do": "remove", "sure": "counts_events"}
    page = admin.done("/admin/plugins/counts_events/uninstall", sent)
    assert "it left nothing behind" in said(page)
    assert kinds(shop, "counts_events") == []


@pytest.mark.parametrize("field", [StringField, TextAreaField, PasswordField])
def test_a_secret_is_not_sent_back_after_a_refusal(make_plugin, admin, field):
    fields = {"rate": IntegerField("Rate", default=3), "token": field("Token")}
    make_plugin("odd", settings=SettingsSchema(fields, secrets=frozenset({"token"})))
    page = admin.refused("/admin/plugins/odd/settings", {"rate": "much", "token": "s3cret"})
    assert "Rate" in page
    assert "s3cret" not in page
    if field is StringField:
        assert re.search(r'<input[^>]*name="token"[^>]*type="password"', page)


def test_settings_of_another_kind_than_an_update_wants_are_its_defaults(shop, make_plugin, admin):
    make_plugin("odd", settings=SettingsSchema({"off_fen": YuanField("Off", default=300)}))
    with shop.database.write() as session:
        session.execute(sa.update(PluginState).values(settings={"off_fen": "a lot"}))
        state.bump(session, state.PLUGINS)
    shop.counters.refresh(force=True)
    assert shop.plugins.settings_of("odd") == {"off_fen": 300}
    assert 'value="3.00"' in admin.page("/admin/plugins/odd")


def test_settings_put_aside_are_printed_nowhere_and_go_with_the_data(shop, admin):
    page, name = "/admin/plugins/has_settings", "has_settings"
    admin.done(f"{page}/install")
    admin.done(f"{page}/settings", {"rate": "9", "mode": "slow", "token": "s3cret"})
    admin.done(f"{page}/uninstall")
    sealed = put_aside(shop, name)["token"]
    history = admin.page("/admin/plugins/history")
    told = (("Rate", "3", "9"), ("Token", "•••", "•••"), ("Version", "", "1.0.0"))
    for label, before, after in told:
        was = f"<del>{before}</del>" if before else ""
        row = f'<th scope="row">{label}</th><td>{was}</td><td><ins>{after}</ins></td>'
        assert row in history
    for place in (f"{page}?tab=history", "/admin/plugins/history"):
        shown = admin.page(place)
        assert "Uninstalled" in shown
        assert sealed not in shown
    admin.done(f"{page}/uninstall", {"do": "remove", "sure": name})
    assert put_aside(shop, name) == {}


def test_settings_put_aside_return_and_are_kept_twice_nowhere(shop, admin):
    page, name = "/admin/plugins/has_settings", "has_settings"
    admin.done(f"{page}/install")
    admin.done(f"{page}/settings", {"rate": "9", "mode": "slow", "token": "s3cret"})
    admin.done(f"{page}/uninstall")
    admin.done(f"{page}/install")
    assert shop.plugins.settings_of(name)["token"] == "s3cret"
    assert put_aside(shop, name) == {}


def put_aside(shop, name: str) -> dict[str, object]:
    """What the history of a plugin holds of its settings."""
    with shop.database.read() as session:
        details = session.scalars(
            sa.select(PluginChange.detail).where(PluginChange.plugin == name)
        ).all()
    return {key: value for each in details for key, value in each.get("settings", {}).items()}


def kinds(shop, name: str) -> list[str]:
    with shop.database.read() as session:
        query = sa.select(PluginChange.kind).where(PluginChange.plugin == name)
        return list(session.scalars(query))
