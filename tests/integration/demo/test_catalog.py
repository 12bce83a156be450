"""The demo's shelves and products."""

import re
import tomllib
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.catalog import services as catalog
from core.catalog.types import ProductDraft
from core.config import ROOT
from core.db.engine import Database
from core.db.outbox import OutboxEvent
from core.demo import prepare_pictures, seed_catalog
from core.demo.front import seed_front
from core.media.services import picture_views
from core.stock import services as stock
from core.themes.manifest import read_theme
from core.themes.services import DEFAULT_THEME, ThemeChoice, load_choice, save_choice

FOLDER = Path(catalog.__file__).parents[2] / "demo"


@pytest.fixture(scope="module")
def uploads(tmp_path_factory):
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def pictures(uploads):
    return prepare_pictures(uploads)


def test_the_demo_is_a_filled_store_and_seeding_twice_adds_nothing(database_url, uploads, pictures):
    database = Database(database_url)
    with database.write() as session:
        seeded = seed_catalog(session, uploads, pictures=pictures)
        events = session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent))
    with database.write() as session:
        again = seed_catalog(session, uploads, pictures=pictures)
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent)) == events
    assert (again.category_count, again.product_count) == (0, 0)
    with database.read() as session:
        page = catalog.list_products(session, per_page=100)
        shelves = catalog.categories(session)
        report = stock.verify(session)
    database.dispose()
    assert len(page.items) == seeded.product_count == 24
    assert len(shelves) == 7
    assert all(shelf.picture for shelf in shelves)
    assert all(card.cover for card in page.items)
    assert sum(card.is_sold_out for card in page.items) == 1
    assert report.is_clean


def test_the_demo_opens_with_a_slide_of_its_own_which_the_merchant_may_change(
    sqlite_url, uploads, pictures
):
    database = Database(sqlite_url)
    theme = read_theme(ROOT / "themes" / DEFAULT_THEME)
    with database.write() as session:
        seed_catalog(session, uploads, pictures=pictures)
        choice = load_choice(session)
        assert set(choice.settings) <= set(theme.settings)
        assert choice.settings["hero_title"]
        link = str(choice.settings["hero_link"]).removeprefix("/p/")
        assert catalog.product_detail(session, link)
        shown = UUID(str(choice.settings["hero_picture"]))
        assert shown in picture_views(session, [shown])
        save_choice(session, ThemeChoice(settings={"hero_title": "春茶"}), theme)
        seed_front(session, {"title": "山岚入壶"}, shown)
        assert load_choice(session).settings == {"hero_title": "春茶"}
    database.dispose()


def test_what_the_merchant_changed_in_the_demo_stays(sqlite_url, uploads, pictures):
    database = Database(sqlite_url)
    with database.write() as session:
        seed_catalog(session, uploads, pictures=pictures)
        card = catalog.list_products(session).items[0]
        catalog.update_product(session, card.id, ProductDraft("renamed"))
        seed_catalog(session, uploads, pictures=pictures)
        assert catalog.product_detail(session, card.slug).title == "renamed"
    database.dispose()


def test_every_picture_is_used_and_the_folder_stays_small():
    content = tomllib.loads((FOLDER / "catalog.toml").read_text(encoding="utf-8"))
    used = {name for product in content["products"] for name in product["pictures"]}
    files = list((FOLDER / "pictures").glob("*.webp"))
    assert {file.stem for file in files} == used
    assert sum(file.stat().st_size for file in files) < 2_500_000


def test_the_demos_chinese_uses_chinese_signs():
    text = (FOLDER / "catalog.toml").read_text(encoding="utf-8")
    assert not re.search(r"[\u4e00-\u9fff][,;:!?][\u4e00-\u9fff]", text)
