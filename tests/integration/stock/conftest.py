from collections.abc import Iterator

import pytest

from core.catalog import services as catalog
from core.catalog.types import ProductDraft, SkuDraft
from core.db.engine import Database


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    database = Database(database_url, pool_size=60)
    yield database
    database.dispose()


@pytest.fixture
def make_skus(database):
    """Make a product with one SKU per stock count; returns the SKUs' ids."""

    def make(*counts: int, title: str = "山岚侧把壶"):
        drafts = [
            SkuDraft(f"{title}-{n}", 26_800, {"釉色": str(n)}, on_hand=count)
            for n, count in enumerate(counts)
        ]
        with database.write() as session:
            product_id = catalog.create_product(
                session, ProductDraft(title), skus=drafts, actor="test"
            )
            edit = catalog.product_for_edit(session, product_id)
        return [sku.id for sku in edit.skus]

    return make
