"""What one may do with bags and orders. Nothing here commits; the edge opens the unit of work."""

from core.orders.services import privacy as _privacy  # noqa: F401  (declares itself)
from core.orders.services.after_sale import (
    after_sale_offer,
    open_by_staff,
    request_after_sale,
)
from core.orders.services.after_sale_views import after_sale_detail, list_after_sales
from core.orders.services.answering import (
    approve_after_sale,
    reject_after_sale,
    withdraw_after_sale,
)
from core.orders.services.cancelling import cancel_order, expire_unpaid
from core.orders.services.cart import (
    add_to_cart,
    cart_count,
    cart_view,
    guest_cart,
    member_cart,
    merge_guest_cart,
    remove_lines,
    select_lines,
    set_quantity,
    wants_view,
)
from core.orders.services.finalise import confirm_payment
from core.orders.services.fulfilment import auto_receive, confirm_receipt, ship
from core.orders.services.placement import place_order
from core.orders.services.readdressing import readdress
from core.orders.services.refunding import refund_done
from core.orders.services.search import export_orders, order_counts, search_orders
from core.orders.services.settlement import settle_due
from core.orders.services.timeline import add_entry
from core.orders.services.views import list_orders, order_detail, packing_slip, status_counts

__all__ = [
    "add_entry",
    "add_to_cart",
    "after_sale_detail",
    "after_sale_offer",
    "approve_after_sale",
    "auto_receive",
    "cancel_order",
    "cart_count",
    "cart_view",
    "confirm_payment",
    "confirm_receipt",
    "expire_unpaid",
    "export_orders",
    "guest_cart",
    "list_after_sales",
    "list_orders",
    "member_cart",
    "merge_guest_cart",
    "open_by_staff",
    "order_counts",
    "order_detail",
    "packing_slip",
    "place_order",
    "readdress",
    "refund_done",
    "reject_after_sale",
    "remove_lines",
    "request_after_sale",
    "search_orders",
    "select_lines",
    "set_quantity",
    "settle_due",
    "ship",
    "status_counts",
    "wants_view",
    "withdraw_after_sale",
]
