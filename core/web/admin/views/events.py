"""Facts on their way to plugins: what waits, what is parked, trying again."""

from flask import request

from core.host.deliveries import backlog, open_deliveries
from core.web import context
from core.web.access import access
from core.web.admin.answers import page_number, query_text
from core.web.admin.blueprint import admin
from core.web.admin.queries.work import event_rows
from core.web.admin.render import render_admin_page

_STATES = ("parked", "pending")


@admin.get("/events")
@access("staff:job.view")
def events() -> str:
    """Parked and waiting deliveries, or every fact."""
    session = context.reader()
    state = request.args.get("state", "parked")
    state = state if state in (*_STATES, "all") else "parked"
    shown = None
    deliveries = []
    if state == "all":
        shown = event_rows(session, query=query_text(), page=page_number())
    else:
        deliveries = open_deliveries(session, state=state, limit=100)
    return render_admin_page(
        "system/events.html",
        here="system",
        state=state,
        page=shown,
        deliveries=deliveries,
        backlog=backlog(session),
        query=query_text(),
    )
