"""After-sales: what shoppers want back, and the store's answer."""

from typing import Any
from uuid import UUID

from flask import request

from core.kernel.errors import ShopError
from core.orders.services import (
    after_sale_detail,
    approve_after_sale,
    list_after_sales,
    order_detail,
    reject_after_sale,
)
from core.orders.states import AfterSaleState
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, page_number
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.orders import DecideForm
from core.web.admin.queries.buyers import buyer
from core.web.admin.queries.waiting import waiting_counts
from core.web.admin.render import render_admin_page


@admin.get("/after-sales")
@access("staff:aftersale.view")
def after_sales() -> str:
    """Newest first, by state; those to decide at first."""
    session = context.reader()
    asked = request.args.get("state", "")
    state = AfterSaleState(asked) if asked in set(AfterSaleState) else None
    return render_admin_page(
        "orders/after_sales.html",
        here="after_sales",
        page=list_after_sales(session, state=state, page=page_number(), per_page=20),
        state=state,
        states=list(AfterSaleState),
        open_count=waiting_counts(session)["after_sales"],
    )


@admin.get("/after-sales/<uuid:after_sale_id>")
@access("staff:aftersale.view")
def after_sale(after_sale_id: UUID) -> str:
    """One after-sale."""
    return _show(after_sale_id)


def _show(after_sale_id: UUID, form: DecideForm | None = None, errors: Any = ()) -> str:
    session = context.reader()
    found = after_sale_detail(session, after_sale_id)
    return render_admin_page(
        "orders/after_sale.html",
        here="after_sales",
        after_sale=found,
        order=order_detail(session, found.order_no),
        buyer=buyer(session, found.member_id),
        form=form or DecideForm(data={"freight_fen": found.freight_fen}),
        errors=list(errors),
    )


@admin.post("/after-sales/<uuid:after_sale_id>")
@access("staff:aftersale.decide")
def decide(after_sale_id: UUID) -> Answer:
    """Agree, or decline with an answer that the shopper reads."""
    form = DecideForm(request.form)
    is_agreed = request.form.get("decision") == "approve"
    if not form.validate():
        return _show(after_sale_id, form), 422
    if not is_agreed and not (form.answer.data or "").strip():
        form.answer.errors = [i18n.gettext("Say why, so that the shopper understands.")]
        return _show(after_sale_id, form), 422
    try:
        _decide(after_sale_id, form, is_agreed=is_agreed)
    except ShopError as error:
        left = form.refuse(error)
        return _show(after_sale_id, form, errors=left), error.status
    message = "Agreed: the refund is on its way." if is_agreed else "Declined, with your answer."
    return done("/admin/after-sales?state=requested", message)


def _decide(after_sale_id: UUID, form: DecideForm, *, is_agreed: bool) -> None:
    actor, answer = context.staff().actor, (form.answer.data or "").strip()
    with context.writing() as session:
        if is_agreed:
            approve_after_sale(
                session,
                after_sale_id,
                actor=actor,
                answer=answer,
                freight_fen=form.freight_fen.data,
            )
        else:
            reject_after_sale(session, after_sale_id, actor=actor, answer=answer)
        record(
            session,
            "after_sale.approve" if is_agreed else "after_sale.reject",
            "after_sale",
            after_sale_id,
            after={"answer": answer},
        )
