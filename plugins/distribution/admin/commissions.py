"""Commissions: every one with what explains it, narrowed, summed and downloaded."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.catalog import Page, admin_products
from core.api.csv import csv_download, csv_line
from core.api.forms import Period
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.members import ids_matching, names_of
from core.api.money import format_yuan
from core.api.orders import line_labels
from core.api.staff import staff_names
from core.api.web import audit, reader, store_settings, writing
from plugins.distribution.admin.page import PER_PAGE, page_number, place, search_text, show_page
from plugins.distribution.admin.plan_wording import plan_name
from plugins.distribution.rules import Base, Scope
from plugins.distribution.services.commission_list import (
    LEVELS,
    SORTS,
    CommissionFilter,
    export_commissions,
    find_commissions,
    refused_of,
)
from plugins.distribution.services.explaining import Explanation, explanations, removed_plans
from plugins.distribution.services.programmes import current
from plugins.distribution.services.reports import STATES, CommissionView
from plugins.distribution.views.explaining import SCOPE_LABELS, plan_words, rate_words, why
from plugins.distribution.views.showing import STATE_LABELS, uuid_or_none

TONES = {"pending": "warn", "frozen": "info", "available": "ok", "reversed": ""}
LIST_STATES = (*STATES, "held", "rejected")
LABELS = {
    **STATE_LABELS,
    "held": _l("Held for a decision"),
    "rejected": _l("Rejected"),
}
BASES = {Base.PAID: _l("paid"), Base.PROFIT: _l("profit")}
NARROWING = ("state", "q", "member", "buyer", "product", "plan", "level", "scope", "since", "until")
SORT_LABELS = {
    "newest": _l("Newest first"),
    "oldest": _l("Oldest first"),
    "most": _l("Largest first"),
    "least": _l("Smallest first"),
}
_MOST_PRODUCTS = 200
_DETAILS = ("buyer", "product", "plan", "level", "scope")


def show() -> str:
    """The list in the order that is asked for, newest first by itself."""
    session, number = reader(), page_number()
    period = Period(request.args)
    wanted, sort = _wanted(session, period), request.args.get("sort", "")
    after, offset = place(), (number - 1) * PER_PAGE
    found, sums = find_commissions(
        session, wanted, limit=PER_PAGE, offset=offset, after=after, sort=sort
    )
    explained, refused = explanations(session, found), refused_of(session, found)
    people = {row.beneficiary_id for row in found} | {row.buyer_id for row in found}
    only = uuid_or_none(request.args.get("member", ""))
    return show_page(
        "commissions.html",
        "commissions",
        page=Page(tuple(found), sums.count, number, PER_PAGE),
        sums=sums,
        after=after,
        names=names_of(session, people | ({only} if only else set())),
        only=only,
        lines=line_labels(session, [row.order_line_id for row in found]),
        rates={row.id: rate_words(row) for row in found},
        plans={row.id: plan_words(explained[row.id]) for row in found},
        whys={row.id: why(row, explained[row.id]) for row in found},
        refused=refused,
        deciders=staff_names(session, {refusal.actor for refusal in refused.values()}),
        states=[(each, str(LABELS[each])) for each in LIST_STATES],
        labels={key: str(label) for key, label in LABELS.items()},
        tones=TONES,
        state=wanted.state,
        sort=sort,
        sorts=[(each, str(SORT_LABELS[each])) for each in SORTS],
        query=search_text(),
        asked={name: request.args.get(name, "")[:80] for name in NARROWING},
        has_details=any(request.args.get(name) for name in _DETAILS),
        levels=LEVELS,
        scopes=[(str(scope), str(label)) for scope, label in SCOPE_LABELS.items()],
        plan_choices=_plan_choices(session),
        period=period,
        query_string=request.query_string.decode("ascii", "ignore"),
        is_narrowed=any(request.args.get(name) for name in NARROWING),
    )


def download() -> Any:
    """What the filter finds as CSV; the download is written into the audit log."""
    session = reader()
    wanted = _wanted(session, Period(request.args))
    with writing() as writer:
        audit(
            writer,
            "distribution.commissions.export",
            "commission",
            "csv",
            after={name: value for name, value in request.args.items() if value},
        )
    return csv_download("commissions.csv", _lines(session, wanted))


def _wanted(session: Session, period: Period) -> CommissionFilter:
    since, until = period.bounds(store_settings().timezone) if period.validate() else (None, None)
    state, query = request.args.get("state", ""), search_text()
    level, scope = request.args.get("level", ""), request.args.get("scope", "")
    is_number = query.isascii() and query.isdigit() and len(query) > 11
    members = _people("member")
    if query and not is_number:
        members = ids_matching(query)
    return CommissionFilter(
        state=state if state in LIST_STATES else "",
        order_no=query if is_number else "",
        members=members,
        buyers=_people("buyer"),
        products=_products(session, request.args.get("product", "").strip()[:80]),
        plan_id=uuid_or_none(request.args.get("plan", "")),
        level=int(level) if level in {str(each) for each in LEVELS} else None,
        scope=Scope(scope) if scope in set(Scope) else None,
        since=since,
        until=until,
    )


def _plan_choices(session: Session) -> list[tuple[str, str]]:
    """Plans in force, then those that were removed: what they paid is still there."""
    choices = [(str(plan.id), plan_name(plan)) for plan in current(session).plans]
    for plan_id, name in removed_plans(session).items():
        choices.append((str(plan_id), _("%(plan)s (removed)", plan=name)))
    return choices


def _people(name: str) -> Any:
    """Members whom the address names, by id or by part of name, phone or e-mail."""
    text = request.args.get(name, "").strip()[:80]
    member_id = uuid_or_none(text)
    if member_id:
        return [member_id]
    return ids_matching(text) if text else None


def _products(session: Session, text: str) -> list[UUID] | None:
    product_id = uuid_or_none(text)
    if product_id:
        return [product_id]
    if not text:
        return None
    return [row.id for row in admin_products(session, query=text, per_page=_MOST_PRODUCTS).items]


def _lines(session: Session, wanted: CommissionFilter) -> Iterator[str]:
    yield csv_line(_heads())
    for chunk in export_commissions(session, wanted):
        people = {row.beneficiary_id for row in chunk} | {row.buyer_id for row in chunk}
        names = names_of(session, people)
        lines = line_labels(session, [row.order_line_id for row in chunk])
        explained, refused = explanations(session, chunk), refused_of(session, chunk)
        for row in chunk:
            line = lines.get(row.order_line_id)
            title = line.title if line else ""
            state = "rejected" if row.id in refused else row.shown_state
            yield csv_line(_cells(row, title, names, explained[row.id], state))


def _heads() -> list[object]:
    return [
        _("Order"),
        _("Product"),
        _("Level"),
        _("Distributor"),
        _("Buyer"),
        _("Paid for the line"),
        _("Refunded of the line"),
        _("Base"),
        _("Base is"),
        _("Rate in percent"),
        _("Yuan a piece"),
        _("Pieces"),
        _("Found by"),
        _("Plan"),
        _("Programme version"),
        _("Grade"),
        _("Commission"),
        _("Taken back"),
        _("What is left"),
        _("State"),
        _("Held"),
        _("Accrued at (UTC)"),
        _("Received at (UTC)"),
        _("Settled at (UTC)"),
    ]


def _cells(
    row: CommissionView,
    title: str,
    names: Mapping[UUID, str],
    explained: Explanation,
    state: str,
) -> list[object]:
    rate = format_yuan(row.rate_bps)
    return [
        row.order_no,
        title,
        row.level,
        names.get(row.beneficiary_id, ""),
        names.get(row.buyer_id, ""),
        format_yuan(row.line_paid_fen),
        format_yuan(row.refunded_fen),
        format_yuan(row.base_fen),
        str(BASES[explained.base]),
        "" if row.is_fixed else rate,
        rate if row.is_fixed else "",
        row.quantity,
        str(SCOPE_LABELS[explained.scope]),
        explained.plan_name or _("Default plan"),
        row.plan_version,
        explained.grade_name,
        format_yuan(row.amount_fen),
        format_yuan(row.reversed_fen),
        format_yuan(row.left_fen),
        str(LABELS[state]),
        _("Yes") if row.is_held else "",
        *(_at(each) for each in (row.accrued_at, row.frozen_at, row.available_at)),
    ]


def _at(instant: Any) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}" if instant else ""
