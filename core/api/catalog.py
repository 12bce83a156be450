"""The catalogue, for reading: cards, details and prices as plain values, list prices in fen."""

from core.catalog.services import (
    categories,
    find_category,
    list_products,
    product_cards,
    product_detail,
    shelves_below,
    sku_lines,
)
from core.catalog.types import (
    CategoryView,
    Page,
    PictureView,
    ProductCard,
    ProductDetail,
    SkuFacts,
    SkuView,
)

__all__ = [
    "CategoryView",
    "Page",
    "PictureView",
    "ProductCard",
    "ProductDetail",
    "SkuFacts",
    "SkuView",
    "categories",
    "find_category",
    "list_products",
    "product_cards",
    "product_detail",
    "shelves_below",
    "sku_lines",
]
