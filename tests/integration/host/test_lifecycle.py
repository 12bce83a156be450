"""A plugin's life on both databases."""

import shutil
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.host import migrations
from core.host.host import Standing
from core.host.models import PluginChange, PluginState
from core.host.shop import open_shop
from core.kernel.errors import InvalidInput, NotFound, Rejected
from tests.integration.host.conftest import PLUGINS
from tests.unit.host.plugin_folders import write_plugin

TABLE = "plugin_counts_events_seen"


def tables(shop) -> set[str]:
    return set(sa.inspect(shop.database.engine).get_table_names())


def changes(shop, name: str) -> list[str]:
    with shop.database.read() as session:
        return list(
            session.scalars(
                sa.select(PluginChange.kind)
                .where(PluginChange.plugin == name)
                .order_by(PluginChange.id)
            )
        )


def test_a_life_from_discovered_to_removed(shop):
    host, name = shop.plugins, "counts_events"
    assert host.standings()[name] is Standing.AVAILABLE
    host.install(name, "staff:1")
    assert host.standings()[name] is Standing.DISABLED
    assert TABLE in tables(shop)
    host.enable(name, "staff:1")
    assert host.is_enabled(name)
    host.disable(name, "staff:1")
    assert not host.is_enabled(name)
    assert TABLE in tables(shop)
    host.uninstall(name, "staff:1")
    assert host.standings()[name] is Standing.AVAILABLE
    assert TABLE in tables(shop)
    host.remove_data(name, "staff:1")
    assert TABLE not in tables(shop)
    assert "alembic_version_counts_events" not in tables(shop)
    expected = ["installed", "enabled", "disabled", "uninstalled", "removed"]
    assert changes(shop, name) == expected


def test_its_migrations_go_up_down_and_up_again(shop):
    manifest = shop.plugins.plugins["counts_events"].manifest
    for _ in range(2):
        assert migrations.upgrade(shop.database.engine, manifest) == "counts_events_0001"
        assert TABLE in tables(shop)
        migrations.remove(shop.database.engine, manifest)
        assert TABLE not in tables(shop)


def test_installing_or_enabling_twice_changes_nothing(shop):
    for _ in range(2):
        shop.plugins.install("counts_events", "me")
        shop.plugins.enable("counts_events", "me")
    assert changes(shop, "counts_events") == ["installed", "enabled"]


def test_off_means_no_contribution_is_left_and_on_brings_them_back(shop, enable_plugin):
    enable_plugin("raises_everywhere")
    kinds = ["blocks", "jobs", "price_rules", "store_pages", "admin_pages", "order_freezes"]
    assert all(shop.plugins.contributions(kind) for kind in kinds)
    shop.plugins.disable("raises_everywhere", "me")
    assert not any(shop.plugins.contributions(kind) for kind in kinds)
    assert all(shop.plugins.all_contributions(kind) for kind in kinds)
    assert shop.extensions().rules == ()
    shop.plugins.enable("raises_everywhere", "me")
    assert all(shop.plugins.contributions(kind) for kind in kinds)


