"""What the merchant is told after acting on a plugin is what happened."""

import shutil

import pytest

from core.host import breaker
from core.host.host import Standing
from core.host.pauses import Pause
from tests.integration.admin.conftest import said
from tests.integration.host.breakages import plugin
from tests.integration.host.conftest import PLUGINS

TABLE = """
import sqlalchemy as sa
from alembic import op
revision = "{name}_1"
down_revision = None
def upgrade():
    op.create_table("plugin_{name}_thing", sa.Column("id", sa.Integer(), primary_key=True){more})
def downgrade():
    op.drop_table("plugin_{name}_thing")
"""
POINTING = (
    ', sa.Column("below", sa.Integer(), sa.ForeignKey("plugin_below_thing.id", name="fk_above"))'
)


@pytest.fixture
def plugin_dirs(tmp_path):
    folder = tmp_path / "plugins"
    for name in ("has_settings", "needs_settings"):
        shutil.copytree(PLUGINS / name, folder / name)
    plugin("far_off", toml='core = ">=99"\n')(folder)
    plugin("needs_more", toml='requires = ["has_settings>=5"]\n')(folder)
    plugin("needs_other", toml='requires = ["nobody>=2"]\n')(folder)
    plugin("below", migrations__0001=TABLE.format(name="below", more=""))(folder)
    plugin("above", migrations__0001=TABLE.format(name="above", more=POINTING))(folder)
    return (folder,)


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
    assert shop.plugins.standings()["has_settings"] is Standing.MISSING
    page = admin.done("/admin/plugins/has_settings/uninstall")
    assert "It is uninstalled. Its data are kept." in page
    assert "has_settings" not in shop.plugins.standings()


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


def test_what_is_required_and_not_met_is_said_by_title_in_the_language_of_the_page(open_admin):
    merchant = open_admin(language="zh")
    for name, why in (
        ("needs_settings", "“needs_settings”依赖“有设置”，请先安装“有设置”。"),
        ("needs_more", "“needs_more”依赖 has_settings>=5，而“有设置”的版本是 1.0.0。"),
        ("needs_other", "“needs_other”依赖插件 nobody>=2，但店里没有这个插件。"),
    ):
        assert why in said(merchant.refused(f"/admin/plugins/{name}/switch", {"to": "on"}))


def test_one_in_quarantine_says_why_once_and_in_the_language_of_the_page(open_admin):
    merchant, page = open_admin(language="zh"), "/admin/plugins/far_off"
    assert "暂不可用" in merchant.page(page)
    assert "无需设置" not in merchant.page(page)
    shown = merchant.page(f"{page}?tab=upgrade")
    assert said(shown).count("它适用于 >=99") == 1
    for markup in (shown, merchant.refused(f"{page}/switch", {"to": "on"})):
        assert "It is made for" not in markup


def test_data_that_another_plugin_points_at_name_it(shop, admin):
    for name in ("below", "above"):
        admin.done(f"/admin/plugins/{name}/install")
    for name in ("above", "below"):
        admin.done(f"/admin/plugins/{name}/uninstall")
    why = "those of “above” point at them (plugin_above_thing)"
    assert why in said(admin.page("/admin/plugins/below?tab=needs"))
    sure = {"do": "remove", "sure": "below"}
    assert why in said(admin.refused("/admin/plugins/below/uninstall", sure))
    admin.done("/admin/plugins/above/uninstall", {"do": "remove", "sure": "above"})
    assert "Its data are gone." in admin.done("/admin/plugins/below/uninstall", sure)
