"""The message log; in sandbox installations the bodies, and so the codes, can be read here."""

from uuid import UUID

from flask import request

from core.messages.services import list_messages, requeue
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done, page_number, query_text
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.render import render_admin_page

_STATES = ("queued", "sent", "failed")


@admin.get("/messages")
@access("staff:message.view")
def messages() -> str:
    """Newest first."""
    asked = request.args.get("state", "")
    state = asked if asked in _STATES else ""
    page = list_messages(
        context.reader(), query=query_text(), state=state, page=page_number(), per_page=30
    )
    return render_admin_page(
        "system/messages.html",
        here="system",
        page=page,
        state=state,
        states=_STATES,
        query=query_text(),
        is_narrowed=bool(request.args),
        shows_bodies=context.shop().config.is_sandbox,
    )


@admin.post("/messages/<uuid:message_id>/retry")
@access("staff:job.manage")
def retry_message(message_id: UUID) -> Answer:
    """Try a failed message again from the start."""
    with context.writing() as session:
        requeue(session, message_id)
        record(session, "message.retry", "message", message_id)
    return done("/admin/messages", "The message is sent again.")
