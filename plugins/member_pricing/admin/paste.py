"""Many prices from a file or the clipboard, looked at before they count; and all as a file."""

import codecs
import re
from collections.abc import Mapping
from typing import Any

from flask import request

from core.api.clock import local_date, now
from core.api.csv import csv_download
from core.api.errors import ShopError
from core.api.i18n import gettext as _
from core.api.web import audit, notice, reader, store_settings, translate_error, writing
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.page import (
    PLUGIN,
    ROOT,
    Wanted,
    carry_out,
    go,
    look_at,
    show_page,
    tell,
)
from plugins.member_pricing.rules import ALL, RETURNING, Audience
from plugins.member_pricing.services.editing import Change, last_turn
from plugins.member_pricing.services.lines import Table, read_table, write_table
from plugins.member_pricing.services.listing import columns

MOST_MB = 8
MOST_BYTES = MOST_MB * 1_000_000
MOST_SHOWN = 100
MOST_EXPORTED = 100_000


def show() -> str:
    """Where a text is pasted or a file is chosen."""
    return _page("")


def take() -> Any:
    """Show what would come of it (``do`` = preview), or do it (apply); bad lines stay here."""
    request.max_form_memory_size = MOST_BYTES * 2  # the text comes back in the form's own field
    text, problem = _text()
    if problem:
        return _page(text, errors=[problem]), 422
    try:
        table = read_table(reader(), text, _words(), store_settings().timezone, _head_words())
    except ShopError as error:
        return _page("", errors=[translate_error(error)]), error.status
    if not _has_heads(table.head):
        problem = _("The first line names no column for whom or for the price.")
        return _page(text, errors=[problem]), 422
    if request.form.get("do") != "apply":
        return _page(text, table=table), (422 if table.bad and not table.good else 200)
    look = request.form.get("look", "")
    try:
        with writing() as session:
            done = carry_out(session, _changes(table), "import", look=look)
    except ShopError as error:
        return _page(text, table=table, errors=[translate_error(error)]), error.status
    if done.count:
        tell(
            done.count,
            "One price changed. You can take it back in the history.",
            "%(count)s prices changed. You can take it back in the history.",
        )
    else:
        notice("Nothing was different.", "warn")
    if table.later:
        notice("The lines that follow are still here. Look at them next.", "warn")
    if table.left:
        return _page(table.left, table=Table(bad=table.bad)), 422 if table.bad else 200
    return go(f"{ROOT}/history/{done.act_id}" if done.act_id else f"{ROOT}/lines")


def _changes(table: Table) -> list[Change]:
    return [line.change for line in table.real]


def download() -> Any:
    """Every price of what a search finds, in the columns that the import reads."""
    with writing() as session:
        audit(session, "member_pricing.export", PLUGIN, "*")
    session, wanted = reader(), Wanted.asked()
    known = columns(session)
    names = {column.key: wording.audience_name(column.audience, known) for column in known}
    ids = wanted.ids(session, MOST_EXPORTED)

    def name_of(audience: Audience) -> str:
        return names.get(audience.key, "")

    day = local_date(now(), store_settings().timezone)
    return csv_download(
        f"member-prices-{day}.csv", write_table(session, ids, name_of, wording.window_days)
    )


def _words() -> Mapping[str, Audience]:
    """What a line may call an audience: its key, or its name in either language."""
    words = {"all": ALL, "returning": RETURNING}
    for column in columns(reader()):
        names = [column.key, wording.audience_name(column.audience, [column])]
        if column.tier is not None:
            names += [column.tier.name_zh, column.tier.name_en]
        words |= {name.casefold(): column.audience for name in names}
    return words


def _head_words() -> Mapping[str, str]:
    heads = {
        "code": _("Code"),
        "audience": _("For whom"),
        "price": _("Price"),
        "from": _("First day"),
        "until": _("Last day"),
    }
    return {word.casefold(): head for head, word in heads.items()}


def _has_heads(head: str) -> bool:
    """Whether a line of heads, if there is one, leaves no price to be read as an empty one."""
    known = _head_words()
    cells = [cell.strip('\ufeff "').casefold() for cell in re.split("[,;\t]", head)]
    return not head or {"audience", "price"} <= {known.get(cell, cell) for cell in cells}


def _text() -> tuple[str, str]:
    """What was pasted or is in the file, and what is wrong with it as a whole."""
    text = request.form.get("lines", "")
    file = request.files.get("file")
    if file is not None and file.filename:
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            return "", _("The file is larger than %(size)s MB. Import it in parts.", size=MOST_MB)
        text = _decoded(data)
    return text, "" if text.strip() else _("Paste lines or choose a file first.")


def _decoded(data: bytes) -> str:
    """A file of a spreadsheet: UTF-8, what Excel calls Unicode text, or GB 18030."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _page(text: str, *, table: Table | None = None, errors: Any = ()) -> str:
    known = columns(reader())
    return show_page(
        "lines.html",
        "lines",
        text=text,
        table=table,
        look=look_at(last_turn(reader()), _changes(table)) if table else "",
        most=MOST_SHOWN,
        columns=known,
        names=[wording.audience_name(column.audience, known) for column in known],
        says=wording,
        errors=list(errors),
    )
