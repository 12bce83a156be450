"""One search box for orders, products and members."""

import flask

from core.orders.services import search_orders
from core.orders.types import OrderFilter, OrderSummary
from core.web import context
from core.web.access import access, has_permission
from core.web.admin.answers import Answer, query_text
from core.web.admin.blueprint import admin
from core.web.admin.contributed import search as search_plugins
from core.web.admin.queries.finding import (
    LIMIT,
    FoundMember,
    FoundProduct,
    find_members,
    find_products,
)
from core.web.admin.queries.people import member_names
from core.web.admin.render import render_admin_page


@admin.get("/search")
@access("staff")
def search() -> Answer:
    """What fits, as far as the role may see; an order's whole number leads straight to it."""
    text, session = query_text(), context.reader()
    permissions = context.staff().permissions
    orders: tuple[OrderSummary, ...] = ()
    products: list[FoundProduct] = []
    members: list[FoundMember] = []
    if text and has_permission(permissions, "order.view"):
        orders = search_orders(session, OrderFilter(query=text), page=1, per_page=LIMIT).items
        if len(orders) == 1 and orders[0].order_no == text:
            return flask.redirect(f"/admin/orders/{text}", 302)
    if text and has_permission(permissions, "product.view"):
        products = find_products(session, text)
    if text and has_permission(permissions, "member.view"):
        members = find_members(session, text)
    return render_admin_page(
        "search.html",
        here="",
        query=text,
        orders=orders,
        names=member_names(session, [order.member_id for order in orders]),
        products=products,
        members=members,
        found=search_plugins(session, text) if text else [],
    )
