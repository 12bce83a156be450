"""Whatever is wrong with a plugin, the shop sells and the list of plugins says what it is."""

import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import replace
from html import unescape

import pytest
import sqlalchemy as sa

from core.app import create_app
from core.catalog.services import list_products
from core.config import ROOT
from core.host import breaker
from core.host.budgets import BUDGETS, Budget, budget_of
from core.host.host import Standing
from core.host.models import PluginChange
from core.host.pauses import Pause
from core.host.shop import open_shop
from core.members.services import open_session
from core.staff.services import list_staff
from tests.integration.host import test_failed_updates
from tests.integration.host.breakages import (
    AT_THE_START,
    IN_STORIES,
    WHILE_IT_RUNS,
    Breakage,
    plugin,
)
from tests.integration.host.conftest import PLUGINS

SOUND = "has_settings"
PAGE = ROOT / "docs" / "plugins" / "breakages.md"


@pytest.fixture
def folder(tmp_path):
    """The folder of plugins: one is sound, the test adds one that is broken."""
    shutil.copytree(PLUGINS / SOUND, tmp_path / "plugins" / SOUND)
    return tmp_path / "plugins"


@pytest.fixture
def broken(request, folder) -> Breakage:
    request.param.lay(folder)
    return request.param


@pytest.fixture
def plugin_dirs(request, folder):
    for name in {"broken", "laid"} & set(request.fixturenames):
        request.getfixturevalue(name)
    return (folder, folder.parent / "more")


@pytest.fixture
def staff(sign_in, make_staff):
    """An owner's browser, in English."""
    browser = sign_in(make_staff(role="owner"), "staff")
    browser.set_cookie("banyan_lang", "en")
    browser.environ_base["HTTP_ORIGIN"] = "http://localhost"
    return browser


@pytest.fixture
def make_pot(shop, make_product):
    """Put a product on sale; answers the end of its address."""

    def make() -> str:
        make_product("Teapot", skus=[("POT", 5000, 3)])
        with shop.database.read() as session:
            return list_products(session).items[0].slug

    return make


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))).split())


def named(breakages):
    return [pytest.param(each, id=each.name) for each in breakages]


@pytest.mark.parametrize("broken", named(AT_THE_START), indirect=True)
def test_a_plugin_broken_at_the_start_leaves_shop_and_list_working(
    shop, client, staff, enable_plugin, make_pot, broken
):
    enable_plugin(SOUND)
    slug = make_pot()
    for path in ("/", f"/p/{slug}"):
        assert client.get(path).status_code == 200
    assert shop.plugins.is_enabled(SOUND)
    keys = [key for key in shop.plugins.standings() if key.startswith(broken.key or broken.name)]
    assert [shop.plugins.standings()[key] for key in keys] == [broken.standing]
    listed = staff.get("/admin/plugins")
    assert listed.status_code == 200
    assert broken.says in text_of(listed)
    opened = staff.get(f"/admin/plugins/{keys[0]}")
    assert opened.status_code == 200
    assert broken.says in text_of(opened)


@pytest.mark.parametrize("broken", named(WHILE_IT_RUNS), indirect=True)
def test_a_plugin_that_breaks_while_it_runs_is_paused_and_the_shop_goes_on(
    shop, app, sign_in, make_member, staff, enable_plugin, make_pot, broken, monkeypatch
):
    app.testing = False
    monkeypatch.setitem(BUDGETS, "block", Budget(100, stops_after_seconds=1))
    budget_of.cache_clear()
    enable_plugin(SOUND)
    enable_plugin(broken.name)
    slug = make_pot()
    member = sign_in(make_member("知夏"))
    path = "/x/r_page" if broken.name == "r_page" else f"/p/{slug}"
    deadline = time.monotonic() + 60
    seen = set()
    while shop.plugins.standings()[broken.name] is Standing.ENABLED:
        assert time.monotonic() < deadline
        response = member.get(path)
        seen.add(response.status_code)
        shop.plugins.faults.flush()
        shop.counters.refresh(force=True)
    assert seen == ({500} if broken.name == "r_page" else {200})
    assert shop.plugins.standings()[broken.name] is broken.standing
    began = time.monotonic()
    assert member.get(f"/p/{slug}").status_code == 200
    assert time.monotonic() - began < 1
    assert broken.says in text_of(staff.get("/admin/plugins"))
    assert broken.says in text_of(staff.get(f"/admin/plugins/{broken.name}?tab=health"))
    assert shop.plugins.is_enabled(SOUND)
    budget_of.cache_clear()