def test_a_switch_is_felt_by_another_process_within_a_second(shop, enable_plugin):
    import time

    other = open_shop(shop.config)
    assert not other.plugins.is_enabled("counts_events")
    enable_plugin("counts_events")
    deadline = time.monotonic() + 1
    while not other.plugins.is_enabled("counts_events"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    other.close()


def test_safe_mode_starts_with_none(shop, enable_plugin):
    enable_plugin("counts_events")
    safe = open_shop(replace(shop.config, is_safe_mode=True))
    assert safe.plugins.enabled() == frozenset()
    assert safe.plugins.subscribers("order_cancelled") == ("counts_events",)
    safe.close()


def test_what_requires_another_comes_after_it_and_goes_before_it(shop):
    host = shop.plugins
    with pytest.raises(Rejected, match="install that first"):
        host.install("needs_settings", "me")
    host.install("has_settings", "me")
    host.install("needs_settings", "me")
    with pytest.raises(Rejected, match="switch that on first"):
        host.enable("needs_settings", "me")
    host.enable("has_settings", "me")
    host.enable("needs_settings", "me")
    with pytest.raises(Rejected, match="has to go first"):
        host.disable("has_settings", "me")
    host.disable("needs_settings", "me")
    host.disable("has_settings", "me")
    with pytest.raises(Rejected, match="has to go first"):
        host.uninstall("has_settings", "me")


def test_an_unmet_requirement_holds_a_plugin_off(shop):
    host = shop.plugins
    for name in ("has_settings", "needs_settings"):
        host.install(name, "me")
        host.enable(name, "me")
    with shop.database.write() as session:
        session.get(PluginState, "has_settings").paused_reason = "it failed"
    from core.db import state

    with shop.database.write() as session:
        state.bump(session, state.PLUGINS)
    shop.counters.refresh(force=True)
    assert host.standings()["has_settings"] is Standing.PAUSED
    assert host.standings()["needs_settings"] is Standing.WAITING
    assert host.enabled() == frozenset()


def test_steps_out_of_order_are_refused_with_a_reason(shop):
    host = shop.plugins
    with pytest.raises(Rejected, match="is not installed"):
        host.enable("counts_events", "me")
    with pytest.raises(NotFound):
        host.install("nobody", "me")
    host.install("counts_events", "me")
    with pytest.raises(Rejected, match="uninstall it before"):
        host.remove_data("counts_events", "me")
    host.enable("counts_events", "me")
    with pytest.raises(Rejected, match="switch it off first"):
        host.uninstall("counts_events", "me")


def test_data_are_not_removed_while_somebody_points_at_them(shop):
    host = shop.plugins
    host.install("counts_events", "me")
    host.uninstall("counts_events", "me")
    with shop.database.write() as session:
        session.execute(
            sa.text(
                f"CREATE TABLE plugin_other_link (id INTEGER PRIMARY KEY, "
                f"seen {'CHAR(32)' if shop.database.is_sqlite else 'UUID'} REFERENCES {TABLE} (id))"
            )
        )
    with pytest.raises(Rejected, match="plugin_other_link"):
        host.remove_data("counts_events", "me")
    assert TABLE in tables(shop)


def test_a_migration_outside_the_prefix_is_taken_back(shop_config, tmp_path):
    name = write_plugin(tmp_path / "plugins")
    folder = tmp_path / "plugins" / name / "migrations"
    folder.mkdir()
    (folder / "0001.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision = "{name}_1"\ndown_revision = None\n'
        'def upgrade():\n    op.create_table("extras", sa.Column("id", sa.Integer()))\n'
        'def downgrade():\n    op.drop_table("extras")\n'
    )
    shop = open_shop(replace(shop_config, plugin_dirs=(tmp_path / "plugins",)))
    with pytest.raises(Exception, match="does not start with"):
        shop.plugins.install(name, "me")
    assert "extras" not in tables(shop)
    assert shop.plugins.standings()[name] is Standing.AVAILABLE
    shop.close()


def test_a_new_migration_holds_a_plugin_off_until_it_is_upgraded(shop_config, tmp_path):
    name = write_plugin(tmp_path / "plugins")
    folder = tmp_path / "plugins" / name
    config = replace(shop_config, plugin_dirs=(tmp_path / "plugins",))
    shop = open_shop(config)
    shop.plugins.install(name, "me")
    shop.plugins.enable(name, "me")
    shop.close()
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision: str = "{name}_1"\ndown_revision: str | None = None\n'
        f'def upgrade():\n    op.create_table("plugin_{name}_a", sa.Column("id", sa.Integer()))\n'
        f'def downgrade():\n    op.drop_table("plugin_{name}_a")\n'
    )
    (folder / "plugin.toml").write_text(f'name = "{name}"\nversion = "1.1"\n')
    migrations.head_of.cache_clear()
    shop = open_shop(config)
    assert shop.plugins.standings()[name] is Standing.OUTDATED
    with pytest.raises(Rejected, match="upgrade it first"):
        shop.plugins.enable(name, "me")
    shop.plugins.upgrade(name, "me")
    assert shop.plugins.is_enabled(name)
    assert shop.plugins.snapshot().rows[name].version == "1.1"
    shop.close()


