"""The list of members, with columns of plugins, and its export."""

import csv
import io
from collections.abc import Iterator

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.catalog.importing.formulas import escaped
from core.kernel.clock import local_date, now
from core.kernel.money import format_yuan
from core.members.services import count_members, list_members
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import csv_download, page_number, query_text
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.contributed import buttons, columns
from core.web.admin.queries.spending import member_lines, spending_of
from core.web.admin.render import render_admin_page

_STATES = ("active", "blocked", "erased")


@admin.get("/members")
@access("staff:member.view")
def members() -> str:
    """Newest first."""
    session = context.reader()
    asked = request.args.get("state", "")
    state = asked if asked in _STATES else ""
    page = list_members(session, query=query_text(), state=state, page=page_number(), per_page=20)
    ids = [row.id for row in page.items]
    return render_admin_page(
        "members/index.html",
        here="members",
        page=page,
        spending=spending_of(session, ids),
        columns=columns(session, "member", ids),
        buttons=buttons("member"),
        total=count_members(session),
        state=state,
        states=_STATES,
        query=query_text(),
        is_narrowed=bool(request.args),
    )


@admin.post("/members/export.csv")
@access("staff:member.export")
def export_members() -> Response:
    """Every member as CSV; taking them out is written to the audit log."""
    with context.writing() as session:
        record(session, "member.export", "member", "*")
    day = local_date(now(), context.shop().settings().timezone)
    head = [
        i18n.gettext(text)
        for text in ("Number", "Name", "Phone", "E-mail", "State", "Since", "Orders", "Spent")
    ]
    return csv_download(f"members-{day}.csv", _lines(context.reader(), head))


def _lines(session: Session, head: list[str]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    for line in member_lines(session):
        cells = [str(line.id), line.name, line.phone, line.email, line.state, line.created_on]
        cells += [str(line.order_count), format_yuan(line.spent_fen)]
        writer.writerow([escaped(cell) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if buffer.getvalue():
        yield buffer.getvalue()
