"""The contract every plugin keeps, as tests that a plugin runs with three lines.

::

    from core.api.testing.contract import PluginContract

    class TestContract(PluginContract):
        plugin = "name"

What a plugin needs before it has something to show (a plan, a setting) goes into :meth:`prepare`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask.testing import FlaskClient

from core.api.contributions import Contributions
from core.api.testing import costs
from core.api.testing.case import Case
from core.api.testing.driving import Outbox, StoreClock
from core.api.testing.faces import faults_of_access, open_page, pages_of
from core.api.testing.making import Maker
from core.api.testing.plugging import kinds_of, sabotage, swapped
from core.api.testing.story import NO_EFFECT, play, settle_facts, stored
from core.authoring.budgets import TEMPLATE_BYTES
from core.authoring.checking import check_plugin, place_of
from core.authoring.checks import tables
from core.authoring.source import locate
from core.config import Config
from core.db import migrate
from core.db.engine import Database
from core.embedded.postgres import PostgresServer
from core.host import migrations
from core.host.settings import form_class
from core.host.shop import Shop
from core.kernel.errors import PluginError
from core.web import i18n
from core.worker.jobs import jobs_of, run_now

_PAGES = frozenset({"store_pages", "admin_pages"})
_REFUSING = frozenset({"order_freezes", "check_place_order"})
_DECLARED = frozenset({"permissions", "commands"})  # nothing of theirs is called by a page or fact


class PluginContract:
    """What every plugin promises a shop. Subclass it, name the plugin, and run pytest.

    Attributes:
        plugin: its name.
        requires: plugins it requires, in the order in which they are switched on.
    """

    plugin: str
    requires: tuple[str, ...] = ()

    def prepare(self, shop: Shop, maker: Maker) -> None:
        """Override it to give the plugin something to show; called before anything is sold."""

    # --- the shop of each test -----------------------------------------------------------------

    @pytest.fixture
    def database_url(self, _empty_store: Path, tmp_path: Path) -> str:
        """A SQLite file in which no plugin was ever installed."""
        path = tmp_path / "shop.db"
        path.write_bytes(_empty_store.read_bytes())
        return f"sqlite:///{path}"

    @pytest.fixture
    def plugins_on(self) -> tuple[str, ...]:
        """This plugin, after those it requires."""
        return (*self.requires, self.plugin)

    @pytest.fixture
    def case(
        self,
        shop: Shop,
        maker: Maker,
        clock: StoreClock,
        outbox: Outbox,
        sign_in: Callable[..., FlaskClient],
    ) -> Case:
        """The plugin in a shop in which everything happened once, facts told."""
        from core.app import create_app

        self.prepare(shop, maker)
        story = play(shop, maker, clock)
        owner = maker.staff()
        settle_facts(shop, clock, outbox)

        def open_app() -> Any:
            made = create_app(shop=shop)
            made.testing = True
            made.config["PROPAGATE_EXCEPTIONS"] = False
            return made

        return Case(shop, self.plugin, maker, clock, outbox, open_app, sign_in, story, owner)

    # --- by itself -----------------------------------------------------------------------------

    def test_the_check_finds_nothing(self, shop: Shop) -> None:
        """``banyan plugin check`` has nothing to mend."""
        (source,) = locate(shop.plugins.plugins[self.plugin].manifest.folder)
        verdict = check_plugin(source)
        assert [f"{place_of(f, source.root)}: {f.code} {f.sentence}" for f in verdict.errors] == []

    def test_it_boots_alone(self, shop_config: Config) -> None:
        """In a process of its own, with nothing but what it requires."""
        argv = [sys.executable, "-m", "core.api.testing.alone", self.plugin]
        argv += [str(folder) for folder in shop_config.plugin_dirs]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
        assert (done.stdout + done.stderr).strip() == ""
        assert done.returncode == 0

    def test_its_tables_go_up_down_and_up_again(self, shop: Shop) -> None:
        """Each version and all of them, on SQLite."""
        self._walk_versions(shop.database, shop)

    def test_its_tables_go_up_down_and_up_again_on_postgresql(
        self, request: pytest.FixtureRequest, shop: Shop
    ) -> None:
        """Likewise on PostgreSQL, when one is given by ``TEST_DATABASE_URL``."""
        drop: Callable[[], None] = lambda: None  # noqa: E731
        try:
            url = request.getfixturevalue("postgres_url")
        except pytest.FixtureLookupError:
            given = os.environ.get("TEST_DATABASE_URL", "")
            if not given:
                pytest.skip("give a PostgreSQL server by TEST_DATABASE_URL")
            server = PostgresServer(given)
            url = server.create_database()
            drop = lambda: server.drop_database(url)  # noqa: E731
        database = Database(url)
        try:
            migrate.upgrade(database.engine)
            for name in self.requires:
                migrations.upgrade(database.engine, shop.plugins.plugins[name].manifest)
            self._walk_versions(database, shop)
        finally:
            database.dispose()
            drop()

    def _walk_versions(self, database: Database, shop: Shop) -> None:
        manifest = shop.plugins.plugins[self.plugin].manifest
        tables.walk(database, manifest)
        track = migrations.track_of(manifest)
        assert track is None or migrate.differences(database.engine, track) == []

    # --- in a shop -----------------------------------------------------------------------------

    def test_everything_it_adds_works(self, case: Case) -> None:
        """Pages, lists, panels, prices, facts and jobs: nothing fails, nothing is parked."""
        app = case.open_app()
        broken = [f"{path}: {page.status_code}" for path, page in case.walk(app) if _fails(page)]
        for key in _jobs(case):
            run_now(case.shop, key)
            run_now(case.shop, key)
        case.maker.check_books()
        assert broken == []
        assert case.faults() == []
        backlog = case.outbox.backlog()
        assert (backlog.pending, backlog.parked) == ({}, {})

    def test_its_pages_are_for_those_they_declare(self, case: Case) -> None:
        """Everybody else is sent to sign in, or refused."""
        faces = case.faces(case.open_app())
        pages = pages_of(case.loaded)
        assert [f for page in pages for f in faults_of_access(faces, page, case.story)] == []

    def test_off_means_that_nothing_of_it_is_left(self, case: Case) -> None:
        """No page, block, price, job, fact or right of a plugin that is switched off."""
        app, host = case.open_app(), case.shop.plugins
        faces, pages = case.faces(app), pages_of(case.loaded)
        host.disable(case.name, "test")
        case.shop.counters.refresh(force=True)
        for page in pages:
            answer = open_page(faces.owner, page, page.methods[0], case.story)
            assert answer.status_code == 404, page.path
        for kind in vars(Contributions()):
            if kind != "settings":
                assert case.name not in [name for name, _ in host.contributions(kind)], kind
        assert not [fact for fact in case.loaded.facts if case.name in host.subscribers(fact)]
        assert not [key for key in jobs_of(case.shop) if key.startswith(f"{case.name}.")]
        mark = re.compile(rf"/(?:x|static/x)/{case.name}[/\"'?]")
        assert [path for path, page in case.walk(app) if mark.search(page.text)] == []
        assert [path for path, page in case.walk(app) if _fails(page)] == []

    def test_a_fact_told_twice_has_one_effect(self, case: Case) -> None:
        """Every fact of the story that it takes, told again past the receipts."""
        before = stored(case.shop, NO_EFFECT)
        for event in case.outbox.events():
            if event.name in case.loaded.hooks:
                case.outbox.tell(case.name, event)
                again = stored(case.shop, NO_EFFECT)
                changed = sorted(name for name in again if again[name] != before.get(name))
                assert (event.name, changed) == (event.name, [])

    def test_the_shop_goes_on_whatever_raises(self, case: Case) -> None:
        """Each hook and kind of contribution raising: pages answer, the others sell and deliver."""
        for kind in kinds_of(case.loaded):
            if kind in _DECLARED:
                continue
            with swapped(case.shop, case.name, sabotage(case.loaded, kind, _boom)):
                failing = [path for path, page in case.walk(case.open_app()) if _fails(page)]
                assert (kind, failing) == (kind, [])
                self._sell(case, kind)
        settle_facts(case.shop, case.clock, case.outbox)
        assert case.outbox.backlog().is_empty

    def _sell(self, case: Case, kind: str) -> None:
        if kind in _REFUSING:
            with pytest.raises(PluginError):
                case.maker.order([("POT", 1, 26_800)], member=case.story.member)
        elif kind != "check_bind_referral":
            case.maker.order([("POT", 1, 26_800)], member=case.story.member)
        case.outbox.drain()

    def test_every_text_of_it_is_translated(self, case: Case) -> None:
        """Labels of everything it registers are Chinese in Chinese."""
        app = case.open_app()
        chinese = i18n.translations(app.extensions["banyan.translations"], i18n.CHINESE)
        with app.test_request_context("/?lang=zh"):
            open_texts = [
                text
                for text in _labels(case.loaded.contributions)
                if re.search(r"[A-Za-z]{3}", str(text))
                and not re.search(r"[\u4e00-\u9fff]", chinese.ugettext(str(text)))
            ]
        assert [str(text) for text in open_texts] == []

    def test_it_keeps_to_its_budgets(self, case: Case) -> None:
        """Statements of each call, bytes of each block."""
        app = case.open_app()
        with (
            costs.statements_of(case.shop, case.name) as most,
            costs.weighed_blocks(case.name) as weights,
        ):
            list(case.walk(app))
            case.maker.order([("POT", 1, 26_800)], member=case.story.member)
        assert costs.over_budget(most, costs.lists_of(case.shop)) == []
        assert {key: size for key, size in weights.items() if size > TEMPLATE_BYTES} == {}


def _fails(page: Any) -> bool:
    return bool(page.status_code >= 500)


def _boom(*_arguments: Any, **_named: Any) -> NoReturn:
    raise RuntimeError("broken on purpose, by the contract")


def _jobs(case: Case) -> list[str]:
    return [job.key for job in case.loaded.contributions.jobs]


def _labels(contributions: Contributions) -> Iterator[Any]:
    """Everything with which the plugin names what it adds; settings' labels are lazy."""
    for kind in vars(contributions).values():
        for item in kind if isinstance(kind, tuple) else ():
            for name in ("label", "menu_label", "done"):
                if getattr(item, name, None):
                    yield getattr(item, name)
            for _, label in getattr(item, "fields", ()):
                yield label
    if contributions.settings is not None:
        for field in form_class(contributions.settings)()._fields.values():
            yield field.label.text
            if field.description:
                yield field.description
