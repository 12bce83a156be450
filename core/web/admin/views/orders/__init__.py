"""Orders and after-sales."""

from core.web.admin.views.orders import (  # noqa: F401 (imported so that they register themselves)
    after_sales,
    bulk,
    detail,
    index,
    money,
)
