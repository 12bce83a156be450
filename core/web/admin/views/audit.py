"""The audit log: who did what to which thing, with values before and after."""

from flask import request

from core.staff.services import list_audit, list_staff
from core.web import context
from core.web.access import access
from core.web.admin.answers import page_number, query_text
from core.web.admin.blueprint import admin
from core.web.admin.changing import changes
from core.web.admin.queries.things import things
from core.web.admin.render import render_admin_page
from core.web.admin.wording import WORDS

AREAS = tuple(WORDS["area"])
"""What the log can be narrowed to: the first word of an action."""


@admin.get("/audit")
@access("staff:audit.view")
def audit_log() -> str:
    """Newest first, by person, area and thing."""
    session = context.reader()
    action, actor = request.args.get("action", ""), request.args.get("actor", "")
    page = list_audit(
        session,
        actor=actor[:64],
        action=action[:64],
        object_ref=query_text(),
        page=page_number(),
        per_page=30,
    )
    return render_admin_page(
        "staff/audit.html",
        here="staff",
        page=page,
        changes={
            entry.id: changes(entry.before, entry.after, entry.object_kind) for entry in page.items
        },
        things=things(session, [(each.object_kind, each.object_ref) for each in page.items]),
        people=list_staff(session),
        areas=AREAS,
        actor=actor,
        action=action,
        query=query_text(),
        is_narrowed=bool(request.args),
    )
