"""A member's orders: list by state, detail, cancel, confirm receipt, buy again."""

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.values import dataclass
from core.orders.services import (
    add_to_cart,
    cancel_order,
    cart_count,
    confirm_receipt,
    list_orders,
    member_cart,
    order_detail,
    status_counts,
)
from core.orders.states import OrderStatus, status_label
from core.orders.types import OrderView
from core.web import context, flash
from core.web.access import access
from core.web.render import remember_bag, render_store_page
from core.web.store.showing import story_of_order
from core.web.story import with_plugins

bp = flask.Blueprint("store_orders", __name__)

CANCEL_REASONS = (
    "I changed my mind",
    "I chose the wrong thing",
    "The address or phone is wrong",
    "I found it cheaper elsewhere",
    "Another reason",
)
_TABS = (OrderStatus.UNPAID, OrderStatus.TO_SHIP, OrderStatus.TO_RECEIVE, OrderStatus.COMPLETED)


@dataclass(frozen=True)
class StateTab:
    """A tab of the order list; the first one (all orders) has no key."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Step:
    """A stop on the order's way."""

    label: str
    icon: str
    is_done: bool
    is_now: bool


@bp.get("/me/orders")
@access("member")
def orders() -> str:
    """Orders, newest first, by state."""
    member_id, session = context.member().subject_id, context.reader()
    asked = request.args.get("state", "")
    status = OrderStatus(asked) if asked in set(OrderStatus) else None
    text = request.args.get("page", "1")
    number = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    page = list_orders(session, member_id, status=status, page=number)
    counts = status_counts(session, member_id)
    tabs = [StateTab("", "All", 0)]
    tabs += [
        StateTab(each, status_label(each), counts.get(each, 0) if each != _TABS[-1] else 0)
        for each in _TABS
    ]
    return render_store_page(
        "orders.html",
        tab="me",
        page=page,
        tabs_=tabs,
        status=status or "",
        page_url=f"/me/orders?{f'state={status}&' if status else ''}page=",
    )


@bp.get("/me/orders/<order_no>")
@access("member")
def order(order_no: str) -> str:
    """Everything about one order."""
    found = order_detail(context.reader(), order_no, member_id=context.member().subject_id)
    found = with_plugins(found, is_public=True)
    return render_store_page(
        "order.html",
        tab="me",
        subject=found,
        order=found,
        story=story_of_order(found),
        steps=steps_of(found),
        cancel_reasons=CANCEL_REASONS,
        aftersale_days=context.shop().settings().aftersale_days,
    )


def steps_of(found: OrderView) -> tuple[Step, ...]:
    """The way of an order that is alive; nothing for one that ended unpaid."""
    if found.status in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}:
        return ()
    stops = (
        ("Placed", "receipt", True),
        ("Paid", "wallet", found.paid_at is not None),
        ("Shipped", "truck", found.shipped_at is not None),
        ("Received", "package", found.received_at is not None),
    )
    reached = max(index for index, (_, _, is_done) in enumerate(stops) if is_done)
    return tuple(
        Step(label, icon, is_done, index == reached)
        for index, (label, icon, is_done) in enumerate(stops)
    )


@bp.post("/me/orders/<order_no>/cancel")
@access("member")
def cancel(order_no: str) -> Response:
    """Cancel an unpaid order."""
    text = request.form.get("reason", "0")
    index = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    reason = CANCEL_REASONS[min(index, len(CANCEL_REASONS) - 1)]
    member = context.member()
    with context.writing() as session:
        cancel_order(
            session, order_no, actor=member.actor, reason=reason, member_id=member.subject_id
        )
    flash.say("The order is cancelled.")
    return flask.redirect(f"/me/orders/{order_no}", 303)


@bp.post("/me/orders/<order_no>/receive")
@access("member")
def receive(order_no: str) -> Response:
    """Confirm that everything arrived."""
    member = context.member()
    with context.writing() as session:
        confirm_receipt(
            session,
            order_no,
            actor=member.actor,
            settings=context.shop().settings(),
            member_id=member.subject_id,
        )
    flash.say("Thank you. The order is complete.")
    return flask.redirect(f"/me/orders/{order_no}", 303)


@bp.post("/me/orders/<order_no>/again")
@access("member")
def again(order_no: str) -> Response:
    """Put what was ordered into the bag once more, as far as it can be bought."""
    member_id = context.member().subject_id
    found = order_detail(context.reader(), order_no, member_id=member_id)
    owner = member_cart(member_id)
    with context.writing() as session:
        for line in found.lines:
            change = add_to_cart(session, owner, line.sku_id, line.quantity)
            if change.message:
                flash.say(change.message, "warn", **dict(change.params))
        remember_bag(cart_count(session, owner))
    return flask.redirect("/cart", 303)
