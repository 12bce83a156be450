"""Stock: what is on the shelf, changes by hand, and the log of every movement."""

from typing import Any
from uuid import UUID

from flask import request

from core.kernel.errors import NotFound, Rejected, ShopError
from core.kernel.ids import new_token
from core.stock.rules import MovementKind
from core.stock.services import adjust, receive, recount, set_low_at
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done, page_number, query_text
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.products import AdjustForm, LowForm
from core.web.admin.queries.people import actor_names
from core.web.admin.queries.stocks import (
    LEVELS,
    StockRow,
    level_counts,
    movement_rows,
    stock_row,
    stock_rows,
)
from core.web.admin.queries.things import thing_of, things
from core.web.admin.render import render_admin_page


@admin.get("/stock")
@access("staff:product.view")
def stock() -> str:
    """Every SKU with its stock; low and sold-out ones as views of their own."""
    session = context.reader()
    asked = request.args.get("level", "")
    level = asked if asked in LEVELS else ""
    return render_admin_page(
        "catalog/stock.html",
        here="stock",
        page=stock_rows(session, query=query_text(), level=level, page=page_number()),
        counts=level_counts(session),
        level=level,
        query=query_text(),
        is_narrowed=bool(request.args),
    )


@admin.get("/stock/movements")
@access("staff:product.view")
def stock_movements() -> str:
    """Every change of stock, newest first."""
    session, kind = context.reader(), request.args.get("kind", "")
    page = movement_rows(session, kind=kind[:16], page=page_number())
    return render_admin_page(
        "catalog/movements.html",
        here="stock",
        page=page,
        kind=kind,
        kinds=[each.value for each in MovementKind],
        actors=actor_names(session, [row.actor for row in page.items]),
        things=things(session, [thing_of(row.reference) for row in page.items]),
    )


@admin.get("/stock/<uuid:sku_id>")
@access("staff:product.view")
def stock_of_one(sku_id: UUID) -> str:
    """One SKU: its stock, a form to change it, its movements."""
    return _show(sku_id)


def _show(sku_id: UUID, errors: Any = (), **forms: Any) -> str:
    session, row = context.reader(), _row(sku_id)
    page = movement_rows(session, sku_id=sku_id, page=page_number(), per_page=20)
    return render_admin_page(
        "catalog/stock_sku.html",
        here="stock",
        row=row,
        page=page,
        actors=actor_names(session, [each.actor for each in page.items]),
        things=things(session, [thing_of(each.reference) for each in page.items]),
        adjust_form=forms.get("adjust_form") or AdjustForm(data={"token": new_token(12)}),
        low_form=forms.get("low_form") or LowForm(data={"low_at": row.low_at}),
        errors=list(errors),
    )


def _row(sku_id: UUID) -> StockRow:
    row = stock_row(context.reader(), sku_id)
    if row is None:
        raise NotFound("catalog.no_sku", "There is no such SKU.")
    return row


@admin.post("/stock/<uuid:sku_id>/adjust")
@access("staff:stock.adjust")
def adjust_stock(sku_id: UUID) -> Answer:
    """Pieces came in, were miscounted, or were counted anew."""
    form, row = AdjustForm(request.form), _row(sku_id)
    if not form.validate():
        return _show(sku_id, adjust_form=form), 422
    try:
        with context.writing() as session:
            _change(session, sku_id, form)
            after = stock_row(session, sku_id)
            record(
                session,
                "stock.adjust",
                "sku",
                row.code,
                before={"on_hand": row.on_hand},
                after={
                    "on_hand": after.on_hand if after else None,
                    "kind": form.kind.data,
                    "reason": form.reason.data,
                },
            )
    except ShopError as error:
        return _show(sku_id, form.refuse(error), adjust_form=form), error.status
    return done(f"/admin/stock/{sku_id}", "The stock is changed.")


def _change(session: Any, sku_id: UUID, form: AdjustForm) -> None:
    quantity, actor = int(form.quantity.data or 0), context.staff().actor
    key, reason = f"admin:{form.token.data or new_token(12)}"[:60], form.reason.data or ""
    if form.kind.data == "adjust" and quantity == 0:
        raise Rejected("stock.same", "A correction by 0 changes nothing.", field="quantity")
    if form.kind.data == "adjust":
        adjust(session, sku_id, quantity, key=key, reason=reason, actor=actor)
    elif quantity < 0 or (form.kind.data == "receive" and quantity == 0):
        raise Rejected("stock.quantity", "Give a number of pieces above 0.", field="quantity")
    elif form.kind.data == "receive":
        receive(session, {sku_id: quantity}, key=key, actor=actor, reference=reason)
    else:
        recount(
            session,
            {sku_id: quantity},
            key=key,
            actor=actor,
            kind=MovementKind.ADJUSTED,
            reference=reason,
        )


@admin.post("/stock/<uuid:sku_id>/low")
@access("staff:stock.adjust")
def change_low(sku_id: UUID) -> Answer:
    """Set from how few pieces the SKU counts as low."""
    form, row = LowForm(request.form), _row(sku_id)
    if not form.validate():
        return _show(sku_id, low_form=form), 422
    try:
        with context.writing() as session:
            set_low_at(session, sku_id, int(form.low_at.data or 0))
            record(
                session,
                "stock.low_at",
                "sku",
                row.code,
                before={"low_at": row.low_at},
                after={"low_at": form.low_at.data},
            )
    except ShopError as error:
        return _show(sku_id, form.refuse(error), low_form=form), error.status
    return done(f"/admin/stock/{sku_id}", "Saved.")
