"""Orders and after-sales."""

from core.web.admin.views.orders import (
    addressing,
    after_sales,
    bulk,
    detail,
    index,
    money,
    slips,
)

__all__ = [
    "addressing",
    "after_sales",
    "bulk",
    "detail",
    "index",
    "money",
    "slips",
]