HALF = """
import sqlalchemy as sa
from alembic import op
revision = "m_half_{n}"
down_revision = {down}
def upgrade():
    op.create_table("plugin_m_half_{n}", sa.Column("id", sa.Integer(), primary_key=True))
    {more}
def downgrade():
    op.drop_table("plugin_m_half_{n}")
"""


def tables(shop) -> set[str]:
    return {name for name in sa.inspect(shop.database.engine).get_table_names() if "m_half" in name}


def lay_half(folder, more: str) -> None:
    shutil.rmtree(folder / "m_half", ignore_errors=True)
    first = HALF.format(n=1, down=None, more="")
    second = HALF.format(n=2, down="'m_half_1'", more=more)
    plugin("m_half", migrations__0001=first, migrations__0002=second)(folder)


@pytest.fixture
def laid(folder):
    lay_half(folder, "raise RuntimeError('half way')")


def test_a_migration_that_fails_half_way_is_taken_back_whole_and_can_be_tried_again(
    laid, shop, staff, client, folder
):
    for _ in range(2):
        answer = staff.post("/admin/plugins/m_half/switch", data={"to": "on"})
        assert answer.status_code in (409, 422, 500)
        assert "taken back whole; nothing was changed. RuntimeError: half way" in text_of(answer)
        assert tables(shop) == set()
        assert shop.plugins.standings()["m_half"] is Standing.AVAILABLE
    assert client.get("/").status_code == 200
    with shop.database.read() as session:
        kinds = session.scalars(
            sa.select(PluginChange.kind).where(PluginChange.plugin == "m_half")
        ).all()
    assert kinds == ["failed", "failed"]
    lay_half(folder, "pass")
    assert staff.post("/admin/plugins/m_half/switch", data={"to": "on"}).status_code == 303
    assert tables(shop) == {"plugin_m_half_1", "plugin_m_half_2", "alembic_version_m_half"}
    assert shop.plugins.is_enabled("m_half")


def test_a_migration_that_exits_ends_neither_its_plan_nor_the_shop(
    laid, shop, staff, client, folder
):
    lay_half(folder, "raise SystemExit(3)")
    plan = staff.get("/admin/plugins/m_half?tab=upgrade")
    assert plan.status_code == 200
    assert "plugin_m_half_2" in text_of(plan)
    said = text_of(staff.post("/admin/plugins/m_half/switch", data={"to": "on"}))
    assert "taken back whole; nothing was changed. SystemExit: 3" in said
    assert tables(shop) == set()
    assert shop.plugins.standings()["m_half"] is Standing.AVAILABLE
    assert client.get("/").status_code == 200


def test_a_migration_that_exits_when_read_is_named_by_its_plan(laid, staff, folder):
    shutil.rmtree(folder / "m_half")
    first = HALF.format(n=1, down=None, more="")
    second = HALF.format(n=2, down="'m_half_1'", more="pass") + "raise SystemExit('too old')\n"
    plugin("m_half", migrations__0001=first, migrations__0002=second)(folder)
    plan = staff.get("/admin/plugins/m_half?tab=upgrade")
    assert plan.status_code == 200
    assert "Its migrations cannot be read: SystemExit: too old" in text_of(plan)


def test_a_migration_that_commits_by_itself_and_fails_says_where_it_stands(
    laid, shop, staff, client, folder
):
    lay_half(folder, "op.get_bind().commit(); raise RuntimeError('half way')")
    answer = staff.post("/admin/plugins/m_half/switch", data={"to": "on"})
    said = text_of(answer)
    assert "failed half way, at version" in said
    for table in tables(shop) - {"alembic_version_m_half"}:
        assert table in said
    assert client.get("/").status_code == 200
    assert staff.get("/admin/plugins").status_code == 200
    assert shop.plugins.standings()["m_half"] is Standing.AVAILABLE


