from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.catalog import services as catalog
from core.catalog.types import CategoryDraft, ProductDraft, SkuDraft
from core.db.engine import Database

DATA = Path(__file__).parents[2] / "data"
REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def excerpt() -> Path:
    return DATA / "online_retail_excerpt.csv"


@pytest.fixture
def whole_file() -> Path:
    """The real sample beside the repository; without it the excerpt, thirty times as small."""
    path = REPOSITORY.parent / "shared" / "data" / "online_retail_30k.csv.gz"
    return path if path.exists() else DATA / "online_retail_excerpt.csv"


@pytest.fixture
def make_product(database):
    """Make a product on sale; returns its id."""

    def make(title="山岚侧把壶", *, skus=None, state="on_sale", pictures=(), **fields):
        drafts = skus or [SkuDraft(fields.pop("code", f"code {title}"), 26_800, on_hand=5)]
        with database.write() as session:
            product_id = catalog.create_product(
                session,
                ProductDraft(title, **fields),
                skus=drafts,
                pictures=pictures,
                actor="test",
            )
            if state != "draft":
                catalog.set_product_state(session, [product_id], "on_sale")
            if state == "off_sale":
                catalog.set_product_state(session, [product_id], "off_sale")
        return product_id

    return make


@pytest.fixture
def make_category(database):
    """Make a shelf; returns its id."""

    def make(name, slug, parent_id=None, **fields):
        with database.write() as session:
            draft = CategoryDraft(name, slug=slug, parent_id=parent_id, **fields)
            return catalog.create_category(session, draft)

    return make


@pytest.fixture
def statements(database):
    """Texts of the statements run since the list was last cleared."""
    texts: list[str] = []

    def note(_connection, _cursor, statement, *_others):
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            texts.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    return texts
