"""Statements by month of any distributor, for staff."""

from typing import Any
from uuid import UUID

from core.api.contributions import AdminPage
from core.api.errors import NotFound
from core.api.members import names_of
from core.api.web import audit, reader, store_settings, writing
from plugins.distribution.admin.page import show_page
from plugins.distribution.services.statements import months_of, statement_of
from plugins.distribution.views.showing import uuid_or_none
from plugins.distribution.views.statements import as_file, asked_month, shown


def show(member_id: str) -> str:
    """A month of one distributor: this one, or the one that is asked for."""
    session, zone = reader(), store_settings().timezone
    key, name = _who(member_id)
    months = months_of(session, key, zone)
    return show_page(
        "statement.html",
        "distributors",
        member_id=key,
        name=name,
        months=months,
        **shown(statement_of(session, key, asked_month(months), zone)),
    )


def download(member_id: str) -> Any:
    """The same as a file; the download is written into the audit log."""
    key, _name = _who(member_id)
    session, zone = reader(), store_settings().timezone
    month = asked_month(months_of(session, key, zone))
    with writing() as writer:
        audit(
            writer,
            "distribution.statement.export",
            "member",
            str(key),
            after={"month": str(month)},
        )
    return as_file(statement_of(session, key, month, zone), zone)


def _who(text: str) -> tuple[UUID, str]:
    """A member by the address.

    Raises:
        NotFound: there is none.
    """
    member_id = uuid_or_none(text)
    name = names_of(reader(), [member_id]).get(member_id) if member_id else None
    if member_id is None or name is None:
        raise NotFound("distribution.member", "There is no such member.")
    return member_id, name


_ROOT = "/admin/x/distribution/statements/<member_id>"
STATEMENT_PAGES = (
    AdminPage("distribution.statement", _ROOT, show, "distribution.view"),
    AdminPage(
        "distribution.statement_csv", f"{_ROOT}/csv", download, "distribution.view", ("POST",)
    ),
)
"""Pages of this module."""
