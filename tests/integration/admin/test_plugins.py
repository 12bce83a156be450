"""A plugin's page: its life step by step, its rights, its update, its health."""

import html
import re
import shutil
import time

import pytest
import sqlalchemy as sa

from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.host import breaker, migrations
from core.host.host import Standing
from core.host.models import PluginState
from core.host.pauses import Pause
from core.host.reserved import ADDRESSES
from core.host.tally import Tally
from core.kernel.clock import now
from core.staff.services import list_roles
from tests.integration.admin.conftest import fields, said
from tests.integration.host.breakages import plugin
from tests.integration.host.conftest import PLUGINS

NEXT = """
'''Room for what somebody thinks.'''
import sqlalchemy as sa
from alembic import op
revision = "grows_1"
down_revision = None
def upgrade():
    op.create_table("plugin_grows_note", sa.Column("id", sa.Integer(), primary_key=True))
    {more}
def downgrade():
    op.drop_table("plugin_grows_note")
"""
RIGHTS = """
@hookimpl
def register_permissions():
    return [Permission("grows.see", "See what grew"), Permission("grows.cut", "Cut it")]
"""

HOOK = ("has_settings", "block:has_settings.b")


@pytest.fixture
def plugin_dirs(tmp_path):
    folder = tmp_path / "plugins"
    for name in ("counts_events", "has_settings", "needs_settings"):
        shutil.copytree(PLUGINS / name, folder / name)
    plugin("grows", RIGHTS, toml='permissions = ["grows.see", "grows.cut"]\n')(folder)
    return (folder,)


@pytest.fixture
def grown(shop, plugin_dirs):
    """The plugin was installed, and then its folder brought a migration and a new version."""
    shop.plugins.install("grows", "me")
    shop.plugins.enable("grows", "me")

    def grow(more: str = "pass") -> None:
        home = plugin_dirs[0] / "grows"
        (home / "migrations").mkdir()
        (home / "migrations" / "0001.py").write_text(NEXT.format(more=more))
        text = (home / "plugin.toml").read_text().replace('"1.0"', '"1.1"')
        (home / "plugin.toml").write_text(text)
        migrations.head_of.cache_clear()
        shop.plugins.discover()

    return grow


def test_a_life_in_the_admin_step_by_step(shop, admin):
    page = "/admin/plugins/counts_events"
    assert "plugin_counts_events_seen" in admin.page(f"{page}?tab=upgrade")
    assert "installed and off" in admin.done(f"{page}/install")
    assert shop.plugins.standings()["counts_events"] is Standing.DISABLED
    admin.done(f"{page}/switch", {"to": "on"})
    assert shop.plugins.is_enabled("counts_events")
    assert "switch it off first" in said(refused := admin.refused(f"{page}/uninstall"))
    assert 'tab=needs#detail" aria-current="true"' in refused
    admin.done(f"{page}/switch", {"to": "off"})
    assert "Remove what it left behind" in admin.done(f"{page}/uninstall")
    refused = admin.refused(f"{page}/uninstall", {"do": "remove", "sure": "count_events"})
    assert "Type “counts_events”" in said(refused)
    assert '<details class="more" open><summary class="link">Remove what' in refused
    assert "plugin_counts_events_seen" in sa.inspect(shop.database.engine).get_table_names()
    admin.done(f"{page}/uninstall", {"do": "remove", "sure": "counts_events"})
    assert "plugin_counts_events_seen" not in sa.inspect(shop.database.engine).get_table_names()
    history = admin.page(f"{page}?tab=history")
    for word in ("Installed", "Switched on", "Switched off", "Uninstalled", "Data removed"):
        assert word in history


