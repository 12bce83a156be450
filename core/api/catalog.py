"""The catalogue, for reading: cards, details and prices as plain values, list prices in fen.

Shoppers see what is on sale. Drafts and things off sale are for staff only: they come from
:func:`admin_products`, :func:`admin_product_ids`, :func:`product_titles`, :func:`products_named`,
:func:`products_addressed`, :func:`skus_named`, :func:`skus_coded` and :func:`skus_of`.
"""

from core.catalog.services import (
    admin_product_ids,
    admin_products,
    categories,
    find_category,
    list_products,
    product_cards,
    product_detail,
    product_titles,
    products_addressed,
    products_named,
    shelves_below,
    sku_lines,
    skus_coded,
    skus_named,
    skus_of,
)
from core.catalog.types import (
    CategoryView,
    Page,
    PictureView,
    ProductCard,
    ProductDetail,
    ProductName,
    ProductRow,
    SkuFacts,
    SkuName,
    SkuView,
)

__all__ = [
    "CategoryView",
    "Page",
    "PictureView",
    "ProductCard",
    "ProductDetail",
    "ProductName",
    "ProductRow",
    "SkuFacts",
    "SkuName",
    "SkuView",
    "admin_product_ids",
    "admin_products",
    "categories",
    "find_category",
    "list_products",
    "product_cards",
    "product_detail",
    "product_titles",
    "products_addressed",
    "products_named",
    "shelves_below",
    "sku_lines",
    "skus_coded",
    "skus_named",
    "skus_of",
]
