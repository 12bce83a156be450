"""From the bag to an order: address, lines, price, one button.

The total the shopper sees goes back with the form; when it is no longer right nothing is ordered,
the page shows what changed, and everything typed stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.errors import Conflict, InvalidInput, NotFound, PluginError, Rejected
from core.kernel.ids import new_token
from core.members.services import add_address, addresses_of
from core.members.types import AddressView
from core.orders.services import cart_count, cart_view, member_cart, place_order, wants_view
from core.orders.types import CartView
from core.web import context, figures, i18n
from core.web.access import access
from core.web.render import remember_bag, render_store_page
from core.web.store.addresses import PROVINCES, AddressInput, address_errors, address_input
from core.web.store.cart import as_id
from core.web.store.showing import Story, story_of

bp = flask.Blueprint("store_checkout", __name__)

_MOST_WANTS = 20


@dataclass
class Draft:
    """What the shopper has entered so far."""

    wants: Mapping[UUID, int]
    choice: str
    address: AddressInput
    note: str
    request_key: str
    choices: Mapping[str, str]
    address_errors: Mapping[str, str] = field(default_factory=dict)


@bp.get("/checkout")
@access("member")
def checkout() -> str | Response:
    """The form, filled with the default address."""
    member = context.member()
    addresses = addresses_of(context.reader(), member.subject_id)
    draft = Draft(
        wants=_wants(request.args.getlist("want")),
        choice=str(addresses[0].id) if addresses else "new",
        address=AddressInput(is_required=not addresses),
        note="",
        request_key=new_token(18),
        choices={},
    )
    view = _view(draft, addresses)
    if view.is_empty:
        return flask.redirect("/cart", 303)
    return _page(draft, addresses, view)


@bp.post("/checkout")
@access("member")
def submit() -> Any:
    """Place the order, or show the form again with fresh prices (``action=refresh``)."""
    member = context.member()
    addresses = addresses_of(context.reader(), member.subject_id)
    draft = _draft(addresses)
    if request.form.get("action") != "place":
        return _page(draft, addresses, _view(draft, addresses))
    try:
        return _place(draft)
    except InvalidInput as error:
        if draft.choice != "new" or not hasattr(draft.address, str(error.params.get("field"))):
            return _again(draft, error)
        draft.address_errors = address_errors(draft.address, error)
        return _again(draft, error, i18n.gettext("Please check the address."))
    except (Conflict, Rejected, NotFound) as error:
        return _again(draft, error)
    except PluginError as error:  # counted and logged where it was caught
        failure = i18n.gettext(
            "Something in the shop did not work, so the order was not placed. "
            "Nothing was charged and your bag is as it was. Please try again in a moment."
        )
        return _again(draft, error, failure)


def _place(draft: Draft) -> Response:
    member, shop = context.member(), context.shop()
    with context.writing() as session:
        if draft.choice == "new":
            address_id = add_address(session, member.subject_id, draft.address.form()).id
        else:
            address_id = as_id(draft.choice)
        placed = place_order(
            session,
            member_id=member.subject_id,
            address_id=address_id,
            expected_total_fen=_expected(),
            request_key=draft.request_key,
            settings=shop.settings(),
            extensions=shop.extensions(),
            wants=draft.wants or None,
            visitor=context.visitor() or "",
            note=draft.note,
            choices=draft.choices,
        )
        pieces = cart_count(session, member_cart(member.subject_id))
    remember_bag(pieces)
    end = "/result" if placed.is_paid else ""
    return flask.redirect(f"/pay/{placed.order_no}{end}", 303)


def _again(
    draft: Draft, error: Conflict | Rejected | NotFound | PluginError, failure: str = ""
) -> tuple[str, int]:
    """The form again, with what went wrong and what is different now."""
    context.close_reader()
    addresses = addresses_of(context.reader(), context.member().subject_id)
    view = _view(draft, addresses)
    changes: list[str] = []
    if isinstance(error, Conflict) and view.quote is not None:
        before, after = _expected(), view.quote.total_fen
        if before != after:
            changes.append(
                i18n.gettext(
                    "The total was %(before)s and is now %(after)s.",
                    before=figures.money(before),
                    after=figures.money(after),
                )
            )
    changes += [
        f"{line.title}: {i18n.sentence(line.message, line.params)}" for line in view.problem_lines
    ]
    failure = failure or i18n.translate_error(error)
    is_changed = isinstance(error, Conflict)
    html = _page(draft, addresses, view, failure=failure, changes=changes, is_changed=is_changed)
    return html, error.status


def _page(
    draft: Draft,
    addresses: list[AddressView],
    view: CartView,
    *,
    failure: str = "",
    changes: list[str] | None = None,
    is_changed: bool = False,
) -> str:
    story = story_of(view.quote) if view.quote else Story(0, (), 0, 0)
    return render_store_page(
        "checkout.html",
        subject=view,
        cart=view,
        story=story,
        wants=list(draft.wants.items()),
        addresses=addresses,
        address_choice=draft.choice,
        address_form=draft.address,
        address_errors=draft.address_errors,
        provinces=PROVINCES,
        note=draft.note,
        request_key=draft.request_key,
        choices=draft.choices,
        failure=failure,
        changes=changes or [],
        is_changed=is_changed,
    )


def _view(draft: Draft, addresses: list[AddressView]) -> CartView:
    shop, member = context.shop(), context.member()
    chosen = next((a.province for a in addresses if str(a.id) == draft.choice), None)
    common: dict[str, Any] = {
        "member_id": member.subject_id,
        "settings": shop.settings(),
        "extensions": shop.extensions(),
        "province": chosen or draft.address.province or None,
        "choices": draft.choices,
    }
    if draft.wants:
        return wants_view(context.reader(), draft.wants, **common)
    return cart_view(context.reader(), member_cart(member.subject_id), **common)


def _draft(addresses: list[AddressView]) -> Draft:
    form = request.form
    return Draft(
        wants=_wants(form.getlist("want")),
        choice=form.get("address", "new"),
        address=address_input(form, is_required=not addresses),
        note=form.get("note", "")[:200],
        request_key=form.get("request_key", "")[:64] or new_token(18),
        choices={
            name.removeprefix("choice."): value[:200]
            for name, value in form.items()
            if name.startswith("choice.")
        },
    )


def _expected() -> int:
    text = request.form.get("expected_total_fen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1


def _wants(texts: list[str]) -> dict[UUID, int]:
    wants: dict[UUID, int] = {}
    for text in texts[:_MOST_WANTS]:
        sku, _, count = text.partition(":")
        if count.isascii() and count.isdigit() and 0 < len(count) <= 3 and int(count):
            wants[as_id(sku)] = int(count)
    return wants
