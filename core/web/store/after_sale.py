"""Asking for money back: the wish, the list, where it stands."""

from collections.abc import Mapping
from dataclasses import field
from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.errors import Conflict, Rejected
from core.kernel.values import dataclass
from core.orders.rules import AFTER_SALE_REASONS
from core.orders.services import (
    after_sale_detail,
    after_sale_offer,
    list_after_sales,
    request_after_sale,
    withdraw_after_sale,
)
from core.orders.states import AfterSaleKind
from core.web import context, flash, i18n
from core.web.access import access
from core.web.render import render_store_page
from core.web.store.cart import as_id

bp = flask.Blueprint("store_after_sale", __name__)

_SHOWN = 50


@dataclass(frozen=True)
class Wish:
    """What the shopper filled in."""

    kind: str = "refund"
    reason: str = ""
    note: str = ""
    quantities: Mapping[str, int] = field(default_factory=dict)


@bp.get("/me/orders/<order_no>/after-sale")
@access("member")
def ask(order_no: str) -> str:
    """The form, with what can still be asked for."""
    return _page(order_no, Wish())


def _page(order_no: str, wish: Wish, failure: str = "") -> str:
    offer = after_sale_offer(context.reader(), order_no, member_id=context.member().subject_id)
    return render_store_page(
        "after_sale_ask.html",
        tab="me",
        subject=offer,
        offer=offer,
        form=wish,
        reasons=list(AFTER_SALE_REASONS.items()),
        failure=failure,
    )


@bp.post("/me/orders/<order_no>/after-sale")
@access("member")
def send(order_no: str) -> Response | tuple[str, int]:
    """Send the wish to the store."""
    member, wish = context.member(), _wish()
    try:
        wants = {as_id(line): n for line, n in wish.quantities.items() if n > 0}
        if not wants:
            raise Rejected("after_sale.nothing", "Choose at least one piece.")
        if wish.reason not in AFTER_SALE_REASONS:
            raise Rejected("after_sale.reason", "Please choose a reason.")
        with context.writing() as session:
            made = request_after_sale(
                session,
                member_id=member.subject_id,
                order_no=order_no,
                kind=AfterSaleKind(wish.kind),
                wants=wants,
                reason=wish.reason,
                note=wish.note,
            )
    except (Rejected, Conflict) as error:
        context.close_reader()
        return _page(order_no, wish, i18n.translate_error(error)), error.status
    flash.say("The store has your request and will answer.")
    return flask.redirect(f"/me/after-sales/{made}", 303)


def _wish() -> Wish:
    form = request.form
    quantities = {}
    for name, value in form.items():
        text = value.strip()
        if name.startswith("quantity.") and text.isdecimal() and len(text) <= 4:
            quantities[name.removeprefix("quantity.")] = int(text)
    return Wish(
        kind="return" if form.get("kind") == "return" else "refund",
        reason=form.get("reason", ""),
        note=form.get("note", "").strip()[:300],
        quantities=quantities,
    )


@bp.get("/me/after-sales")
@access("member")
def after_sales() -> str:
    """Every wish, newest first."""
    member_id = context.member().subject_id
    page = list_after_sales(context.reader(), member_id=member_id, per_page=_SHOWN)
    return render_store_page("after_sales.html", tab="me", sales=page.items)


@bp.get("/me/after-sales/<uuid:after_sale_id>")
@access("member")
def after_sale(after_sale_id: UUID) -> str:
    """One wish and where it stands."""
    sale = after_sale_detail(context.reader(), after_sale_id, member_id=context.member().subject_id)
    return render_store_page(
        "after_sale.html",
        tab="me",
        subject=sale,
        sale=sale,
        reason_label=AFTER_SALE_REASONS.get(sale.reason, sale.reason),
    )


@bp.post("/me/after-sales/<uuid:after_sale_id>/withdraw")
@access("member")
def withdraw(after_sale_id: UUID) -> Response:
    """Take a wish back."""
    with context.writing() as session:
        withdraw_after_sale(session, after_sale_id, member_id=context.member().subject_id)
    flash.say("Your request is withdrawn.")
    return flask.redirect(f"/me/after-sales/{after_sale_id}", 303)
