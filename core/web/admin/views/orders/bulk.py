"""Ship many orders at once: paste or upload lines, look at what they mean, then send."""

import csv

from flask import request

from core.kernel.errors import Rejected, ShopError
from core.kernel.text import squeeze
from core.kernel.values import dataclass
from core.orders.services import ship
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.orders import BulkShipForm
from core.web.admin.queries.shipping import Shippable, shippable
from core.web.admin.render import render_admin_page

MOST_LINES = 1000
_MOST_BYTES = 400_000


@dataclass(frozen=True)
class ParcelLine:
    """A line as typed and what stands against it; ``problem`` is translated, empty when good."""

    number: int
    order_no: str
    carrier: str
    tracking_no: str
    problem: str = ""

    @property
    def text(self) -> str:
        """The line as CSV, to be mended and sent again."""
        return f"{self.order_no},{self.carrier},{self.tracking_no}"


@admin.get("/orders/ship")
@access("staff:order.ship")
def bulk_ship_page() -> str:
    """Where lines are pasted or uploaded."""
    return render_admin_page("orders/ship.html", here="orders", form=BulkShipForm(), step="paste")


@admin.post("/orders/ship")
@access("staff:order.ship")
def bulk_ship() -> Answer:
    """First shows what the lines mean; with ``confirm`` ships the good ones."""
    try:
        text = _sent_text()
        form = BulkShipForm(data={"lines": text})
        lines = _check(_parse(text))
    except Rejected as error:
        form = BulkShipForm(data={"lines": request.form.get("lines", "")})
        page = render_admin_page(
            "orders/ship.html", here="orders", form=form, step="paste", errors=sentences(error)
        )
        return page, 422
    if request.form.get("confirm") != "1":
        return render_admin_page(
            "orders/ship.html", here="orders", form=form, step="check", lines=lines
        )
    sent, failed = _ship([line for line in lines if not line.problem])
    failed += [line for line in lines if line.problem]
    left = BulkShipForm(data={"lines": "\n".join(line.text for line in failed)})
    return render_admin_page(
        "orders/ship.html", here="orders", form=left, step="done", sent=sent, failed=failed
    )


def _sent_text() -> str:
    """What was pasted, or the file; spreadsheets in China save CSV as GBK."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("lines", "")
    data = file.stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise _too_long()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Rejected("ship.encoding", "This is no text file. Save it as CSV, in UTF-8 or GBK.")


def _too_long() -> Rejected:
    return Rejected("ship.too_long", "At most %(most)s lines at once.", most=MOST_LINES)


def _parse(text: str) -> list[ParcelLine]:
    """Lines with order number, carrier, tracking number; a heading is left out.

    Commas and tabs part cells, in each line as it comes. The ``#`` before numbers in the exported
    orders and the ``'`` of spreadsheets are dropped.

    Raises:
        Rejected: no line, or too many.
    """
    found: list[ParcelLine] = []
    for number, line in enumerate(text.replace("，", ",").splitlines(), 1):
        separator = "\t" if "\t" in line else ","
        row = next(csv.reader([line], delimiter=separator), [])
        cells = [squeeze(cell).lstrip("'#") for cell in row]
        if not any(cells) or (number == 1 and not any(c.isdigit() for c in cells[0])):
            continue
        cells += ["", "", ""]
        found.append(ParcelLine(number, cells[0], cells[1][:40], cells[2][:64]))
        if len(found) > MOST_LINES:
            raise _too_long()
    if not found:
        raise Rejected("ship.empty", "There is no line to read. Paste lines or choose a CSV file.")
    return found


def _check(lines: list[ParcelLine]) -> list[ParcelLine]:
    known = shippable(context.reader(), [line.order_no for line in lines])
    seen: set[str] = set()
    checked = []
    for line in lines:
        problem = _problem(line, known.get(line.order_no), line.order_no in seen)
        seen.add(line.order_no)
        checked.append(
            ParcelLine(line.number, line.order_no, line.carrier, line.tracking_no, problem)
        )
    return checked


def _problem(line: ParcelLine, order: Shippable | None, is_repeated: bool) -> str:
    if order is None:
        return i18n.gettext("There is no order with this number.")
    if not line.carrier or not line.tracking_no:
        return i18n.gettext("Carrier or tracking number is missing.")
    if is_repeated:
        return i18n.gettext("This order stands here twice.")
    if not order.is_ready:
        return i18n.gettext("This order does not wait to be shipped.")
    return ""


def _ship(lines: list[ParcelLine]) -> tuple[list[ParcelLine], list[ParcelLine]]:
    """Each order in a unit of work of its own, so that one refusal holds up no other."""
    sent, failed = [], []
    for line in lines:
        try:
            with context.writing() as session:
                ship(
                    session,
                    line.order_no,
                    carrier=line.carrier,
                    tracking_no=line.tracking_no,
                    actor=context.staff().actor,
                )
                record(
                    session,
                    "order.ship",
                    "order",
                    line.order_no,
                    after={"carrier": line.carrier, "tracking_no": line.tracking_no},
                )
            sent.append(line)
        except ShopError as error:
            failed.append(
                ParcelLine(
                    line.number,
                    line.order_no,
                    line.carrier,
                    line.tracking_no,
                    i18n.translate_error(error),
                )
            )
    return sent, failed
