"""Finding orders in admin, and taking them out as CSV."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.csvtext import csv_line
from core.kernel.money import format_yuan
from core.kernel.paging import Page
from core.kernel.text import squeeze
from core.members.models import Member
from core.orders.services.listing import SUMMARY, counts, of_member, order_page, summaries
from core.orders.services.statuses import is_status
from core.orders.services.tables import AFTER_SALE, LINE, ORDER, SHIPMENT
from core.orders.states import OrderStatus
from core.orders.types import OrderFilter, OrderSummary

EXPORT_BATCH = 500

EXPORT_HEAD = (
    "Order number",
    "Placed at",
    "Paid at",
    "Status",
    "Member",
    "Receiver",
    "Product",
    "Options",
    "SKU",
    "Pieces",
    "Unit price",
    "Discount",
    "Line total",
    "Refunded amount",
    "Order total",
)
"""Column heads of :func:`export_orders`; catalogue entries."""

_member = Member.__table__
_DIGITS = re.compile(r"^[+\d][\d\s-]{3,}$")


def search_orders(
    session: Session, wanted: OrderFilter, *, page: int = 1, per_page: int = 20
) -> Page[OrderSummary]:
    """Orders of the whole store, newest first."""
    return order_page(session, conditions(wanted), page, per_page)


def order_counts(session: Session) -> dict[OrderStatus, int]:
    """Orders of the whole store per status, for admin's tabs. One statement."""
    return counts(session, [])


def export_orders(
    session: Session,
    wanted: OrderFilter,
    *,
    zone: str = "Asia/Shanghai",
    translate: Callable[[str], str] = str,
) -> Iterator[str]:
    """CSV, one line an order line, newest order first; amounts in yuan, times in the store's zone.

    Streams: orders are read in batches by their place in the list, so memory stays flat and an
    order that is placed meanwhile shifts nothing. Cells that a spreadsheet might run are disarmed.

    Args:
        session: stays open until the last line is read.
        wanted: which orders.
        zone: the store's time zone.
        translate: turns catalogue entries (heads, states) into the reader's language.
    """
    yield csv_line([translate(head) for head in EXPORT_HEAD])
    after: tuple[datetime, object] | None = None
    while True:
        query = SUMMARY.where(*conditions(wanted))
        if after is not None:
            query = query.where(sa.tuple_(ORDER.c.placed_at, ORDER.c.id) < sa.tuple_(*after))
        newest = query.order_by(ORDER.c.placed_at.desc(), ORDER.c.id.desc()).limit(EXPORT_BATCH)
        rows = session.connection().execute(newest).all()
        for order in summaries(session, rows):
            yield from _export_lines(order, zone, translate(order.label))
        if len(rows) < EXPORT_BATCH:
            return
        after = rows[-1].placed_at, rows[-1].id


def conditions(wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    """A filter as conditions over orders joined with their member."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.status is not None:
        found.append(is_status(wanted.status))
    if wanted.has_open_after_sale is not None:
        has_open = ORDER.c.open_after_sales > 0
        found.append(has_open if wanted.has_open_after_sale else ~has_open)
    if wanted.since is not None:
        found.append(ORDER.c.placed_at >= wanted.since)
    if wanted.until is not None:
        found.append(ORDER.c.placed_at < wanted.until)
    if wanted.member_id is not None:
        found.append(of_member(wanted.member_id))
    if text := squeeze(wanted.query):
        found.append(_matches(text))
    return found


def _matches(text: str) -> sa.ColumnElement[bool]:
    """Order, after-sale or tracking number, phone, nickname, receiver, title of a line.

    The beginning or end of an order number will do, the end of a phone; a tracking number is whole.
    """
    line, sale = LINE, AFTER_SALE
    parcel = sa.exists().where(
        SHIPMENT.c.order_id == ORDER.c.id, SHIPMENT.c.tracking_no.in_({text, text.upper()})
    )
    if _DIGITS.match(text):
        digits = re.sub(r"[\s-]", "", text)
        return sa.or_(
            ORDER.c.order_no.startswith(digits, autoescape=True),
            ORDER.c.order_no.endswith(digits, autoescape=True),
            parcel,
            _member.c.phone.endswith(digits, autoescape=True),
            ORDER.c.receiver_phone.endswith(digits, autoescape=True),
        )
    titled = sa.select(line.c.id).where(
        line.c.order_id == ORDER.c.id, line.c.title.icontains(text, autoescape=True)
    )
    numbered = sa.select(sale.c.id).where(
        sale.c.order_id == ORDER.c.id, sale.c.after_sale_no == text.upper()
    )
    return sa.or_(
        _member.c.nickname.icontains(text, autoescape=True),
        ORDER.c.receiver_name.icontains(text, autoescape=True),
        parcel,
        sa.exists(titled),
        sa.exists(numbered),
    )


def _export_lines(order: OrderSummary, zone: str, status: str) -> Iterator[str]:
    for line in order.lines:
        yield csv_line(
            (
                f"#{order.order_no}",  # a bare number of 22 digits would be rounded
                _local(order.placed_at, zone),
                _local(order.paid_at, zone),
                status,
                order.nickname or order.phone,
                order.receiver,
                line.title,
                line.options_text,
                line.sku_code,
                line.quantity,
                format_yuan(line.unit_price_fen),
                format_yuan(line.discount_fen),
                format_yuan(line.paid_fen),
                format_yuan(line.refunded_fen),
                format_yuan(order.total_fen),
            )
        )


def _local(at: datetime | None, zone: str) -> str:
    return "" if at is None else at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
