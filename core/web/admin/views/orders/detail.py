"""One order: its story, lines, money and people, and what staff may do with it."""

from typing import Any

from flask import request

from core.kernel.errors import ShopError
from core.orders.services import (
    add_entry,
    cancel_order,
    confirm_receipt,
    order_detail,
    ship,
)
from core.payments.services import attempts_of, refunds_of
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done, refused
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.contributed import panels
from core.web.admin.forms.orders import (
    CARRIERS,
    ConfirmPaymentForm,
    NoteForm,
    ReaddressForm,
    ReasonForm,
    ShipForm,
)
from core.web.admin.queries.buyers import buyer
from core.web.admin.queries.payments import suspense_of
from core.web.admin.queries.people import actor_names, member_names
from core.web.admin.render import render_admin_page
from core.web.story import with_plugins


@admin.get("/orders/<order_no>")
@access("staff:order.view")
def order(order_no: str) -> str:
    """The order's page."""
    return show_order(order_no)


def show_order(order_no: str, *, errors: Any = (), opened: str = "", **forms: Any) -> str:
    """The order's page, with a form that was refused as it was typed.

    Args:
        order_no: which order.
        errors: sentences of a refusal.
        opened: name of the form to show open.
        forms: forms by name that hold what was typed.
    """
    session = context.reader()
    found = with_plugins(order_detail(session, order_no), is_public=False)
    people = [found.member_id, *(member_id for _, member_id in found.chain)]
    return render_admin_page(
        "orders/detail.html",
        here="orders",
        order=found,
        buyer=buyer(session, found.member_id),
        attempts=attempts_of(session, found.order_id),
        refunds=refunds_of(session, found.order_id),
        suspense=suspense_of(session, found.order_id),
        names=member_names(session, people),
        actors=actor_names(session, [entry.actor for entry in found.timeline]),
        panels=panels(session, "order", found.order_id),
        carriers=CARRIERS,
        errors=list(errors),
        opened=opened,
        ship_form=forms.get("ship_form") or ShipForm(),
        cancel_form=forms.get("cancel_form") or ReasonForm(prefix="cancel-"),
        address_form=forms.get("address_form") or ReaddressForm(obj=found.address, prefix="to-"),
        note_form=forms.get("note_form") or NoteForm(),
        pay_form=forms.get("pay_form") or ConfirmPaymentForm(data={"amount_fen": found.total_fen}),
    )


@admin.post("/orders/<order_no>/ship")
@access("staff:order.ship")
def ship_order(order_no: str) -> Answer:
    """A parcel left."""
    form = ShipForm(request.form)
    if not form.validate():
        return show_order(order_no, opened="ship", ship_form=form), 422
    try:
        with context.writing() as session:
            ship(
                session,
                order_no,
                carrier=form.carrier.data or "",
                tracking_no=form.tracking_no.data or "",
                actor=context.staff().actor,
            )
            record(session, "order.ship", "order", order_no, after=form.data)
    except ShopError as error:
        return refused(error, show_order, order_no=order_no, opened="ship", ship_form=form)
    return done(f"/admin/orders/{order_no}", "The parcel is on its way.")


@admin.post("/orders/<order_no>/cancel")
@access("staff:order.edit")
def cancel(order_no: str) -> Answer:
    """End an unpaid order."""
    form = ReasonForm(request.form, prefix="cancel-")
    if not form.validate():
        return show_order(order_no, opened="cancel", cancel_form=form), 422
    reason = form.reason.data or ""
    try:
        with context.writing() as session:
            cancel_order(session, order_no, actor=context.staff().actor, reason=reason)
            record(session, "order.cancel", "order", order_no, after={"reason": reason})
    except ShopError as error:
        return refused(error, show_order, order_no=order_no, opened="cancel", cancel_form=form)
    return done(f"/admin/orders/{order_no}", "The order is cancelled; its stock is free again.")


@admin.post("/orders/<order_no>/receive")
@access("staff:order.edit")
def receive(order_no: str) -> Answer:
    """The shopper has the parcel, as staff know from elsewhere."""
    try:
        with context.writing() as session:
            confirm_receipt(
                session,
                order_no,
                actor=context.staff().actor,
                settings=context.shop().settings(),
            )
            record(session, "order.receive", "order", order_no)
    except ShopError as error:
        return refused(error, show_order, order_no=order_no)
    return done(f"/admin/orders/{order_no}", "The order is marked as received.")


@admin.post("/orders/<order_no>/note")
@access("staff:order.edit")
def note(order_no: str) -> Answer:
    """A word for colleagues in the order's story; shoppers never see it."""
    form = NoteForm(request.form)
    if not form.validate():
        return show_order(order_no, note_form=form), 422
    found = order_detail(context.reader(), order_no)
    with context.writing() as session:
        add_entry(
            session,
            found.order_id,
            "note",
            "Note: %(text)s",
            actor=context.staff().actor,
            params={"text": form.text.data},
        )
        record(session, "order.note", "order", order_no, after=form.data)
    return done(f"/admin/orders/{order_no}", "The note is in the order's story.")
