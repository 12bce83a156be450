"""The list of orders: saved views, search, days and export."""

from datetime import datetime

from flask import request
from werkzeug.wrappers import Response

from core.api.forms import Period
from core.kernel.clock import local_date, now
from core.orders.services import export_orders, order_counts, search_orders
from core.orders.states import OrderStatus
from core.orders.types import OrderFilter
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import csv_download, page_number, query_text
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.contributed import buttons, columns
from core.web.admin.queries.people import member_names
from core.web.admin.render import render_admin_page


@admin.get("/orders")
@access("staff:order.view")
def orders() -> str:
    """Newest first; a view narrows by status, the form by text and days."""
    session, period = context.reader(), Period(request.args)
    wanted = _wanted(period)
    page = search_orders(session, wanted, page=page_number(), per_page=20)
    return render_admin_page(
        "orders/index.html",
        here="orders",
        page=page,
        names=member_names(session, [order.member_id for order in page.items]),
        columns=columns(session, "order", [order.order_id for order in page.items]),
        buttons=buttons("order"),
        counts=order_counts(session),
        statuses=list(OrderStatus),
        status=wanted.status,
        only_after_sale=bool(wanted.has_open_after_sale),
        period=period,
        query=query_text(),
        is_narrowed=bool(request.args),
        errors=_period_errors(period),
    )


@admin.post("/orders/export.csv")
@access("staff:order.export")
def export() -> Response:
    """What the list shows, as CSV, a line an order line; written to the audit log."""
    wanted = _wanted(Period(request.args))
    with context.writing() as session:
        record(session, "order.export", "order", "*", after=dict(request.args.items()))
    zone = context.shop().settings().timezone
    lines = export_orders(context.reader(), wanted, zone=zone, translate=i18n.gettext)
    return csv_download(f"orders-{local_date(now(), zone)}.csv", lines)


def _wanted(period: Period) -> OrderFilter:
    since, until = _bounds(period)
    asked = request.args.get("status", "")
    return OrderFilter(
        query=query_text(),
        status=OrderStatus(asked) if asked in set(OrderStatus) else None,
        has_open_after_sale=True if asked == "after_sale" else None,
        since=since,
        until=until,
    )


def _period_errors(period: Period) -> list[str]:
    """Why nothing is found, or why the days are not looked at."""
    if not period.validate():
        return [i18n.gettext("A day could not be read; orders of all days are shown.")]
    since, until = period.since.data, period.until.data
    if since and until and since > until:
        return [i18n.gettext("The first day is after the last one; nothing lies between.")]
    return []


def _bounds(period: Period) -> tuple[datetime | None, datetime | None]:
    if not period.validate():
        return None, None
    return period.bounds(context.shop().settings().timezone)
