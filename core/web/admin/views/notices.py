"""What gateways told the store, and money that fits no order."""

from flask import request

from core.web import context
from core.web.access import access
from core.web.admin.answers import page_number, query_text
from core.web.admin.blueprint import admin
from core.web.admin.queries.payments import notice_rows, suspense_rows
from core.web.admin.render import render_admin_page


@admin.get("/notices")
@access("staff:payment.view")
def notices() -> str:
    """Callbacks as they came, with what was made of them."""
    only_odd = request.args.get("view") == "odd"
    page = notice_rows(
        context.reader(), query=query_text(), only_odd=only_odd, page=page_number(), per_page=30
    )
    return render_admin_page(
        "system/notices.html",
        here="system",
        page=page,
        only_odd=only_odd,
        query=query_text(),
        is_narrowed=bool(request.args),
    )


@admin.get("/suspense")
@access("staff:payment.view")
def suspense() -> str:
    """Money in suspense; it goes back by itself."""
    is_open = request.args.get("view", "open") != "all"
    page = suspense_rows(
        context.reader(),
        states=("open", "refunding") if is_open else (),
        page=page_number(),
        per_page=30,
    )
    return render_admin_page("system/suspense.html", here="system", page=page, is_open=is_open)
