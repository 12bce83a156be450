"""Packing slips, ready to be printed: of one order, or of those that are ticked in the list."""

from collections.abc import Sequence

from flask import request

from core.orders.services import packing_slip
from core.web import context
from core.web.access import access
from core.web.admin.answers import missing
from core.web.admin.blueprint import admin
from core.web.admin.contributed import on_slips
from core.web.admin.render import render_admin_page

MOST_SLIPS = 100


@admin.get("/orders/print")
@access("staff:order.view")
def print_slips() -> str:
    """Packing slips of the ticked orders, a page each."""
    numbers = request.args.getlist("pick")[:MOST_SLIPS]
    if not numbers:
        raise missing()
    return _show(numbers)


@admin.get("/orders/<order_no>/print")
@access("staff:order.view")
def print_order(order_no: str) -> str:
    """The packing slip."""
    return _show([order_no])


def _show(numbers: Sequence[str]) -> str:
    session, settings = context.reader(), context.shop().settings()
    slips = tuple(packing_slip(session, number, settings=settings) for number in numbers)
    return render_admin_page(
        "orders/slips.html", here="orders", slips=slips, extras=on_slips(slips)
    )
