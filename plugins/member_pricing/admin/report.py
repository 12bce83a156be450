"""Who would pay what: a table of SKUs and audiences, of a search or a basket; also as a file."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flask import request

from core.api.catalog import SkuName, categories, skus_coded, skus_of
from core.api.clock import local_date, now
from core.api.csv import csv_download, csv_line
from core.api.i18n import gettext as _
from core.api.money import format_yuan
from core.api.web import audit, plugin_settings, quotes, reader, sentence, store_settings, writing
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.page import PLUGIN, Wanted, page_number, show_page
from plugins.member_pricing.admin.prices import shelf_choices
from plugins.member_pricing.services.listing import columns
from plugins.member_pricing.services.report import Paid, Payer, Report, report_on

PER_PAGE = 20
AT_ONCE = 200
MOST_LINES = 50
MOST_PRODUCTS = 20_000
_GAP = r"[\s,\uff0c]"
_LINE = re.compile(
    rf"(?P<code>[^\s,\uff0c\u00d7]+)(?:(?:{_GAP}*[\u00d7xX]\s*|{_GAP}+)(?P<pieces>[1-9][0-9]{{0,2}}))?"
)
"""A code, then how many: after a space, a comma of either language, or a sign of times."""


def show() -> str:
    """The table of what a search finds, or of the basket that is asked for."""
    session, wanted, basket = reader(), Wanted.asked(), request.args.get("basket", "")[:2_000]
    known, bad = columns(session), list[str]()
    page = None
    if basket.strip():
        lines, bad = _basket(basket)
        report = _report(lines, is_basket=True)
    else:
        page = wanted.page(session, page_number(), PER_PAGE)
        skus = skus_of(session, [product.id for product in page.items])
        report = _report([(sku, 1) for sku in skus])
    return show_page(
        "report.html",
        "report",
        wanted=wanted,
        page=page,
        basket=basket,
        bad=bad,
        report=report,
        heads=[payer_name(payer) for payer in report.payers],
        columns=known,
        shelves=list(shelf_choices(categories(session, include_hidden=True))),
        says=wording,
        why=why,
    )


def download() -> Any:
    """The same table of everything that a search finds, or of the basket."""
    with writing() as session:
        audit(session, "member_pricing.report", PLUGIN, "*")
    session, wanted, basket = reader(), Wanted.asked(), request.values.get("basket", "")[:2_000]
    name = f"who-pays-what-{local_date(now(), store_settings().timezone)}.csv"
    if basket.strip():
        return csv_download(name, _lines([_report(_basket(basket)[0], is_basket=True)]))
    ids = wanted.ids(session, MOST_PRODUCTS)

    def parts() -> Iterator[Report]:
        for start in range(0, len(ids), AT_ONCE) or [0]:
            skus = skus_of(session, ids[start : start + AT_ONCE])
            yield _report([(sku, 1) for sku in skus])

    return csv_download(name, _lines(parts()))


def _report(skus: Sequence[tuple[SkuName, int]], *, is_basket: bool = False) -> Report:
    return report_on(
        skus,
        columns(reader()),
        plugin_settings(PLUGIN),
        lambda baskets, instead: quotes(baskets, instead=instead),
        is_basket=is_basket,
    )


def _lines(reports: Any) -> Iterator[str]:
    for number, report in enumerate(reports):
        if not number:
            heads = [payer_name(payer) for payer in report.payers]
            told = [head for name in heads for head in (name, _("%(name)s: how", name=name))]
            yield csv_line([_("Code"), _("Product"), _("Pieces"), _("List price"), *told])
        for row in report.rows:
            cells = [cell for paid in row.paid for cell in (format_yuan(paid.goods_fen), why(paid))]
            fen = format_yuan(row.list_fen)
            yield csv_line([row.sku.code, row.sku.label, row.quantity, fen, *cells])


def payer_name(payer: Payer) -> str:
    """Guest, or the audience."""
    if payer.column is None:
        return str(_("Guest"))
    return wording.audience_name(payer.column.audience, [payer.column])


def why(paid: Paid) -> str:
    """How a price comes about, in one line."""
    steps = [
        f"{sentence(step.label, step.params)} -{wording.yuan(step.before_fen - step.after_fen)}"
        for step in paid.trace
    ]
    return ", ".join(steps)


def _basket(text: str) -> tuple[list[tuple[SkuName, int]], list[str]]:
    """Lines of a basket (a code, then how many), and those that cannot be read."""
    wants: dict[str, int] = {}
    bad = []
    for line in text.splitlines()[:MOST_LINES]:
        found = _LINE.fullmatch(line.strip())
        if found:
            wants[found["code"]] = wants.get(found["code"], 0) + int(found["pieces"] or 1)
        elif line.strip():
            bad.append(line.strip())
    skus = {sku.code: sku for sku in skus_coded(reader(), wants)}
    bad += [code for code in wants if code not in skus]
    return [(skus[code], count) for code, count in wants.items() if code in skus], bad