def test_an_update_is_shown_before_it_runs(shop, admin, grown):
    grown()
    listed = admin.page("/admin/plugins?view=updates")
    assert "Update to 1.1" in listed
    page = admin.page("/admin/plugins/grows?tab=upgrade")
    for part in ("From 1.0 to 1.1", "Room for what somebody thinks.", "grows_1"):
        assert part in page
    assert '<span class="code">plugin_grows_note</span>' in page
    assert "CREATE TABLE plugin_grows_note" in page
    assert "plugin_grows_note" not in sa.inspect(shop.database.engine).get_table_names()
    assert shop.plugins.standings()["grows"] is Standing.OUTDATED
    admin.done("/admin/plugins/grows/upgrade")
    assert shop.plugins.is_enabled("grows")
    assert "Nothing to run" in admin.page("/admin/plugins/grows?tab=upgrade")


def test_the_side_bar_counts_what_is_on_and_takes_no_part(shop, admin, grown, enable_plugin):
    beside = re.compile(r'href="/admin/plugins"[^>]*>.*?</svg>[^<]*<span class="count">(\d+)<')
    assert not beside.search(admin.page("/admin/"))
    grown()
    assert beside.search(admin.page("/admin/"))[1] == "1"
    assert "A plugin is held off" in admin.page("/admin/")
    enable_plugin("counts_events")
    with shop.database.write() as session:
        breaker.pause(session, "counts_events", Pause("It failed.", {}))
    assert beside.search(admin.page("/admin/"))[1] == "2"
    admin.done("/admin/plugins/grows/upgrade")
    assert beside.search(admin.page("/admin/"))[1] == "1"


def test_files_that_changed_while_the_shop_runs_ask_for_a_restart(shop, admin, plugin_dirs):
    shop.plugins.install("grows", "me")
    manifest = plugin_dirs[0] / "grows" / "plugin.toml"
    manifest.write_text(manifest.read_text().replace('"1.0"', '"1.1"'))
    why = "Start the shop again to use them."
    for address in ("?view=attention", "/grows", "/grows?tab=upgrade"):
        page = admin.page(f"/admin/plugins{address}")
        assert why in page
        assert "Run the update" not in page
        assert "Update to" not in page
    assert why in said(admin.refused("/admin/plugins/grows/upgrade"))


def test_an_update_that_looks_at_the_database_says_that_it_has_no_sql(admin, grown):
    grown("op.get_bind().execute(sa.text('SELECT 1')).scalar_one()")
    page = admin.page("/admin/plugins/grows?tab=upgrade")
    assert "no SQL can be shown beforehand" in page
    assert '<span class="code">plugin_grows_note</span>' in page


def test_tables_of_a_newer_version_are_not_touched(shop, admin, plugin_dirs, grown):
    grown()
    shop.plugins.upgrade("grows", "me")
    shutil.rmtree(plugin_dirs[0] / "grows" / "migrations")
    older = plugin_dirs[0] / "grows" / "migrations"
    older.mkdir()
    (older / "0000.py").write_text(NEXT.format(more="pass").replace("grows_1", "grows_0"))
    migrations.head_of.cache_clear()
    shop.plugins.discover()
    why = "are at version grows_1, which its code does not know"
    assert why in admin.page("/admin/plugins/grows?tab=upgrade")
    assert why in said(admin.refused("/admin/plugins/grows/upgrade"))


def roles(shop) -> dict[str, frozenset[str]]:
    with shop.database.read() as session:
        return {role.key: role.permissions for role in list_roles(session)}


def role_ids(shop) -> dict[str, str]:
    with shop.database.read() as session:
        return {role.key: str(role.id) for role in list_roles(session)}


def test_rights_are_ticked_for_roles_and_leave_their_other_rights_alone(shop, admin):
    ids, before = role_ids(shop), roles(shop)
    page = admin.page("/admin/plugins/grows?tab=rights")
    assert page.count('name="right"') == 2 * (len(ids) - 1)
    admin.done("/admin/plugins/grows/rights", {"right": [f"{ids['clerk']}:grows.see"]})
    assert roles(shop)["clerk"] == before["clerk"] | {"grows.see"}
    assert roles(shop)["finance"] == before["finance"]
    ticked = re.findall(r'value="([^"]+)" checked', admin.page("/admin/plugins/grows?tab=rights"))
    assert ticked == [f"{ids['clerk']}:grows.see"]
    admin.done("/admin/plugins/grows/rights", {})
    assert roles(shop)["clerk"] == before["clerk"]
    assert "grows.see" in admin.page("/admin/audit?action=role")


