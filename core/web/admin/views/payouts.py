"""Payouts: what members want paid, reviewed one by one or several at once."""

from typing import Any
from uuid import UUID

import flask
from flask import request
from sqlalchemy.orm import Session

from core.kernel.errors import ShopError
from core.payouts.services import approve, find_payout, reject, retry_payout
from core.payouts.types import PayoutView, Review
from core.web import context, flash, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, page_number, picked_ids, query_text, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.members import RejectForm
from core.web.admin.queries.buyers import buyer
from core.web.admin.queries.payouts import payout_rows, payout_sums
from core.web.admin.queries.people import actor_names
from core.web.admin.render import render_admin_page

VIEWS = {
    "requested": ("requested",),
    "under_way": ("approved", "paying", "waiting_for_recipient"),
    "failed": ("failed",),
    "paid": ("paid",),
    "rejected": ("rejected",),
    "all": (),
}
"""Saved views and the states they show."""


@admin.get("/payouts")
@access("staff:payout.view")
def payouts() -> str:
    """The queue, those to review at first."""
    return _show_list()


def _show_list(errors: Any = ()) -> str:
    session = context.reader()
    view = request.args.get("view", "requested")
    view = view if view in VIEWS else "requested"
    return render_admin_page(
        "money/payouts.html",
        here="payouts",
        page=payout_rows(session, states=VIEWS[view], query=query_text(), page=page_number()),
        sums=payout_sums(session),
        view=view,
        views=VIEWS,
        query=query_text(),
        reject_form=RejectForm(),
        errors=list(errors),
    )


@admin.get("/payouts/<uuid:payout_id>")
@access("staff:payout.view")
def payout(payout_id: UUID) -> str:
    """One payout with its steps."""
    return _show_one(payout_id)


def _show_one(payout_id: UUID, errors: Any = (), form: RejectForm | None = None) -> str:
    session = context.reader()
    found = find_payout(session, payout_id)
    people = [step.actor for step in found.steps] + [found.reviewer, found.requested_by]
    return render_admin_page(
        "money/payout.html",
        here="payouts",
        payout=found,
        buyer=buyer(session, found.member_id),
        actors=actor_names(session, people),
        form=form or RejectForm(),
        errors=list(errors),
    )


@admin.post("/payouts/<uuid:payout_id>/approve")
@access("staff:payout.review")
def approve_payout(payout_id: UUID) -> Answer:
    """Release one payout."""
    try:
        is_new = _approve(payout_id)
    except ShopError as error:
        return _show_one(payout_id, sentences(error)), error.status
    if not is_new:
        return _nothing_to_do(payout_id, "This payout had been approved before; nothing was to do.")
    return done("/admin/payouts", "The payout is approved.")


@admin.post("/payouts/<uuid:payout_id>/reject")
@access("staff:payout.review")
def reject_payout(payout_id: UUID) -> Answer:
    """Decline one payout; the amount goes back to its account."""
    form = RejectForm(request.form)
    if not form.validate():
        return _show_one(payout_id, form=form), 422
    try:
        is_new = _reject(payout_id, form.reason.data or "")
    except ShopError as error:
        return _show_one(payout_id, form.refuse(error), form), error.status
    if not is_new:
        return _nothing_to_do(payout_id, "This payout had been declined before; nothing was to do.")
    return done("/admin/payouts", "Declined; the amount is back on the member’s account.")


@admin.post("/payouts/<uuid:payout_id>/retry")
@access("staff:payout.review")
def send_payout_again(payout_id: UUID) -> Answer:
    """Send a failed payout again, under the same number."""
    actor = context.staff().actor
    try:
        with context.writing() as session:
            retry_payout(session, payout_id, actor)
            record(session, "payout.retry", "payout", payout_id)
    except ShopError as error:
        return _show_one(payout_id, sentences(error)), error.status
    return done(f"/admin/payouts/{payout_id}", "The payout is sent again.")


@admin.post("/payouts/bulk")
@access("staff:payout.review")
def bulk_payouts() -> Answer:
    """Approve or decline several; each in a unit of work of its own."""
    ids, action = picked_ids(), request.form.get("do", "")
    reason = request.form.get("reason", "").strip()
    if not ids:
        flash.say("Choose some payouts first.", "warn")
        return _show_list()
    if action == "reject" and not reason:
        return _show_list([i18n.gettext("Give a reason; the members read it.")]), 422
    count, errors = 0, []
    for payout_id in ids:
        try:
            count += _reject(payout_id, reason) if action == "reject" else _approve(payout_id)
        except ShopError as error:
            errors += sentences(error)
    if errors:
        flash.say("Payouts carried out: %(count)s. The others were not.", "warn", count=count)
        return _show_list(dict.fromkeys(errors)), 409
    if count < len(ids):
        left = len(ids) - count
        flash.say("Decided before, so nothing was to do: %(count)s.", "warn", count=left)
    message = (
        "Payouts rejected: %(count)s." if action == "reject" else "Payouts approved: %(count)s."
    )
    return done("/admin/payouts", message, count=count)


def _nothing_to_do(payout_id: UUID, message: str) -> Answer:
    flash.say(message, "warn")
    return flask.redirect(f"/admin/payouts/{payout_id}", 303)


def _approve(payout_id: UUID) -> bool:
    """Release a payout; whether it had not been before."""
    with context.writing() as session:
        review = approve(session, payout_id, context.staff().actor)
        _keep(session, "payout.approve", review)
    return review.is_new


def _reject(payout_id: UUID, reason: str) -> bool:
    """Decline a payout; whether it had not been before."""
    with context.writing() as session:
        review = reject(session, payout_id, context.staff().actor, reason)
        _keep(session, "payout.reject", review)
    return review.is_new


def _keep(session: Session, action: str, review: Review) -> None:
    if review.is_new:
        found = review.payout
        record(session, action, "payout", found.payout_no, after=_plain(found))


def _plain(found: PayoutView) -> dict[str, Any]:
    return {"state": found.state, "amount_fen": found.amount_fen, "reason": found.reason}
