"""The bag: of a member, or of a guest's browser."""

from urllib.parse import quote
from uuid import UUID

import flask
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.catalog.services import product_detail
from core.kernel.errors import Conflict, InvalidInput, Rejected
from core.orders.services import (
    add_to_cart,
    cart_count,
    cart_view,
    guest_cart,
    member_cart,
    remove_lines,
    select_lines,
    set_quantity,
)
from core.orders.types import CartChange, CartView
from core.web import context, errors, flash, i18n, regions
from core.web.access import access
from core.web.render import remember_bag, render_store_page
from core.web.store import home
from core.web.store.showing import chosen_sku, story_of

bp = flask.Blueprint("store_cart", __name__)

_MOST = 999


def owner(*, make: bool = False) -> str | None:
    """Whose bag this request means.

    Args:
        make: give a guest without a bag a browser id for one; otherwise there is ``None``.
    """
    member = context.current_member()
    if member is not None:
        return member_cart(member.subject_id)
    visitor = context.ensure_visitor() if make else context.visitor()
    return guest_cart(visitor) if visitor else None


def view_bag(whose: str | None) -> CartView:
    """The bag with its quote; an empty one for a browser that has none."""
    if whose is None:
        return CartView(owner="", lines=(), quote=None)
    shop, member = context.shop(), context.current_member()
    return cart_view(
        context.reader(),
        whose,
        member_id=member.subject_id if member else None,
        settings=shop.settings(),
        extensions=shop.extensions(),
    )


@bp.get("/cart")
@access("public")
def bag() -> str:
    """What lies in the bag and what it costs."""
    view = view_bag(owner())
    remember_bag(view.pieces)
    settings = context.shop().settings()
    story = story_of(view.quote) if view.quote else None
    picks = home.cards("sold", 4).items if len(view.lines) < 4 else ()
    regions.note_cards(picks)
    short = settings.free_freight_from_fen - story.goods_fen if story else 0
    return render_store_page(
        "cart.html",
        tab="bag",
        subject=view,
        cart=view,
        story=story,
        to_free_fen=short if story and story.total_fen > story.goods_fen and short > 0 else 0,
        picks=picks,
    )


@bp.post("/cart/add")
@access("public")
def add() -> Response:
    """Put a SKU into the bag, or go straight to the checkout with it.

    Who has no script and may not have it is led back to the product, which says why.
    """
    try:
        return _add()
    except (Rejected, Conflict) as error:
        slug = request.form.get("product", "")[:120]
        if errors.wants_json() or not slug:
            raise
        told = {name: v for name, v in error.params.items() if isinstance(v, str | int)}
        flash.say(error.message, "error", **told)
        return flask.redirect(f"/p/{quote(slug)}", 303)


def _add() -> Response:
    sku_id, slug = _wanted()
    quantity = max(1, _whole(request.form.get("quantity", "1")) or 1)
    if request.form.get("then") == "buy":
        return flask.redirect(f"/checkout?want={sku_id}:{quantity}", 303)
    whose = owner(make=True)
    assert whose is not None
    with context.writing() as session:
        change = add_to_cart(session, whose, sku_id, quantity)
        pieces = cart_count(session, whose)
    remember_bag(pieces)
    message, params = _told(change)
    if errors.wants_json():
        text = i18n.sentence(message, params)
        return flask.jsonify({"message": text, "pieces": pieces, "ok": not change.message})
    flash.say(message, "warn" if change.message else "ok", **params)
    return flask.redirect(f"/p/{slug}" if slug else "/cart", 303)


def _told(change: CartChange) -> tuple[str, dict[str, object]]:
    return (change.message, dict(change.params)) if change.message else ("It is in your bag.", {})


def _wanted() -> tuple[UUID, str]:
    """The SKU that a form means and the address of its product."""
    slug = request.form.get("product", "")[:120]
    text = request.form.get("sku", "")
    if text:
        return as_id(text), slug
    product = product_detail(context.reader(), slug)
    sku = chosen_sku(product, request.form)
    if sku is None:
        raise Rejected("store.combination", "This combination does not exist. Please choose again.")
    return sku.id, slug


@bp.post("/cart")
@access("public")
def change() -> Response:
    """Quantities, selection, removal; then back to the bag or on to the checkout.

    A quantity that cannot be read stays what it was.
    """
    whose = owner(make=True)
    assert whose is not None
    form = request.form
    with context.writing() as session:
        if form.get("remove"):
            remove_lines(session, whose, [as_id(form["remove"])])
        else:
            wanted = {
                as_id(name.removeprefix("quantity.")): _whole(value)
                for name, value in form.items()
                if name.startswith("quantity.")
            }
            changes = [
                set_quantity(session, whose, sku, n) for sku, n in wanted.items() if n is not None
            ]
            _select(session, whose, list(wanted))
            for each in changes:
                if each.message:
                    flash.say(each.message, "warn", **dict(each.params))
    if form.get("action") == "clear":
        _clear(whose)
    to_checkout = form.get("action") == "checkout" and not form.get("remove")
    return flask.redirect("/checkout" if to_checkout else "/cart", 303)


def _select(session: Session, whose: str, known: list[UUID]) -> None:
    form = request.form
    chosen = {as_id(text) for text in form.getlist("selected")}
    if form.get("action") == "all":
        chosen = set(known) if form.get("all") else set()
    others = [sku for sku in known if sku not in chosen]
    if chosen:
        select_lines(session, whose, list(chosen), selected=True)
    if others:
        select_lines(session, whose, others, selected=False)


def _clear(whose: str) -> None:
    gone = [line.sku_id for line in view_bag(whose).problem_lines]
    if gone:
        with context.writing() as session:
            remove_lines(session, whose, gone)


def as_id(text: str) -> UUID:
    """An id from an address or a form.

    Raises:
        InvalidInput: no id.
    """
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(
            "web.id", "This link is not complete. Please go back and try again.", field="id"
        ) from None


def _whole(text: str) -> int | None:
    """Pieces in digits of either width, ``_MOST`` at most; ``None`` for what is no number."""
    text = text.strip()
    return min(int(text), _MOST) if text.isdecimal() and len(text) <= 4 else None
