"""One payout: its steps, its money, and what may be done now."""

from collections.abc import Sequence
from uuid import UUID

import flask
from flask import request

from core.kernel.errors import ShopError
from core.payouts.rules import PAYOUT_TRIES
from core.payouts.services import confirm_by_hand, fail_by_hand, find_batch, find_payout
from core.payouts.types import PayoutView
from core.web import context, flash, i18n
from core.web.access import access, has_permission
from core.web.admin.answers import Answer, done, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.members import RejectForm
from core.web.admin.forms.payouts import ConfirmForm, FailForm
from core.web.admin.queries.buyers import buyer
from core.web.admin.queries.people import actor_names
from core.web.admin.render import render_admin_page
from core.web.admin.views.payouts.acting import approve_one, reject_one, retry_one, way


@admin.get("/payouts/<uuid:payout_id>")
@access("staff:payout.view")
def payout(payout_id: UUID) -> str:
    """One payout with its steps."""
    return _show(payout_id)


def _show(
    payout_id: UUID,
    errors: Sequence[str] = (),
    form: RejectForm | None = None,
    confirm: ConfirmForm | None = None,
    fail: FailForm | None = None,
) -> str:
    session = context.reader()
    found = find_payout(session, payout_id)
    people = [step.actor for step in found.steps] + [found.reviewer, found.requested_by]
    chosen = way(found.channel)
    return render_admin_page(
        "money/payout.html",
        here="payouts",
        payout=found,
        channel=i18n.gettext(chosen.label),
        account=_account(found),
        is_by_hand=chosen.is_by_hand,
        is_unsure=found.state == "failed" and found.tries >= PAYOUT_TRIES,
        batch=find_batch(session, found.batch_id) if found.batch_id else None,
        buyer=buyer(session, found.member_id),
        actors=actor_names(session, people),
        form=form or RejectForm(),
        confirm=confirm or ConfirmForm(),
        fail=fail or FailForm(),
        errors=list(errors),
    )


def _account(found: PayoutView) -> list[tuple[str, str]]:
    """The account with the names of its fields; whole only for those who pay."""
    is_paying = has_permission(context.staff().permissions, "payout.review")
    shown = found.account if is_paying else found.masked_account
    fields = way(found.channel)
    return [(i18n.gettext(fields.name_of(name)), str(value)) for name, value in shown.items()]


@admin.post("/payouts/<uuid:payout_id>/approve")
@access("staff:payout.review")
def approve_payout(payout_id: UUID) -> Answer:
    """Release one payout."""
    try:
        is_new = approve_one(payout_id)
    except ShopError as error:
        return _show(payout_id, sentences(error)), error.status
    if not is_new:
        return _nothing_to_do(payout_id, "This payout had been approved before; nothing was to do.")
    return done("/admin/payouts", "The payout is approved.")


@admin.post("/payouts/<uuid:payout_id>/reject")
@access("staff:payout.review")
def reject_payout(payout_id: UUID) -> Answer:
    """Decline one payout; the amount goes back to its account."""
    form = RejectForm(request.form)
    if not form.validate():
        return _show(payout_id, form=form), 422
    try:
        is_new = reject_one(payout_id, form.reason.data or "")
    except ShopError as error:
        return _show(payout_id, form.refuse(error), form), error.status
    if not is_new:
        return _nothing_to_do(payout_id, "This payout had been declined before; nothing was to do.")
    return done("/admin/payouts", "Declined; the amount is back on the member’s account.")


@admin.post("/payouts/<uuid:payout_id>/retry")
@access("staff:payout.review")
def send_payout_again(payout_id: UUID) -> Answer:
    """Send a failed payout again, under the same number."""
    try:
        retry_one(payout_id)
    except ShopError as error:
        return _show(payout_id, sentences(error)), error.status
    return done(f"/admin/payouts/{payout_id}", "The payout is sent again.")


@admin.post("/payouts/<uuid:payout_id>/confirm")
@access("staff:payout.review")
def confirm_payout(payout_id: UUID) -> Answer:
    """The transfer of one payout arrived, under a reference."""
    form = ConfirmForm(request.form)
    if not form.validate():
        return _show(payout_id, confirm=form), 422
    try:
        with context.writing() as session:
            found = find_payout(session, payout_id)
            is_new = confirm_by_hand(
                session,
                found.payout_no,
                channel=found.channel,
                net_fen=form.net_fen.data or 0,
                reference=form.reference.data or "",
                actor=context.staff().actor,
            )
            if is_new:
                after = {"reference": form.reference.data, "amount_fen": found.net_fen}
                record(session, "payout.confirm", "payout", found.payout_no, after=after)
    except ShopError as error:
        return _show(payout_id, form.refuse(error), confirm=form), error.status
    if not is_new:
        return _nothing_to_do(payout_id, "Nothing was to do; it had been done before.")
    return done(f"/admin/payouts/{payout_id}", "The payout is done.")


@admin.post("/payouts/<uuid:payout_id>/fail")
@access("staff:payout.review")
def fail_payout(payout_id: UUID) -> Answer:
    """The transfer of one payout did not go through."""
    form = FailForm(request.form)
    if not form.validate():
        return _show(payout_id, fail=form), 422
    try:
        with context.writing() as session:
            found = find_payout(session, payout_id)
            is_new = fail_by_hand(
                session,
                found.payout_no,
                channel=found.channel,
                reason=form.reason.data or "",
                actor=context.staff().actor,
            )
            if is_new:
                after = {"reason": form.reason.data}
                record(session, "payout.fail", "payout", found.payout_no, after=after)
    except ShopError as error:
        return _show(payout_id, form.refuse(error), fail=form), error.status
    if not is_new:
        return _nothing_to_do(payout_id, "Nothing was to do; it had been done before.")
    message = "Noted. Send it again, or decline it and give the amount back."
    return done(f"/admin/payouts/{payout_id}", message)


def _nothing_to_do(payout_id: UUID, message: str) -> Answer:
    flash.say(message, "warn")
    return flask.redirect(f"/admin/payouts/{payout_id}", 303)
