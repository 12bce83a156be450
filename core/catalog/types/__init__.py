"""The catalogue as plain values: what pages, carts, orders and the admin read and hand in."""

from typing import Literal

from core.catalog.types.drafts import CategoryDraft, ProductDraft, SkuDraft
from core.catalog.types.editing import ProductEdit, ProductRow, SkuEdit
from core.catalog.types.views import (
    CategoryView,
    OptionView,
    ProductCard,
    ProductDetail,
    ProductName,
    SkuFacts,
    SkuName,
    SkuView,
)
from core.kernel.paging import Page
from core.media.types import PictureView

__all__ = [
    "CategoryDraft",
    "CategoryView",
    "OptionView",
    "Page",
    "PictureView",
    "ProductCard",
    "ProductDetail",
    "ProductDraft",
    "ProductEdit",
    "ProductName",
    "ProductRow",
    "SkuDraft",
    "SkuEdit",
    "SkuFacts",
    "SkuName",
    "SkuView",
    "Sort",
]

Sort = Literal["default", "price", "-price", "new", "sold"]
"""Order of a product list: merchant's own, cheapest, dearest, newest, best sold."""