def test_rights_are_given_by_those_who_may_and_hold_them(shop, open_admin):
    manager, right = open_admin("manager", "en"), {"right": f"{role_ids(shop)['clerk']}:grows.cut"}
    assert manager.post("/admin/plugins/grows/rights", right).status_code == 403
    page = manager.page("/admin/plugins/grows?tab=rights")
    assert 'name="right"' not in page
    assert "grows.cut" not in roles(shop)["clerk"]


def test_a_right_of_the_trunk_is_not_given_through_a_plugin(shop, admin):
    right = {"right": f"{role_ids(shop)['clerk']}:staff.manage"}
    admin.refused("/admin/plugins/grows/rights", right, status=422)
    assert "staff.manage" not in roles(shop)["clerk"]


def test_what_a_plugin_needs_is_shown_with_where_it_stands(shop, admin):
    page = admin.page("/admin/plugins/needs_settings?tab=needs")
    assert "/admin/plugins/has_settings" in page
    assert "Not installed" in page
    for name in ("has_settings", "needs_settings"):
        admin.done(f"/admin/plugins/{name}/switch", {"to": "on"})
    assert "Running" in admin.page("/admin/plugins/needs_settings?tab=needs")
    assert "Plugins that need it" in admin.page("/admin/plugins/has_settings?tab=needs")


def park(shop, name: str) -> int:
    with shop.database.write() as session:
        seq = session.execute(
            sa.insert(OutboxEvent)
            .values(name="order_paid", version=1, aggregate="a", payload={"n": 1}, at=now())
            .returning(OutboxEvent.seq)
        ).scalar_one()
        session.add(
            EventDelivery(
                event_seq=seq, plugin=name, aggregate="a", tries=8,
                state=DeliveryState.PARKED, next_try_at=now(), error="ValueError: boom",
            )
        )  # fmt: skip
    return seq


def test_data_stay_while_something_refers_to_them_and_everything_is_named(shop, admin):
    page = "/admin/plugins/counts_events"
    admin.done(f"{page}/install")
    seq = park(shop, "counts_events")
    admin.done(f"{page}/uninstall")
    kind = "CHAR(32)" if shop.database.is_sqlite else "UUID"
    with shop.database.write() as session:
        for name in ("plugin_other_a", "plugin_other_b"):
            session.execute(
                sa.text(
                    f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, "
                    f"seen {kind} REFERENCES plugin_counts_events_seen (id))"
                )
            )
    shown = admin.page(f"{page}?tab=needs")
    told = said(admin.refused(f"{page}/uninstall", {"do": "remove", "sure": "counts_events"}))
    for part in ("plugin_other_a", "plugin_other_b", "are parked (1)"):
        assert part in shown
        assert part in told
    with shop.database.write() as session:
        for name in ("plugin_other_a", "plugin_other_b"):
            session.execute(sa.text(f"DROP TABLE {name}"))
    admin.done(f"{page}/events", {"do": "skip", "seq": str(seq), "reason": "of no use"})
    admin.done(f"{page}/uninstall", {"do": "remove", "sure": "counts_events"})


def test_health_tells_calls_times_and_faults_and_tracebacks_to_some_only(
    shop, admin, open_admin, enable_plugin
):
    enable_plugin("has_settings")
    for n in range(3):
        with shop.plugins.guard("has_settings", "block:has_settings.x"):
            time.sleep(0.12 if n == 0 else 0.001)
            if n == 2:
                raise ValueError("a secret of the house")
    shop.plugins.faults.end_request()
    shop.plugins.faults.flush()
    page = admin.page("/admin/plugins/has_settings?tab=health")
    for part in ("block:has_settings.x", "3 calls", "33% slow", "1 fault", "a secret of the house"):
        assert part in page
    looker = open_looker(shop, open_admin)
    page = looker.page("/admin/plugins/has_settings?tab=health")
    assert "3 calls" in page
    assert "a secret of the house" not in page


