"""The merchant's list of commissions: narrowed, summed, a page at a time or all. Read only."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.values import dataclass
from plugins.distribution.models import Commission, Hold
from plugins.distribution.rules import Scope
from plugins.distribution.rules.places import Place
from plugins.distribution.services.overview import older_than
from plugins.distribution.services.reports import CommissionView, in_state, view_of

_TABLE: Any = Commission.__table__
_HOLD: Any = Hold.__table__
_CHUNK = 500
MOST = 5_000
"""Commissions of one filter that are counted, summed and paged through at a time."""
LEVELS = (0, 1, 2, 3)
SORTS = ("newest", "oldest", "most", "least")
"""In which order a list stands: by when they accrued, or by what is left of them."""


@dataclass(frozen=True)
class CommissionFilter:
    """What the list of commissions is narrowed to; empty fields do not narrow.

    Args:
        state: one of ``reports.STATES``, ``held`` or ``rejected``.
        order_no: the whole number.
        members: ids of distributors, or a selection of them.
        buyers: the same of those who bought.
        products: ids of products.
        plan_id: the plan that paid.
        level: 0 (the buyer's own) to 3.
        scope: where the rate was found.
        since: accrued at or after this instant.
        until: accrued at or before this one.
    """

    state: str = ""
    order_no: str = ""
    members: Any = None
    buyers: Any = None
    products: Collection[UUID] | None = None
    plan_id: UUID | None = None
    level: int | None = None
    scope: Scope | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class CommissionSums:
    """What a filter finds, over all its pages; fen. ``amount_fen`` is before refunds.

    ``more``: there are more than :data:`MOST`, all figures are of the newest so many, and the older
    ones come after this place.
    """

    count: int
    orders: int
    amount_fen: int
    reversed_fen: int
    more: Place | None = None

    @property
    def left_fen(self) -> int:
        """What remains after refunds."""
        return self.amount_fen - self.reversed_fen


def find_commissions(
    session: Session,
    wanted: CommissionFilter,
    *,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
    sort: str = "newest",
) -> tuple[list[CommissionView], CommissionSums]:
    """A page of commissions and the sums over all pages. One statement.

    No more than :data:`MOST` are counted, sorted and paged through, the newest of them, so that
    nothing costs more with every order that is ever paid. The older ones are found after the last
    of these.

    Args:
        session: any session.
        wanted: what to narrow to.
        limit: rows a page.
        offset: rows before the page.
        after: only what is older than this place.
        sort: one of :data:`SORTS`.
    """
    where = _conditions(wanted)
    if after is not None:
        where.append(older_than(after, _TABLE.c.accrued_at, _TABLE.c.id))
    newest = _newest(where)
    sums = _sums_of(newest)
    listed = _in_order(newest, sort)
    is_shown = listed.c.place.between(offset + 1, min(offset + limit, MOST))
    rows = session.execute(
        sa.select(sums, listed.c.number, listed.c.place, _TABLE)
        .select_from(sums)
        .outerjoin(listed, is_shown | (listed.c.number == MOST))
        .outerjoin(_TABLE, _TABLE.c.id == listed.c.id)
        .order_by(listed.c.place)
    ).mappings()
    shown = list(rows)
    first = shown[0]
    ends = [Place(row["accrued_at"], row["id"]) for row in shown if row["number"] == MOST]
    more = ends[0] if first["found"] > MOST else None
    found = CommissionSums(
        min(first["found"], MOST), first["orders"], int(first["earned"]), int(first["taken"]), more
    )
    page = [row for row in shown if row["place"] and offset < row["place"] <= offset + limit]
    return [view_of(row) for row in page], found


def _newest(where: list[sa.ColumnElement[bool]]) -> sa.CTE:
    """Numbered from 1; one more than are counted, to know whether there are more."""
    order = _TABLE.c.accrued_at.desc(), _TABLE.c.id.desc()
    return (
        sa.select(
            _TABLE.c.id,
            _TABLE.c.order_id,
            _TABLE.c.amount_fen,
            _TABLE.c.reversed_fen,
            sa.func.row_number().over(order_by=order).label("number"),
        )
        .where(*where)
        .order_by(*order)
        .limit(MOST + 1)
        .cte("newest")
    )


def _in_order(newest: sa.CTE, sort: str) -> sa.Subquery:
    """Those that are counted with their place in the list, from 1."""
    left = newest.c.amount_fen - newest.c.reversed_fen
    orders = {"oldest": [newest.c.number.desc()], "most": [left.desc()], "least": [left.asc()]}
    order = [*orders.get(sort, []), newest.c.number]
    place = sa.func.row_number().over(order_by=order).label("place")
    return sa.select(newest, place).where(newest.c.number <= MOST).subquery("listed")


def _sums_of(newest: sa.CTE) -> sa.Subquery:
    is_counted = newest.c.number <= MOST
    return sa.select(
        sa.func.count().label("found"),
        sa.func.count(newest.c.order_id.distinct()).filter(is_counted).label("orders"),
        sa.func.coalesce(sa.func.sum(newest.c.amount_fen).filter(is_counted), 0).label("earned"),
        sa.func.coalesce(sa.func.sum(newest.c.reversed_fen).filter(is_counted), 0).label("taken"),
    ).subquery("sums")


def export_commissions(
    session: Session, wanted: CommissionFilter
) -> Iterator[list[CommissionView]]:
    """All commissions of a filter in the order they accrued, some hundred at a time."""
    after: UUID | None = None
    where = _conditions(wanted)
    while True:
        query = sa.select(_TABLE).where(*where).order_by(_TABLE.c.id).limit(_CHUNK)
        if after is not None:
            query = query.where(_TABLE.c.id > after)
        chunk = [view_of(row) for row in session.execute(query).mappings()]
        if chunk:
            yield chunk
        if len(chunk) < _CHUNK:
            return
        after = chunk[-1].id


@dataclass(frozen=True)
class Refusal:
    """Who rejected a commission, when and why.

    Args:
        actor: ``staff:<uuid>``.
        note: what they wrote; the distributor reads it, too.
        at: when; aware UTC.
    """

    actor: str
    note: str
    at: datetime | None


def refused_of(session: Session, found: Collection[CommissionView]) -> dict[UUID, Refusal]:
    """Those of some commissions that a person rejected, by their ids. One statement."""
    if not found:
        return {}
    rows = session.execute(
        sa.select(_TABLE.c.id, _HOLD.c.actor, _HOLD.c.note, _HOLD.c.decided_at)
        .join(
            _HOLD,
            sa.and_(
                _HOLD.c.order_id == _TABLE.c.order_id,
                _HOLD.c.beneficiary_id == _TABLE.c.beneficiary_id,
            ),
        )
        .where(_TABLE.c.id.in_([each.id for each in found]), _HOLD.c.state == "rejected")
        .order_by(_HOLD.c.id)
    )
    return {row.id: Refusal(row.actor, row.note, row.decided_at) for row in rows}


def refusals_on(session: Session, order_id: UUID) -> dict[UUID, Refusal]:
    """Who rejected the commissions of an order, by their beneficiaries. One statement."""
    rows = session.execute(
        sa.select(_HOLD.c.beneficiary_id, _HOLD.c.actor, _HOLD.c.note, _HOLD.c.decided_at)
        .where(_HOLD.c.order_id == order_id, _HOLD.c.state == "rejected")
        .order_by(_HOLD.c.id)
    )
    return {row.beneficiary_id: Refusal(row.actor, row.note, row.decided_at) for row in rows}


def _is_rejected() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        _HOLD.c.order_id == _TABLE.c.order_id,
        _HOLD.c.beneficiary_id == _TABLE.c.beneficiary_id,
        _HOLD.c.state == "rejected",
    )


def _in_state(state: str) -> sa.ColumnElement[bool]:
    if state == "held":
        return sa.and_(_TABLE.c.is_held)  # spelt as the index says it
    return _is_rejected() if state == "rejected" else in_state(state)


def _conditions(wanted: CommissionFilter) -> list[sa.ColumnElement[bool]]:
    chosen: list[tuple[Any, Any]] = [
        (wanted.state or None, lambda state: _in_state(state)),
        (wanted.order_no or None, lambda number: _TABLE.c.order_no == number),
        (wanted.members, _TABLE.c.beneficiary_id.in_),
        (wanted.buyers, _TABLE.c.buyer_id.in_),
        (wanted.products, _TABLE.c.product_id.in_),
        (wanted.plan_id, lambda plan_id: _TABLE.c.plan_id == plan_id),
        (wanted.level, lambda level: _TABLE.c.level == level),
        (wanted.scope, lambda scope: _TABLE.c.scope == scope),
        (wanted.since, lambda since: _TABLE.c.accrued_at >= since),
        (wanted.until, lambda until: _TABLE.c.accrued_at <= until),
    ]
    return [condition(value) for value, condition in chosen if value is not None]
