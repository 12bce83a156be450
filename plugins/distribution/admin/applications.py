"""Applications: who wants to become a distributor, judged one by one, also when many are ticked."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.catalog import Page
from core.api.csv import csv_download, csv_line
from core.api.errors import InvalidInput, ShopError
from core.api.i18n import gettext as _
from core.api.members import names_of
from core.api.money import format_yuan
from core.api.values import dataclass
from core.api.web import audit, notice, reader, staff, translate_error, writing
from plugins.distribution.admin.page import (
    PER_PAGE,
    ROOT,
    page_number,
    pressed,
    search_text,
    show_page,
)
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.figures import states_of_all
from plugins.distribution.services.review import (
    QUEUE_STATES,
    Applicant,
    applicants,
    decide,
    export_applicants,
)
from plugins.distribution.views.showing import DISTRIBUTOR_LABELS, uuid_or_none

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Outcome:
    """What came of one ticked row."""

    name: str
    is_done: bool
    sentence: str


def show() -> str:
    """Those who wait, or those who were refused."""
    return _page()


def judge() -> Any:
    """Accept or refuse every ticked application; each is judged alone and told by itself."""
    accept = pressed("accept", "refuse") == "accept"
    reason = request.form.get("reason", "")
    picked = [key for key in map(uuid_or_none, request.form.getlist("pick")) if key]
    if not picked:
        notice("Choose some rows first.", "warn")
        return _page()
    picked = picked[:MOST_AT_ONCE]
    names = names_of(reader(), picked)
    try:
        outcomes = [_judge(key, names.get(key, ""), reason, accept=accept) for key in picked]
    except InvalidInput as error:  # the reason, the same for all
        return _page(errors=[translate_error(error)], picked=picked), error.status
    return _page(outcomes=outcomes), 200 if any(each.is_done for each in outcomes) else 409


def _judge(member_id: UUID, name: str, reason: str, *, accept: bool) -> Outcome:
    try:
        with writing() as session:
            row = decide(session, member_id, accept=accept, actor=staff().actor, reason=reason)
            audit(
                session,
                f"distribution.distributor.{row.state}",
                "distributor",
                member_id,
                before={"state": str(DistributorState.APPLIED)},
                after={"state": str(row.state), "reason": row.reason},
            )
    except InvalidInput:
        raise
    except ShopError as error:
        return Outcome(name, is_done=False, sentence=translate_error(error))
    done = _("accepted; they earn on new orders") if accept else _("refused; they can read why")
    return Outcome(name, is_done=True, sentence=done)


def download() -> Any:
    """What the list shows, as CSV; the download is written into the audit log."""
    state, query = _state(), search_text()
    with writing() as session:
        audit(
            session,
            "distribution.applications.export",
            "distributor",
            "csv",
            after={"state": state, "q": query},
        )
    return csv_download("applications.csv", _lines(reader(), state, query))


def _lines(session: Session, state: str, query: str) -> Iterator[str]:
    yield csv_line(
        [
            _("Member"),
            _("Name given"),
            _("What they wrote"),
            _("State"),
            _("Reason"),
            _("Orders kept"),
            _("Spent and kept"),
            _("Referrer"),
            _("Rules agreed to"),
            _("Since (UTC)"),
        ]
    )
    for chunk in export_applicants(session, state=state, query=query):
        referrers = {row.referrer_id for row in chunk if row.referrer_id}
        names = names_of(session, {row.member_id for row in chunk} | referrers)
        for row in chunk:
            yield csv_line(_cells(row, names))


def _cells(row: Applicant, names: Any) -> list[object]:
    return [
        names.get(row.member_id, ""),
        row.real_name,
        row.note,
        str(DISTRIBUTOR_LABELS[DistributorState(row.state)]),
        row.reason,
        row.spending.order_count,
        format_yuan(row.spending.net_fen),
        names.get(row.referrer_id, "") if row.referrer_id else "",
        row.rules_version,
        f"{row.at:%Y-%m-%d %H:%M:%S}",
    ]


def _state() -> str:
    state = request.values.get("state", "")
    return state if state in QUEUE_STATES else str(DistributorState.APPLIED)


def _page(*, outcomes: Any = (), errors: Any = (), picked: Any = ()) -> str:
    session, number, query, state = reader(), page_number(), search_text(), _state()
    found, total = applicants(
        session,
        state=state,
        query=query,
        limit=PER_PAGE,
        offset=(number - 1) * PER_PAGE,
    )
    people = {row.member_id for row in found}
    people |= {row.referrer_id for row in found if row.referrer_id}
    return show_page(
        "applications.html",
        "applications",
        page=Page(tuple(found), total, number, PER_PAGE),
        names=names_of(session, people),
        counts=states_of_all(session),
        states=[(str(each), str(DISTRIBUTOR_LABELS[each])) for each in QUEUE_STATES],
        state=state,
        query=query,
        outcomes=outcomes,
        errors=list(errors),
        picked=set(picked),
        reason=request.form.get("reason", ""),
        action=f"{ROOT}/applications",
    )
