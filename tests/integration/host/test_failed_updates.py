"""An update that fails in a running store: every process says why, until it goes through mended."""

import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.api.testing.faces import signed_in
from core.app import create_app
from core.cli.plugins import list_plugins
from core.cli.serving import environment_of
from core.host import migrations
from core.host.host import Standing
from core.host.models import PluginChange, PluginState
from core.host.shop import open_shop
from tests.integration.host.breakages import plugin

STALL = """
from core.api.contributions import StorePage


@hookimpl
def register_store_pages():
    return [StorePage("stall.page", "/x/stall", lambda: "open", "guest")]
"""
STEP = """
import sqlalchemy as sa
from alembic import op
revision = "stall_{n}"
down_revision = {down}
def upgrade():
    op.create_table("plugin_stall_{n}", sa.Column("id", sa.Integer(), primary_key=True))
    {more}
def downgrade():
    op.drop_table("plugin_stall_{n}")
"""
FIRST = STEP.format(n=1, down=None, more="")
TAKEN_BACK = "Its migrations failed and were taken back whole; nothing was changed. "
ENGLISH = f"The last try failed. {TAKEN_BACK}RuntimeError: half way"
CHINESE = "上次尝试失败。它的迁移失败，已整体撤回，什么都没有改变。RuntimeError: half way"


@pytest.fixture
def plugin_dirs(tmp_path):
    plugin("stall", STALL, migrations__0001=FIRST)(tmp_path / "stalls")
    return (tmp_path / "stalls",)


@pytest.fixture
def update(plugin_dirs):
    """Bring version 1.1, whose migration does this at its end."""

    def bring(more: str) -> None:
        home = plugin_dirs[0] / "stall"
        (home / "plugin.toml").write_text('name = "stall"\nversion = "1.1"\n')
        second = STEP.format(n=2, down="'stall_1'", more=more)
        (home / "migrations" / "0002.py").write_text(second)

    return bring


class Process:
    """A web process of the store, and the owner's browser at it."""

    def __init__(self, shop, owner):
        self.shop = shop
        app = create_app(shop=shop)
        self.client, self.owner = app.test_client(), signed_in(shop, app, owner, "staff")

    def page(self, path, language="en"):
        self.owner.set_cookie("banyan_lang", language)
        self.shop.counters.refresh(force=True)
        answer = self.owner.get(path)
        assert answer.status_code == 200
        return html.unescape(re.sub(r"<[^>]+>", "", answer.text))

    def run(self, act):
        path = f"/admin/plugins/stall/{act}"
        return self.owner.post(path, headers={"Origin": "http://localhost"})

    def standing(self):
        self.shop.counters.refresh(force=True)
        return self.shop.plugins.standings()["stall"]


@pytest.fixture
def begin(shop_config, make_staff):
    """Start two processes of the store on the code that lies there now."""
    opened = []

    def start():
        migrations.head_of.cache_clear()
        owner = make_staff(role="owner")
        opened.extend(open_shop(shop_config) for _ in range(2))
        return [Process(shop, owner) for shop in opened]

    yield start
    for shop in opened:
        shop.close()


@pytest.fixture
def begun(shop, begin, update):
    """Two processes with the new code of a plugin that was on; its update is broken."""
    shop.plugins.install("stall", "me")
    shop.plugins.enable("stall", "me")
    update("raise RuntimeError('half way')")
    return begin()


def test_every_process_says_why_an_update_failed_until_it_goes_through(begun, update):
    here, there = begun
    assert "The last try failed." not in there.page("/admin/plugins")

    assert here.run("upgrade").status_code == 422
    for process in begun:
        assert process.standing() is Standing.OUTDATED
        assert process.client.get("/").status_code == 200
        assert process.client.get("/x/stall").status_code == 404
        for path in ("/admin/plugins", "/admin/plugins/stall", "/admin/plugins?view=attention"):
            assert ENGLISH in process.page(path)
            assert CHINESE in process.page(path, "zh")

    update("pass")
    assert there.run("upgrade").status_code == 303
    for process in begun:
        assert process.standing() is Standing.ENABLED
        assert process.client.get("/x/stall").text == "open"
        assert "The last try failed." not in process.page("/admin/plugins/stall")


def test_the_history_tells_in_words_why_an_update_failed(begun):
    here, there = begun
    here.run("upgrade")

    for path in ("/admin/plugins/stall?tab=history", "/admin/plugins/history"):
        assert f"{TAKEN_BACK}RuntimeError: half way" in there.page(path)
        assert "已整体撤回" in there.page(path, "zh")


def test_the_command_line_says_why_an_update_failed(begun, shop_config, monkeypatch):
    for name, value in environment_of(shop_config).items():
        monkeypatch.setenv(name, value)
    begun[0].run("upgrade")

    assert ENGLISH in " ".join(CliRunner().invoke(list_plugins).output.split())


def test_an_install_that_failed_says_why_until_one_succeeds(begin, update):
    update("raise RuntimeError('half way')")
    here, there = begin()

    assert here.run("install").status_code == 422
    assert ENGLISH in there.page("/admin/plugins")
    update("pass")
    assert here.run("install").status_code == 303
    assert "The last try failed." not in there.page("/admin/plugins")
    assert here.run("uninstall").status_code == 303
    assert "The last try failed." not in there.page("/admin/plugins")


def test_an_update_asked_for_in_two_processes_at_once_runs_once(shop, begin, update):
    shop.plugins.install("stall", "me")
    update("__import__('time').sleep(0.3)")
    processes = begin()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda process: process.run("upgrade"), processes))

    assert [answer.status_code for answer in answers] == [303, 303]
    with shop.database.read() as session:
        kinds = session.scalars(sa.select(PluginChange.kind).order_by(PluginChange.at)).all()
    assert kinds == ["installed", "upgraded"]


def test_who_looks_at_an_update_while_it_runs_diverts_nothing_of_it(shop, begin, update):
    shop.plugins.install("stall", "me")
    third = "op.create_table('plugin_stall_3', sa.Column('id', sa.Integer()))"
    update(f"__import__('time').sleep(0.3); {third}")
    here, there = begin()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(here.run, "upgrade")
        while not running.done():
            there.page("/admin/plugins/stall?tab=upgrade")

    assert running.result().status_code == 303
    names = sa.inspect(shop.database.engine).get_table_names()
    assert {"plugin_stall_1", "plugin_stall_2", "plugin_stall_3"} <= set(names)


@pytest.mark.parametrize("is_on", [True, False])
def test_an_update_whose_process_died_before_it_was_noted_is_run_again(shop, begin, is_on):
    shop.plugins.install("stall", "me")
    with shop.database.write() as session:
        row = session.get(PluginState, "stall")
        row.schema_revision, row.is_enabled = "stall_0", is_on
    (here, _) = begin()

    assert "An update of its tables waits." in here.page("/admin/plugins/stall")
    assert "Run the update" in here.page("/admin/plugins/stall?tab=upgrade")
    assert here.run("upgrade").status_code == 303
    assert here.standing() is (Standing.ENABLED if is_on else Standing.DISABLED)
    assert "waits." not in here.page("/admin/plugins/stall")
