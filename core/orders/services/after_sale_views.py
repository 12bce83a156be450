"""Reading after-sales: one, those of an order, lists."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.kernel.errors import NotFound
from core.kernel.paging import Page
from core.media.services import picture_views
from core.members.models import Member
from core.orders.services.tables import AFTER_SALE, AFTER_SALE_LINE, LINE, ORDER, Row
from core.orders.states import AfterSaleKind, AfterSaleState
from core.orders.types import AfterSaleLineView, AfterSaleView

_member = Member.__table__

_sales = (
    sa.select(AFTER_SALE, ORDER.c.order_no, _member.c.nickname)
    .join(ORDER, ORDER.c.id == AFTER_SALE.c.order_id)
    .join(_member, _member.c.id == AFTER_SALE.c.member_id)
)


_of_order = Prepared(
    _sales.where(AFTER_SALE.c.order_id == sa.bindparam("order_id", type_=sa.Uuid())).order_by(
        AFTER_SALE.c.created_at, AFTER_SALE.c.id
    )
)


def after_sale_detail(
    session: Session, after_sale_id: UUID, *, member_id: UUID | None = None
) -> AfterSaleView:
    """One after-sale. With ``member_id``: only that member's.

    Raises:
        NotFound: no such after-sale, or not this member's.
    """
    wanted = [AFTER_SALE.c.id == after_sale_id]
    if member_id is not None:
        wanted.append(AFTER_SALE.c.member_id == member_id)
    row = session.connection().execute(_sales.where(*wanted)).first()
    if row is None:
        raise NotFound("after_sale.unknown", "There is no such after-sale.")
    return _views(session, [row])[0]


def after_sales_of(session: Session, order: Row) -> tuple[AfterSaleView, ...]:
    """After-sales of an order, oldest first. One that was never paid has none, and asks nothing."""
    if order.paid_at is None:
        return ()
    return _views(session, _of_order.all(session, {"order_id": order.id}))


def list_after_sales(
    session: Session,
    *,
    state: AfterSaleState | None = None,
    member_id: UUID | None = None,
    page: int = 1,
    per_page: int = 20,
) -> Page[AfterSaleView]:
    """After-sales of the store, or of one member, newest first. Four statements."""
    wanted: list[sa.ColumnElement[bool]] = []
    if state is not None:
        wanted.append(AFTER_SALE.c.state == state)
    if member_id is not None:
        wanted.append(AFTER_SALE.c.member_id == member_id)
    number, per_page = max(1, page), max(1, min(per_page, 100))
    connection = session.connection()
    total = (
        connection.scalar(sa.select(sa.func.count()).select_from(AFTER_SALE).where(*wanted)) or 0
    )
    query = (
        _sales.where(*wanted)
        .order_by(AFTER_SALE.c.created_at.desc(), AFTER_SALE.c.id.desc())
        .limit(per_page)
        .offset((number - 1) * per_page)
    )
    return Page(_views(session, connection.execute(query).all()), total, number, per_page)


def _views(session: Session, rows: Sequence[Row]) -> tuple[AfterSaleView, ...]:
    lines = _lines(session, [row.id for row in rows])
    return tuple(
        AfterSaleView(
            after_sale_id=row.id,
            after_sale_no=row.after_sale_no,
            order_id=row.order_id,
            order_no=row.order_no,
            member_id=row.member_id,
            nickname=row.nickname,
            kind=AfterSaleKind(row.kind),
            state=AfterSaleState(row.state),
            reason=row.reason,
            note=row.note,
            answer=row.answer,
            amount_fen=row.amount_fen,
            freight_fen=row.freight_fen,
            lines=lines.get(row.id, ()),
            created_at=row.created_at,
            decided_at=row.decided_at,
            closed_at=row.closed_at,
        )
        for row in rows
    )


def _lines(
    session: Session, after_sale_ids: Sequence[UUID]
) -> dict[UUID, tuple[AfterSaleLineView, ...]]:
    if not after_sale_ids:
        return {}
    query = (
        sa.select(AFTER_SALE_LINE, LINE.c.title, LINE.c.options, LINE.c.picture_id)
        .join(LINE, LINE.c.id == AFTER_SALE_LINE.c.order_line_id)
        .where(AFTER_SALE_LINE.c.after_sale_id.in_(after_sale_ids))
        .order_by(LINE.c.position)
    )
    rows = session.connection().execute(query).all()
    pictures = picture_views(session, {row.picture_id for row in rows if row.picture_id})
    found: dict[UUID, list[AfterSaleLineView]] = {}
    for row in rows:
        view = AfterSaleLineView(
            line_id=row.order_line_id,
            title=row.title,
            options=row.options,
            picture=pictures.get(row.picture_id),
            quantity=row.quantity,
            amount_fen=row.amount_fen,
        )
        found.setdefault(row.after_sale_id, []).append(view)
    return {sale_id: tuple(views) for sale_id, views in found.items()}