def test_a_folder_that_goes_while_the_shop_runs_stops_nobody(
    laid, shop, staff, client, folder, enable_plugin
):
    lay_half(folder, "pass")
    enable_plugin("m_half")
    enable_plugin(SOUND)
    shutil.rmtree(folder / "m_half")
    assert client.get("/").status_code == 200
    assert staff.get("/admin/plugins").status_code == 200
    for tab in ("settings", "rights", "needs", "health", "events", "history"):
        assert staff.get(f"/admin/plugins/m_half?tab={tab}").status_code == 200
    assert staff.post("/admin/plugins/m_half/switch", data={"to": "off"}).status_code == 303
    assert not shop.plugins.is_enabled("m_half")


def test_a_folder_that_is_gone_at_the_start_is_named_and_can_be_uninstalled(
    laid, shop, folder, make_staff
):
    make_staff(role="owner")
    lay_half(folder, "pass")
    shop.plugins.install("m_half", "me")
    shop.plugins.enable("m_half", "me")
    shutil.rmtree(folder / "m_half")
    with opened(shop.config) as (gone, staff):
        assert gone.plugins.standings()["m_half"] is Standing.MISSING
        assert "Its folder is gone; its data are kept" in text_of(staff.get("/admin/plugins"))
        assert staff.post("/admin/plugins/m_half/switch", data={"to": "off"}).status_code == 303
        assert staff.post("/admin/plugins/m_half/uninstall").status_code == 303
        assert "m_half" not in gone.plugins.standings()
    assert "plugin_m_half_1" in tables(shop)


def test_safe_mode_runs_not_a_line_of_any_plugin(shop, folder, tmp_path, enable_plugin, make_staff):
    make_staff(role="owner")
    enable_plugin(SOUND)
    plugin("b_kills", f"open({str(tmp_path / 'ran')!r}, 'w'); import os; os._exit(1)")(folder)
    with opened(replace(shop.config, is_safe_mode=True)) as (safe, staff):
        assert safe.plugins.enabled() == frozenset()
        assert staff.get("/").status_code == 200
        page = text_of(staff.get("/admin/plugins"))
        assert "Held by safe mode" in page
        assert "Safe mode: the store runs without any plugin" in text_of(staff.get("/admin/"))
        for name in ("b_kills", SOUND):
            assert staff.get(f"/admin/plugins/{name}").status_code == 200
        assert "What was set is kept." in text_of(staff.get(f"/admin/plugins/{SOUND}"))
        with safe.database.write() as session:
            breaker.pause(session, SOUND, Pause("It was %(what)s", {"what": "slow"}))
        safe.counters.refresh(force=True)
        details = text_of(staff.get(f"/admin/plugins/{SOUND}?tab=needs"))
        assert "It was slow" in details
        assert "Let it take part again" not in details
        assert "Nothing of it is loaded in safe mode" in details
        assert "0 places" not in details
        said = text_of(staff.post("/admin/plugins/b_kills/switch", data={"to": "on"}))
        assert "The shop runs in safe mode" in said
        assert staff.post(f"/admin/plugins/{SOUND}/switch", data={"to": "off"}).status_code == 303
        assert not safe.plugins.snapshot().rows[SOUND].is_enabled
    assert not (tmp_path / "ran").exists()


@contextmanager
def opened(config):
    """Another process's shop on the same database, with an owner's browser."""
    shop = open_shop(config)
    app = create_app(shop=shop)
    with shop.database.write() as session:
        token = open_session(session, "staff", list_staff(session)[0].id)
    browser = app.test_client()
    browser.set_cookie("banyan_staff", token)
    browser.set_cookie("banyan_lang", "en")
    browser.environ_base["HTTP_ORIGIN"] = "http://localhost"
    yield shop, browser
    shop.close()


def documented() -> list[tuple[str, ...]]:
    """The rows of the table for people."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows[2:]]


def test_the_table_for_people_is_this_table():
    tried = [(each.what, each.standing, each.says) for each in (*AT_THE_START, *WHILE_IT_RUNS)]
    tried += [(what, standing, says) for what, standing, says, _ in IN_STORIES]
    assert documented() == [(what, str(standing), says) for what, standing, says in tried]
    stories = {**globals(), **vars(test_failed_updates)}
    assert all(name in stories for *_, name in IN_STORIES)
