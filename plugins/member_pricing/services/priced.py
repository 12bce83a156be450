"""Which products have a member price at all: pages that show none of them need not ask for prices.

A page that asks because nothing is remembered gets the list with its prices, in one statement.
"""

import time
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.db import Prepared, only_reads, shared
from plugins.member_pricing.models import PriceRow

KEPT_SECONDS, KEPT_SECONDS_OF_MANY = 1.0, 60.0
"""How long the list is good; that there are too many for it means to ask, which is never wrong."""
MOST = 2_000
"""More products are not remembered."""
_KEY = "member_pricing.priced"
_UNKNOWN: tuple[float, frozenset[UUID] | None] = (0.0, None)


def may_be_priced(session: Session, product_ids: Iterable[UUID]) -> bool:
    """Whether one of these products may have a price for somebody; units of work always ask."""
    if not only_reads(session):
        return True
    until, found = shared(session).get(_KEY, _UNKNOWN)
    return until <= time.monotonic() or found is None or not found.isdisjoint(product_ids)


def is_list_due(session: Session) -> bool:
    """Whether a page that asks for prices should ask for the list, too."""
    if not only_reads(session):
        return False
    until, _found = shared(session).get(_KEY, _UNKNOWN)
    return bool(until <= time.monotonic())


def remember_priced(session: Session, product_ids: Collection[UUID]) -> None:
    """Remember the list; one that :func:`with_list` had to cut is not."""
    is_whole = len(product_ids) <= MOST
    seconds = KEPT_SECONDS if is_whole else KEPT_SECONDS_OF_MANY
    found = frozenset(product_ids) if is_whole else None
    shared(session)[_KEY] = time.monotonic() + seconds, found


def forget_priced(session: Session) -> None:
    """Prices change: what is remembered in this process is asked for anew."""
    shared(session).pop(_KEY, None)


def with_list(prices: sa.Select[Any]) -> Prepared:
    """A statement of prices, whose first column is the product, with the list behind its rows.

    Rows of the list have ``is_listed`` and the product, and nothing else.
    """
    table: Any = PriceRow.__table__
    listed = sa.select(table.c.product_id).distinct().limit(sa.literal_column(str(MOST + 1)))
    ids = listed.subquery("listed")
    nothing = [sa.null().label(column.key) for column in list(prices.selected_columns)[1:]]
    is_listed = [
        sa.literal_column(number, sa.Integer()).label("is_listed") for number in ("0", "1")
    ]
    return Prepared(
        sa.union_all(
            prices.add_columns(is_listed[0]), sa.select(ids.c.product_id, *nothing, is_listed[1])
        )
    )
