"""Where the parcel of an order goes, corrected by staff."""

from typing import Any

from flask import request

from core.kernel.errors import ShopError
from core.members.types import AddressForm
from core.orders.services import readdress
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.orders import ReaddressForm
from core.web.admin.views.orders.detail import show_order

_SIGNS_KEPT = {"name": (0, 1), "phone": (0, 4), "detail": (2, 2)}
"""First and last signs of a part that the audit log keeps: enough to tell two apart, and no more,
because the log outlives a member who is erased."""


@admin.post("/orders/<order_no>/address")
@access("staff:order.edit")
def correct_address(order_no: str) -> Answer:
    """Send a parcel that has not left to the right address."""
    form = ReaddressForm(request.form, prefix="to-")
    if not form.validate():
        return show_order(order_no, opened="address", address_form=form), 422
    values: dict[str, Any] = {name: value or "" for name, value in form.data.items()}
    reason = values.pop("reason")
    try:
        with context.writing() as session:
            before, after = readdress(
                session,
                order_no,
                AddressForm(**values),
                reason=reason,
                actor=context.staff().actor,
            )
            record(
                session,
                "order.readdress",
                "order",
                order_no,
                before=_told(before),
                after={"reason": reason, **_told(after)},
            )
    except ShopError as error:
        page = show_order(order_no, errors=form.refuse(error), opened="address", address_form=form)
        return page, error.status
    return done(f"/admin/orders/{order_no}", "The address is corrected; the shopper can see it.")


def _told(parts: dict[str, Any]) -> dict[str, Any]:
    """Parts of an address for the audit log."""
    return {name: _masked(name, value) for name, value in parts.items()}


def _masked(name: str, value: str) -> str:
    if name not in _SIGNS_KEPT:
        return value
    first, last = _SIGNS_KEPT[name]
    return f"{value[:first]}…{value[-last:]}"
