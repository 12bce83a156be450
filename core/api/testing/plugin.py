"""Pytest fixtures: ``shop``, ``app``, ``client``, ``clock``, ``outbox``, ``make_member`` and so on.

Override ``database_url`` to choose the database, ``plugin_dirs`` for plugins in folders of your
own, ``uses_entry_points`` for those that pip installed, and ``plugins_on`` for those that are
switched on before the test begins.
"""

import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from core.api.testing.costs import statements_sent
from core.api.testing.driving import Outbox, StoreClock
from core.api.testing.fakes import Ways, plug_in_ways
from core.api.testing.making import Maker, OrderMade, ProductMade
from core.api.testing.plugging import plug_in
from core.config import ROOT, Config
from core.db import migrate
from core.db.engine import Database
from core.host.shop import Shop, open_shop
from core.kernel import clock as kernel_clock
from core.members.types import MemberView
from core.worker.jobs import run_now

pytest.register_assert_rewrite("core.api.testing.contract")

if TYPE_CHECKING:
    import flask
    from flask.testing import FlaskClient


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the trunk's tables and no rows; each test gets a copy."""
    folder = tmp_path_factory.mktemp("empty")
    working, template = folder / "working.db", folder / "template.db"
    database = Database(f"sqlite:///{working}")
    migrate.upgrade(database.engine)
    database.dispose()
    with closing(sqlite3.connect(working)) as connection:
        connection.execute("VACUUM INTO ?", (str(template),))
    return template


@pytest.fixture
def database_url(_empty_store: Path, tmp_path: Path) -> str:
    """URL of this test's own database, with the trunk's tables: a SQLite file."""
    shutil.copyfile(_empty_store, tmp_path / "shop.db")
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def plugin_dirs() -> tuple[Path, ...]:
    """Folders with the plugins that the shop discovers."""
    return (ROOT / "plugins",)


@pytest.fixture
def uses_entry_points() -> bool:
    """Whether plugins that pip installed are discovered, too."""
    return False


@pytest.fixture
def plugins_on() -> tuple[str, ...]:
    """Plugins that are installed and switched on when the test begins."""
    return ()


@pytest.fixture
def shop_config(
    tmp_path: Path, database_url: str, plugin_dirs: tuple[Path, ...], uses_entry_points: bool
) -> Config:
    """Configuration of this test's sandbox shop."""
    instance = tmp_path / "instance"
    instance.mkdir()
    return Config(
        instance=instance,
        database_url=database_url,
        redis_url="",
        secret_key=secrets.token_hex(16),
        is_sandbox=True,
        is_safe_mode=False,
        plugin_dirs=plugin_dirs,
        base_url="",
        trusted_proxies=0,
        use_entry_points=uses_entry_points,
    )


@pytest.fixture
def shop(shop_config: Config, plugins_on: tuple[str, ...]) -> Iterator[Shop]:
    """An open shop on a database of its own."""
    opened = open_shop(shop_config)
    for name in plugins_on:
        _switch_on(opened, name)
    yield opened
    opened.plugins.faults.flush()
    opened.close()
    kernel_clock.set_offset(0)


@pytest.fixture
def enable_plugin(shop: Shop) -> Callable[[str], None]:
    """Install and switch on a plugin: ``enable_plugin("distribution")``."""

    def enable(name: str) -> None:
        _switch_on(shop, name)

    return enable


@pytest.fixture
def app(shop: Shop) -> "flask.Flask":
    """The web application of the shop."""
    from core.app import create_app

    made = create_app(shop=shop)
    made.testing = True
    return made


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Keep pytest-flask from pushing a context around the whole test, as its namesake does.

    Requests would then share one ``g``: who is signed in, and a database snapshot that never ends.
    """


@pytest.fixture
def client(app: "flask.Flask") -> "FlaskClient":
    """A browser nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def clock(shop: Shop) -> StoreClock:
    """The store's clock: ``clock.advance(days=8)``, ``clock.reset()``."""
    return StoreClock(shop)


@pytest.fixture
def outbox(shop: Shop) -> Outbox:
    """Facts: ``outbox.drain()`` delivers them all, ``outbox.events()`` lists what was announced."""
    return Outbox(shop)


@pytest.fixture
def ways(shop: Shop) -> Ways:
    """Fakes of the far side: ``ways.gateway``, ``.sms``, ``.mail``, ``.push``, ``.payouts``."""
    return plug_in_ways(shop)


@pytest.fixture
def make_plugin(shop: Shop) -> Callable[..., None]:
    """A plugin of this test alone: ``make_plugin("probe", hooks={"order_paid": told.append})``."""

    def make(name: str, **parts: Any) -> None:
        plug_in(shop, name, **parts)

    return make


@pytest.fixture
def run_job(shop: Shop) -> Callable[[str], None]:
    """Run a job now: ``run_job("orders.settle")``."""

    def run(key: str) -> None:
        run_now(shop, key)

    return run


@pytest.fixture
def count_statements(shop: Shop) -> Callable[[], AbstractContextManager[list[str]]]:
    """Tells which statements are sent while a block runs, as texts in a list."""
    return lambda: statements_sent(shop)


@pytest.fixture
def maker(shop: Shop) -> Maker:
    """Everything that can be made, through the shop's services."""
    return Maker(shop)


@pytest.fixture
def make_member(maker: Maker) -> Callable[..., MemberView]:
    """Make a member: ``make_member("小山", referrer=other)``."""
    return maker.member


@pytest.fixture
def make_product(maker: Maker) -> Callable[..., ProductMade]:
    """Make a product on sale: ``make_product("茶壶", skus=[("POT-1", 26_800, 10)])``."""
    return maker.product


@pytest.fixture
def make_order(maker: Maker) -> Callable[..., OrderMade]:
    """Make an order: ``make_order(lines=[("SKU-1", 2, 9900)], member=m, paid=True)``."""
    return maker.order


@pytest.fixture
def make_staff(maker: Maker) -> Callable[..., UUID]:
    """Make a staff member: ``make_staff(role="owner")``."""
    return maker.staff


@pytest.fixture
def sign_in(shop: Shop, app: "flask.Flask") -> Callable[..., "FlaskClient"]:
    """A browser with somebody signed in: ``sign_in(member)``, ``sign_in(staff_id, "staff")``."""
    from core.api.testing.faces import signed_in

    def open_browser(who: MemberView | UUID, realm: str = "member") -> "FlaskClient":
        return signed_in(shop, app, who, realm)

    return open_browser


def _switch_on(shop: Shop, name: str) -> None:
    shop.plugins.install(name, "test")
    shop.plugins.enable(name, "test")
