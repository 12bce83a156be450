"""What one may do with the catalogue. Nothing here commits."""

from core.catalog.services.admin import (
    admin_product_ids,
    admin_products,
    catalog_counts,
    product_for_edit,
)
from core.catalog.services.categories import (
    categories,
    create_category,
    delete_category,
    find_category,
    shelves_below,
    update_category,
)
from core.catalog.services.detail import product_detail, sku_lines
from core.catalog.services.indexing import index_products
from core.catalog.services.listing import (
    best_of_shelf,
    count_products,
    list_products,
    product_cards,
    related_products,
)
from core.catalog.services.naming import (
    product_titles,
    products_addressed,
    products_named,
    skus_coded,
    skus_named,
    skus_of,
)
from core.catalog.services.products import (
    count_sold,
    create_product,
    delete_drafts,
    save_pictures,
    set_product_state,
    update_product,
)
from core.catalog.services.skus import save_skus

__all__ = [
    "admin_product_ids",
    "admin_products",
    "best_of_shelf",
    "catalog_counts",
    "categories",
    "count_products",
    "count_sold",
    "create_category",
    "create_product",
    "delete_category",
    "delete_drafts",
    "find_category",
    "index_products",
    "list_products",
    "product_cards",
    "product_detail",
    "product_for_edit",
    "product_titles",
    "products_addressed",
    "products_named",
    "related_products",
    "save_pictures",
    "save_skus",
    "set_product_state",
    "shelves_below",
    "sku_lines",
    "skus_coded",
    "skus_named",
    "skus_of",
    "update_category",
    "update_product",
]
