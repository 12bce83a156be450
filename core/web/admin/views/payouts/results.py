"""The result file of a batch: looked at first, then carried out row by row."""

from functools import partial
from uuid import UUID

from flask import request

from core.kernel.errors import Rejected
from core.kernel.values import dataclass
from core.payouts.rules.result_file import ResultRow, read_results
from core.payouts.services import batch_lines, find_batch
from core.payouts.types import BatchLine
from core.web import context, figures, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, sentences
from core.web.admin.blueprint import admin
from core.web.admin.render import render_admin_page
from core.web.admin.views.payouts.acting import Told, channel_name, tell
from core.web.admin.views.payouts.batches import ROOT, note_failed, note_paid, show_batch

_MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Checked:
    """A row of the file with what it would do: a problem, or nothing but its outcome."""

    row: ResultRow
    problem: str


@admin.post("/payouts/batches/<uuid:batch_id>/result")
@access("staff:payout.review")
def read_batch_result(batch_id: UUID) -> Answer:
    """Show what a result file says; with ``do=apply`` carry it out, each row by itself."""
    try:
        text = _sent_text()
        rows = read_results(text)
    except Rejected as error:
        return show_batch(batch_id, sentences(error)), error.status
    checked = _check(batch_id, rows)
    if request.form.get("do") == "apply":
        return _apply(batch_id, checked)
    batch = find_batch(context.reader(), batch_id)
    return render_admin_page(
        "money/result.html",
        here="payouts",
        batch=batch,
        channel=channel_name(batch.channel),
        rows=checked,
        paid=[each.row for each in checked if not each.problem and each.row.outcome == "paid"],
        failed=[each.row for each in checked if not each.problem and each.row.outcome == "failed"],
        wrong=[each for each in checked if each.problem],
        text=text,
    )


def _sent_text() -> str:
    """The file, or its text that was looked at; spreadsheets in China save CSV as GBK.

    Raises:
        Rejected: nothing was sent, too much, or no text.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        if text := request.form.get("text", ""):
            return text
        raise Rejected("payout.no_file", "Choose the file first.")
    data = file.stream.read(_MOST_BYTES + 1)
    if len(data) <= _MOST_BYTES:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text
    raise Rejected("payout.file", "This is no CSV file in UTF-8 or GBK of at most 256 kB.")


def _check(batch_id: UUID, rows: list[ResultRow]) -> list[Checked]:
    """Each row beside the payout that it speaks of."""
    lines = {line.payout.payout_no: line for line in batch_lines(context.reader(), batch_id)}
    return [Checked(row, _problem(row, lines.get(row.payout_no), batch_id)) for row in rows]


def _problem(row: ResultRow, line: BatchLine | None, batch_id: UUID) -> str:
    if row.problem:
        return i18n.gettext(row.problem)
    if line is None:
        return i18n.gettext("This number does not stand in this file.")
    if row.outcome and line.payout.state == "paid":
        return i18n.gettext("It had been confirmed before.")
    if row.outcome and line.payout.batch_id != batch_id:
        return i18n.gettext("It is sent again in another file.")
    if row.net_fen != line.payout.net_fen:
        amount = figures.money(line.payout.net_fen)
        return i18n.gettext("The amount should be %(amount)s.", amount=amount)
    return ""


def _apply(batch_id: UUID, checked: list[Checked]) -> Answer:
    batch = find_batch(context.reader(), batch_id)
    told = []
    for each in checked:
        row = each.row
        if each.problem:
            told.append(Told(row.payout_no, row.net_fen, False, each.problem))
        elif row.outcome:
            is_paid = row.outcome == "paid"
            act = partial(
                note_paid if is_paid else note_failed, batch, row.payout_no, row.net_fen, row.note
            )
            row_done = "Confirmed" if is_paid else "Marked as failed"
            told.append(tell(row.payout_no, row.net_fen, act, row_done))
    count = sum(each.is_done for each in told)
    if told and count == len(told):
        return done(f"{ROOT}/{batch_id}", "Payouts noted: %(count)s.", count=count)
    return show_batch(batch_id, told=told), 409 if told else 200