def open_looker(shop, open_admin):
    """Somebody who may see plugins and nothing more."""
    from core.staff.services import update_role

    with shop.database.write() as session:
        clerk = next(role for role in list_roles(session) if role.key == "clerk")
        update_role(session, clerk.id, permissions=["plugin.view", "dashboard.view"])
    return open_admin("clerk", "en")


def test_a_broken_plugin_that_is_on_can_be_switched_off(shop, admin, plugin_dirs, enable_plugin):
    enable_plugin("grows")
    (plugin_dirs[0] / "grows" / "plugin.py").write_text("def f(:\n")
    (plugin_dirs[0] / "grows" / "plugin.toml").write_text('name = "grows"\nversion = "2.0"\n')
    broken = plugin_dirs[0] / "grows" / "plugin.py"
    broken.touch()
    import sys

    for name in [name for name in sys.modules if name.startswith("plugins.grows")]:
        del sys.modules[name]
    shop.plugins.discover()
    assert shop.plugins.standings()["grows"] is Standing.QUARANTINED
    assert "Cannot be loaded" in admin.page("/admin/plugins/grows")
    admin.done("/admin/plugins/grows/switch", {"to": "off"})
    with shop.database.read() as session:
        assert not session.get(PluginState, "grows").is_enabled


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "tab", ["settings", "rights", "needs", "health", "events", "history", "upgrade"]
)
def test_every_tab_shows_every_plugin(open_admin, enable_plugin, tab, language):
    enable_plugin("has_settings")
    browser = open_admin(language=language)
    for name in ("has_settings", "counts_events", "grows", "needs_settings"):
        page = browser.page(f"/admin/plugins/{name}?tab={tab}")
        assert 'aria-current="true"' in page
        assert fields(page) is not None


@pytest.mark.parametrize(
    ("tally", "english", "chinese"),
    [
        (
            (Tally(9, 9_000, 9_000, 0, 0), {HOOK: 50}, {HOOK: "Traceback …\nRuntimeError: boom"}),
            "Block of a page block:has_settings.b failed 50 times within an hour: "
            "RuntimeError: boom",
            "“页面区块 block:has_settings.b”一小时内出错 50 次：RuntimeError: boom",
        ),
        (
            (Tally(40, 9_000, 812_400, 30, 90), {}, {}),
            "Block of a page block:has_settings.b was too slow 30 times of 40 within an hour: "
            "up to 812 ms instead of 100 ms",
            "“页面区块 block:has_settings.b”一小时内 40 次调用有 30 次太慢："
            "最长 812 毫秒，上限 100 毫秒",
        ),
    ],
)
def test_the_merchant_reads_in_their_language_why_a_plugin_is_paused(
    shop, admin, tally, english, chinese
):
    shop.plugins.install("has_settings", "me")
    shop.plugins.enable("has_settings", "me")
    calls, faults, errors = tally
    with shop.database.write() as session:
        breaker.write(session, {HOOK: calls}, faults, errors)
    shop.counters.refresh(force=True)

    for language, sentence in (("en", english), ("zh", chinese)):
        assert sentence in plain(admin.page(f"/admin/plugins/has_settings?lang={language}"))
        history = "/admin/plugins/has_settings?tab=history&lang="
        assert sentence in plain(admin.page(history + language))
    reason = shop.plugins.snapshot().rows["has_settings"].paused_reason
    assert english == f"Block of a page {reason}"


def plain(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_no_page_of_the_admin_stands_where_the_page_of_a_plugin_would(app):
    root = "/admin/plugins/"
    steps = [
        rule.rule.removeprefix(root).partition("/")[0]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(root)
    ]
    assert set(steps) == {"<name>", *ADDRESSES}
