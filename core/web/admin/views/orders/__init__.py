"""Orders and after-sales."""

from core.web.admin.views.orders import (
    after_sales,
    bulk,
    detail,
    index,
    money,
)

__all__ = [
    "after_sales",
    "bulk",
    "detail",
    "index",
    "money",
]
