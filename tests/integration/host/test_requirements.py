"""Plugins that lean on others: read in the right order, and only beside versions that fit."""

from dataclasses import replace

import pytest

from core.host import migrations
from core.host.describing import dependencies_of
from core.host.host import Standing
from core.host.models import PluginState
from core.host.shop import open_shop
from core.kernel.errors import Rejected
from tests.unit.host.plugin_folders import write_plugin

NEXT = '''"""One more table."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "more_1", None


def upgrade():
    op.create_table("plugin_NAME_more", sa.Column("id", sa.Integer()))


def downgrade():
    op.drop_table("plugin_NAME_more")
'''


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "more_plugins"


@pytest.fixture
def open_with(shop_config, folder):
    """Open the store with the plugins of the folder, as a process that has just begun."""
    opened = []

    def begin():
        migrations.head_of.cache_clear()
        opened.append(open_shop(replace(shop_config, plugin_dirs=(folder,))))
        return opened[-1]

    yield begin
    for shop in opened:
        shop.close()


def bring(folder, name: str, version: str, *, has_migration: bool = False) -> None:
    """Put another version of a plugin into its folder."""
    (folder / name / "plugin.toml").write_text(f'name = "{name}"\nversion = "{version}"\n')
    if has_migration:
        (folder / name / "migrations").mkdir()
        (folder / name / "migrations" / "0001.py").write_text(NEXT.replace("NAME", name))


def needing(name: str, wanted: str) -> str:
    return f'name = "{name}"\nversion = "1.0"\nrequires = ["{wanted}"]\n'


def test_a_plugin_may_import_the_api_of_one_that_is_found_after_it(folder, open_with):
    base = write_plugin(folder, name="zz_base_to_import", api='WORD = "hello"\n')
    name = "aa_imports_it"
    write_plugin(
        folder, f"from plugins.{base}.api import WORD\n", name=name, toml=needing(name, base)
    )
    plugins = open_with().plugins
    assert plugins.standings() == {name: Standing.AVAILABLE, base: Standing.AVAILABLE}
    assert list(plugins.plugins) == [name, base]
    assert plugins.in_order() == [base, name]


def test_a_plugin_waits_while_the_other_is_of_a_version_that_does_not_fit(folder, open_with):
    base = write_plugin(folder, name="base_of_two_versions")
    name = "needs_the_first_version"
    write_plugin(folder, name=name, toml=needing(name, f"{base}>=1,<2"))
    plugins = open_with().plugins
    for each in (base, name):
        plugins.install(each, "me")
        plugins.enable(each, "me")
    assert plugins.enabled() == {base, name}
    bring(folder, base, "2.0")
    plugins = open_with().plugins
    assert plugins.standings() == {base: Standing.ENABLED, name: Standing.WAITING}
    with pytest.raises(Rejected, match=r"is here in version 2\.0"):
        plugins.enable(name, "me")
    plugins.upgrade(base, "me")
    assert plugins.standings() == {base: Standing.ENABLED, name: Standing.WAITING}
    with pytest.raises(Rejected, match=r"is here in version 2\.0"):
        plugins.enable(name, "me")
    bring(folder, base, "1.5")
    plugins = open_with().plugins
    plugins.upgrade(base, "me")
    assert plugins.enabled() == {base, name}


def test_a_process_that_runs_older_code_does_not_touch_the_tables(folder, open_with):
    name = write_plugin(folder)
    older = open_with()
    older.plugins.install(name, "me")
    older.plugins.enable(name, "me")
    bring(folder, name, "2.0", has_migration=True)
    assert migrations.head_of(folder / name) == ""  # as the older process read it at its start
    for act in (older.plugins.plan, lambda each: older.plugins.upgrade(each, "me")):
        with pytest.raises(Rejected, match=r"version 2\.0.*Start the shop again"):
            act(name)
    newer = open_with()
    newer.plugins.upgrade(name, "me")
    assert newer.plugins.is_enabled(name)
    with pytest.raises(Rejected, match="Start the shop again"):
        older.plugins.upgrade(name, "me")
    with older.database.read() as session:
        assert session.get(PluginState, name).version == "2.0"


def test_details_judge_a_requirement_by_the_running_version_as_the_standing_does(folder, open_with):
    write_plugin(folder, name="first")
    write_plugin(folder, name="second", toml=needing("second", "first<2"))
    shop = open_with()
    for name in ("first", "second"):
        shop.plugins.install(name, "me")
        shop.plugins.enable(name, "me")
    bring(folder, "first", "2.0")
    newer = open_with().plugins
    standings, rows = newer.standings(), newer.snapshot().rows
    [need] = dependencies_of(newer.plugins["second"], rows, newer.plugins, standings)
    assert standings["second"] is Standing.WAITING
    assert not need.is_met
    assert need.version == "2.0"
