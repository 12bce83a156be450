"""The queue: saved views, filters, sums, several at once, and the list as a file."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from core.api.forms import Period
from core.kernel.clock import local_date, now
from core.kernel.csvtext import csv_line
from core.kernel.money import format_yuan
from core.payouts.services import waiting_by_channel
from core.web import context, flash, i18n
from core.web.access import access
from core.web.admin.answers import Answer, csv_download, done, page_number, picked_ids, query_text
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.members import RejectForm
from core.web.admin.queries.payouts import (
    PayoutFilter,
    PayoutRow,
    channels_used,
    payout_rows,
    payout_sums,
    payouts_to_export,
)
from core.web.admin.render import render_admin_page
from core.web.admin.showing import words
from core.web.admin.views.payouts.acting import (
    Told,
    approve_one,
    channel_name,
    one_by_one,
    reject_one,
    retry_one,
)

VIEWS = {
    "requested": ("requested",),
    "under_way": ("approved", "paying", "waiting_for_recipient"),
    "failed": ("failed",),
    "paid": ("paid",),
    "rejected": ("rejected", "returned"),
    "all": (),
}
"""Saved views and the states they show."""

_ACTS = {
    "approve": (approve_one, "Approved", "Payouts approved: %(count)s."),
    "retry": (retry_one, "Sent again", "Payouts sent again: %(count)s."),
    "reject": (None, "Declined", "Payouts rejected: %(count)s."),
}
"""What can be done to several: the act, what a row says then, what the page says."""


@admin.get("/payouts")
@access("staff:payout.view")
def payouts() -> str:
    """The queue, those to review at first."""
    return _show_list()


def _show_list(errors: Sequence[str] = (), told: Sequence[Told] = ()) -> str:
    session, period, view = context.reader(), Period(request.args), _view()
    wanted = _wanted(period)
    page, found = payout_rows(session, wanted, page=page_number())
    return render_admin_page(
        "money/payouts.html",
        here="payouts",
        page=page,
        found=found,
        sums=payout_sums(session),
        waiting=sum(count for count, _ in waiting_by_channel(session).values()),
        view=view,
        views=VIEWS,
        query=query_text(),
        period=period,
        channel=wanted.channel,
        channels={key: channel_name(key) for key in channels_used(session)},
        channel_name=channel_name,
        is_narrowed=bool(wanted.query or wanted.channel or wanted.since or wanted.until),
        reject_form=RejectForm(),
        errors=[*errors, *_period_errors(period)],
        told=told,
    )


def _view() -> str:
    view = request.args.get("view", "requested")
    return view if view in VIEWS else "requested"


def _wanted(period: Period) -> PayoutFilter:
    zone = context.shop().settings().timezone
    since, until = period.bounds(zone) if period.validate() else (None, None)
    return PayoutFilter(
        states=VIEWS[_view()],
        channel=request.args.get("channel", "")[:48],
        since=since,
        until=until,
        query=query_text(),
        member_id=_member(),
    )


def _member() -> UUID | None:
    try:
        return UUID(request.args.get("member", ""))
    except ValueError:
        return None


def _period_errors(period: Period) -> list[str]:
    if not period.validate():
        return [i18n.gettext("A day could not be read; payouts of all days are shown.")]
    since, until = period.since.data, period.until.data
    if since and until and since > until:
        return [i18n.gettext("The first day is after the last one; nothing lies between.")]
    return []


@admin.post("/payouts/export.csv")
@access("staff:payout.view")
def export_payouts() -> Response:
    """What the list shows, as CSV, accounts masked; written to the audit log."""
    wanted = _wanted(Period(request.args))
    with context.writing() as session:
        record(session, "payout.export", "payout", "*", after=dict(request.args.items()))
    zone = context.shop().settings().timezone
    shown = i18n.Display(i18n.locale(), zone)
    lines = _lines(payouts_to_export(context.reader(), wanted), shown)
    return csv_download(f"payouts-{local_date(now(), zone)}.csv", lines)


def _lines(rows: Iterable[PayoutRow], shown: i18n.Display) -> Iterator[str]:
    head = (
        *("Number", "Member", "State", "Paid to", "Account", "Amount", "Fee", "Tax", "Arrives"),
        *("Reference", "Reason", "Asked at", "Decided at", "Paid at"),
    )
    yield csv_line(map(i18n.gettext, head))
    for row in rows:
        amounts = (row.amount_fen, row.fee_fen, row.tax_fen, row.net_fen)
        times = (row.requested_at, row.reviewed_at, row.paid_at)
        yield csv_line(
            [
                row.payout_no,
                row.member_name,
                words("payout", row.state).label,
                channel_name(row.channel),
                row.masked,
                *map(format_yuan, amounts),
                row.channel_ref or "",
                i18n.gettext(row.reason) if row.reason else "",
                *map(shown.datetime, times),
            ]
        )


@admin.post("/payouts/bulk")
@access("staff:payout.review")
def bulk_payouts() -> Answer:
    """Approve, decline or send again several; each in a unit of work of its own."""
    ids, action = picked_ids(), request.form.get("do", "")
    reason = request.form.get("reason", "").strip()
    if not ids:
        flash.say("Choose some payouts first.", "warn")
        return _show_list()
    if action not in _ACTS:
        return _show_list([i18n.gettext("There is nothing here.")]), 422
    if action == "reject" and not reason:
        return _show_list([i18n.gettext("Give a reason; the members read it.")]), 422
    act, row_done, all_done = _ACTS[action]
    told = one_by_one(ids, act or (lambda each: reject_one(each, reason)), row_done)
    count = sum(each.is_done for each in told)
    if count == len(told):
        return done(f"/admin/payouts?view={_view()}", all_done, count=count)
    return _show_list(told=told), 409
