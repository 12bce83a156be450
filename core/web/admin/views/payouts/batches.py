"""Files of payouts that staff pay by hand: made, fetched again, confirmed or failed."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import UUID

import flask
from flask import request

from core.kernel.csvtext import csv_line
from core.kernel.errors import Rejected, ShopError
from core.kernel.money import format_yuan
from core.payouts.rules.channels import MANUAL
from core.payouts.services import (
    batch_lines,
    confirm_by_hand,
    export_batch,
    fail_by_hand,
    find_batch,
    list_batches,
    waiting_by_channel,
)
from core.payouts.types import BatchLine, BatchView
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, csv_download, done, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.queries.payouts import batch_tallies
from core.web.admin.queries.people import actor_names
from core.web.admin.render import render_admin_page
from core.web.admin.views.payouts.acting import Told, channel_name, tell

ROOT = "/admin/payouts/batches"
_ACTIONS = frozenset({"paid", "failed", "all"})


@admin.get("/payouts/batches")
@access("staff:payout.view")
def payout_batches() -> str:
    """What waits to be paid by hand, and the files there are."""
    return _show_all()


def _show_all(errors: Sequence[str] = ()) -> str:
    session = context.reader()
    batches = list_batches(session)
    return render_admin_page(
        "money/batches.html",
        here="payouts",
        waiting=waiting_by_channel(session),
        channels={key: channel_name(key) for key in MANUAL},
        batches=batches,
        tallies=batch_tallies(session, [batch.id for batch in batches]),
        actors=actor_names(session, [batch.made_by for batch in batches]),
        errors=list(errors),
    )


@admin.post("/payouts/batches")
@access("staff:payout.review")
def make_batch() -> Answer:
    """Write approved payouts of a channel to a file; they are being paid from now on."""
    channel = request.form.get("channel", "")
    try:
        with context.writing() as session:
            batch = export_batch(session, channel, context.staff().actor, locale=i18n.locale())
            after = {"count": batch.payout_count, "amount_fen": batch.net_fen}
            record(session, "payout.batch", "payout_batch", batch.batch_no, after=after)
    except ShopError as error:
        return _show_all(sentences(error)), error.status
    return done(f"{ROOT}/{batch.id}", "The file is written. Fetch it, pay, and confirm here.")


@admin.get("/payouts/batches/<uuid:batch_id>")
@access("staff:payout.view")
def payout_batch(batch_id: UUID) -> str:
    """One file with what became of each payout."""
    return show_batch(batch_id)


def show_batch(
    batch_id: UUID, errors: Sequence[str] = (), told: Sequence[Told] = (), reference: str = ""
) -> str:
    """The page of a batch.

    Args:
        batch_id: which.
        errors: sentences on top.
        told: what became of each row that was just acted on.
        reference: as it was typed.
    """
    session = context.reader()
    batch = find_batch(session, batch_id)
    lines = batch_lines(session, batch_id)
    return render_admin_page(
        "money/batch.html",
        here="payouts",
        batch=batch,
        channel=channel_name(batch.channel),
        lines=lines,
        open_lines=[line for line in lines if is_open(batch, line)],
        is_open=partial(is_open, batch),
        actors=actor_names(session, [batch.made_by]),
        errors=list(errors),
        told=told,
        reference=reference,
    )


def is_open(batch: BatchView, line: BatchLine) -> bool:
    """Whether nobody has said yet what became of it in this file."""
    return line.payout.state == "paying" and line.payout.batch_id == batch.id


@admin.post("/payouts/batches/<uuid:batch_id>/file.csv")
@access("staff:payout.review")
def fetch_batch(batch_id: UUID) -> flask.Response:
    """The file, the same each time; who fetched it is written to the audit log."""
    with context.writing() as session:
        batch = find_batch(session, batch_id)
        record(session, "payout.fetch", "payout_batch", batch.batch_no)
    lines = batch_lines(context.reader(), batch_id)
    return csv_download(f"{batch.channel}-{batch.batch_no}.csv", _file(batch, lines))


def _file(batch: BatchView, lines: Sequence[BatchLine]) -> Iterator[str]:
    """In the language in which the file was made, whoever fetches it."""
    folder = flask.current_app.extensions["banyan.translations"]
    say = i18n.translations(folder, batch.locale).ugettext
    fields = MANUAL[batch.channel].fields
    head = ["Payout number", *(each.label for each in fields), "Amount (yuan)", "Purpose"]
    yield csv_line([*map(say, head), say("Result"), say("Reference or reason")])
    for line in lines:
        payout = line.payout
        account = [payout.account.get(each.name, "") for each in fields]
        amount = format_yuan(payout.net_fen)
        yield csv_line([payout.payout_no, *account, amount, batch.batch_no, "", ""])


@admin.post("/payouts/batches/<uuid:batch_id>/told")
@access("staff:payout.review")
def tell_batch(batch_id: UUID) -> Answer:
    """Confirm ticked payouts or all open ones under a reference, or mark ticked ones as failed."""
    action, text = request.form.get("do", ""), request.form.get("text", "").strip()
    try:
        lines = _meant(batch_id, action)
    except Rejected as error:
        return show_batch(batch_id, sentences(error), reference=text), error.status
    act: Callable[..., bool] = note_failed if action == "failed" else note_paid
    row_done = "Marked as failed" if action == "failed" else "Confirmed"
    batch = find_batch(context.reader(), batch_id)
    told = [
        tell(
            line.payout.payout_no,
            line.payout.net_fen,
            partial(act, batch, line.payout.payout_no, _shown(line), text),
            row_done,
        )
        for line in lines
    ]
    count = sum(each.is_done for each in told)
    if count < len(told):
        return show_batch(batch_id, told=told, reference=text), 409
    return done(f"{ROOT}/{batch_id}", "Payouts noted: %(count)s.", count=count)


def _meant(batch_id: UUID, action: str) -> list[BatchLine]:
    """The ticked lines, or every open one.

    Raises:
        Rejected: no such action, nothing ticked, or neither a reference nor a reason given.
    """
    if action not in _ACTIONS:
        raise Rejected("payout.action", "There is nothing here.")
    session = context.reader()
    batch, lines = find_batch(session, batch_id), batch_lines(session, batch_id)
    if action == "all":
        meant = [line for line in lines if is_open(batch, line)]
    else:
        picked = set(request.form.getlist("pick"))
        meant = [line for line in lines if line.payout.payout_no in picked]
    if not meant:
        raise Rejected("payout.none", "Choose some payouts first.")
    if not request.form.get("text", "").strip():
        raise Rejected("payout.text", "Give the reference, or the reason why it failed.")
    return meant


def _shown(line: BatchLine) -> int:
    """The amount that stood on the page when it was confirmed."""
    default = line.payout.net_fen if request.form.get("do") == "failed" else -1
    return request.form.get(f"net.{line.payout.payout_no}", default, type=int)


def note_paid(batch: BatchView, payout_no: str, net_fen: int, reference: str) -> bool:
    """A transfer of this file arrived; whether nobody had said so."""
    with context.writing() as session:
        is_new = confirm_by_hand(
            session,
            payout_no,
            channel=batch.channel,
            net_fen=net_fen,
            reference=reference,
            actor=context.staff().actor,
            batch_id=batch.id,
        )
        if is_new:
            after = {"reference": reference, "amount_fen": net_fen}
            record(session, "payout.confirm", "payout", payout_no, after=after)
    return is_new


def note_failed(batch: BatchView, payout_no: str, _net_fen: int, reason: str) -> bool:
    """A transfer of this file did not go through; whether nobody had said so."""
    with context.writing() as session:
        is_new = fail_by_hand(
            session,
            payout_no,
            channel=batch.channel,
            reason=reason,
            actor=context.staff().actor,
            batch_id=batch.id,
        )
        if is_new:
            record(session, "payout.fail", "payout", payout_no, after={"reason": reason})
    return is_new