def test_a_folder_that_goes_missing_blocks_nobody(shop_config, tmp_path):
    folder = tmp_path / "plugins"
    shutil.copytree(PLUGINS / "has_settings", folder / "has_settings")
    gone = write_plugin(folder, "@hookimpl\ndef order_paid(event): pass")
    config = replace(shop_config, plugin_dirs=(folder,))
    shop = open_shop(config)
    for name in (gone, "has_settings"):
        shop.plugins.install(name, "me")
        shop.plugins.enable(name, "me")
    shop.close()
    shutil.rmtree(folder / gone)
    shop = open_shop(config)
    assert shop.plugins.standings()[gone] is Standing.MISSING
    assert shop.plugins.enabled() == {"has_settings"}
    assert shop.plugins.subscribers("order_paid") == (gone,)
    shop.plugins.disable(gone, "me")
    assert shop.plugins.subscribers("order_paid") == ()
    shop.plugins.uninstall(gone, "me")
    assert gone not in shop.plugins.standings()
    shop.close()


def test_settings_have_defaults_are_checked_and_keep_their_history(shop, enable_plugin):
    enable_plugin("has_settings")
    host = shop.plugins
    assert host.settings_of("has_settings") == {
        "rate": 3,
        "mode": "slow",
        "is_on": False,
        "note": "",
        "token": "",
    }
    with pytest.raises(Rejected, match="token is needed"):
        host.save_settings("has_settings", {"is_on": True}, "me")
    host.save_settings("has_settings", {"rate": 5, "token": "s3cret", "is_on": True}, "me")
    assert host.settings_of("has_settings")["token"] == "s3cret"
    host.save_settings("has_settings", {"rate": 6, "token": ""}, "me")
    assert host.settings_of("has_settings")["token"] == "s3cret"
    assert host.settings_of("has_settings")["rate"] == 6
    with pytest.raises(InvalidInput, match="colour"):
        host.save_settings("has_settings", {"colour": 1}, "me")
    with shop.database.read() as session:
        stored = session.get(PluginState, "has_settings").settings
        history = session.scalars(
            sa.select(PluginChange.detail)
            .where(PluginChange.kind == "configured")
            .order_by(PluginChange.id)
        ).all()
    assert "s3cret" not in str(stored) + str(history)
    assert history[0]["changes"]["rate"] == [3, 5]
    assert history[1]["changes"] == {"rate": [5, 6]}


def test_settings_survive_an_uninstall_but_not_the_removal_of_data(shop, enable_plugin):
    host, name = shop.plugins, "has_settings"
    enable_plugin(name)
    host.save_settings(name, {"rate": 9}, "me")
    host.disable(name, "me")
    host.uninstall(name, "me")
    assert host.settings_of(name) == {}
    host.install(name, "me")
    assert host.settings_of(name)["rate"] == 9
    host.uninstall(name, "me")
    host.remove_data(name, "me")
    host.install(name, "me")
    assert host.settings_of(name)["rate"] == 3


def test_the_form_never_shows_a_secret(shop, enable_plugin):
    enable_plugin("has_settings")
    shop.plugins.save_settings("has_settings", {"token": "s3cret", "rate": 7}, "me")
    form = shop.plugins.settings_form("has_settings")
    assert form.rate.data == 7
    assert "s3cret" not in str(form.token())


def test_the_form_takes_what_a_browser_sends(shop, enable_plugin):
    from werkzeug.datastructures import MultiDict

    enable_plugin("has_settings")
    sent = MultiDict({"rate": "8", "mode": "fast", "note": " x ", "token": ""})
    form = shop.plugins.settings_form("has_settings", sent)
    assert form.validate()
    shop.plugins.save_settings("has_settings", form.data, "me")
    assert shop.plugins.settings_of("has_settings")["rate"] == 8
    sent["rate"] = "800"
    assert not shop.plugins.settings_form("has_settings", sent).validate()


def test_another_secret_key_reads_no_secret_and_breaks_nothing(shop, enable_plugin):
    enable_plugin("has_settings")
    shop.plugins.save_settings("has_settings", {"token": "s3cret", "rate": 7}, "me")
    other = open_shop(replace(shop.config, secret_key="another"))
    assert other.plugins.settings_of("has_settings")["token"] == ""
    assert other.plugins.settings_of("has_settings")["rate"] == 7
    other.close()
