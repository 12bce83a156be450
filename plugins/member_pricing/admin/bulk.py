"""Many products at once: a price for all that are ticked or found, shown before it is done."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request
from wtforms import BooleanField, DateField, RadioField, SelectMultipleField, StringField
from wtforms.validators import Optional

from core.api.catalog import product_titles
from core.api.errors import InvalidInput, ShopError
from core.api.forms import AdminForm, options
from core.api.i18n import lazy_gettext as _l
from core.api.web import notice, reader, staff, translate_error, writing
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.one import window_of
from plugins.member_pricing.admin.page import (
    MOST_AT_ONCE,
    ROOT,
    Wanted,
    carry_out,
    go,
    ids_picked,
    look_at,
    show_page,
    tell,
    write_down,
)
from plugins.member_pricing.rules import Audience, Terms, check_terms, read_price
from plugins.member_pricing.services import editing
from plugins.member_pricing.services.bulk import Forecast, Many, forecast
from plugins.member_pricing.services.listing import columns

SAMPLE = 8
ACTS = (
    ("set", _l("Set a price")),
    ("clear", _l("Take prices away")),
    ("leave_out", _l("Leave out: one price for everybody")),
    ("take_in", _l("Take in again")),
)


class BulkForm(AdminForm):
    """What is wanted of many products."""

    act = RadioField(_l("What to do"), choices=options(ACTS), default="set")
    audiences = SelectMultipleField(_l("For whom"), choices=[])
    price = StringField(
        _l("Price"),
        description=_l("88 for a price, -10 for ten yuan off, 5% for five percent off."),
    )
    since = DateField(_l("First day"), [Optional()])
    until = DateField(_l("Last day"), [Optional()])
    takes_own = BooleanField(
        _l("Also for SKUs with a price of their own"),
        description=_l("Their own price goes, and the product's counts for all SKUs."),
    )

    def many(self) -> Many | None:
        """What was filled in; ``None`` with errors at the fields."""
        audiences = [Audience.of(key) for key in self.audiences.data or ()]
        chosen = tuple(each for each in audiences if each is not None)
        if not chosen:
            self.audiences.errors = [self.audiences.gettext("Tick at least one.")]
        if self.act.data == "clear":
            return Many(chosen, None, bool(self.takes_own.data)) if chosen else None
        try:
            price = read_price(self.price.data or "")
        except InvalidInput as error:
            self.price.errors = [translate_error(error)]
            return None
        if price is None:
            self.price.errors = [self.price.gettext("This field is required.")]
            return None
        terms = Terms(price, *window_of(self))
        try:
            check_terms(terms)
        except InvalidInput as error:
            self.refuse(error)
            return None
        return Many(chosen, terms, bool(self.takes_own.data)) if chosen else None


def show() -> Any:
    """The form, for what a search finds."""
    return _page(_form())


def change() -> Any:
    """Ask (``do`` = choose), show what would change (preview), or do it (apply)."""
    form, do = _form(), request.form.get("do", "choose")
    ids = _ids()
    if not ids:
        notice("Tick some products first.", "warn")
        return go(f"{ROOT}?{Wanted.asked().query_string}")
    if do == "choose":
        return _page(form)
    if not form.validate():
        return _page(form), 422
    if form.act.data in ("leave_out", "take_in"):
        return _opt(ids, is_out=form.act.data == "leave_out")
    many = form.many()
    if many is None:
        return _page(form), 422
    told = forecast(reader(), ids, many)
    return _page(form, told=told) if do == "preview" else _apply(form, told)


def _apply(form: BulkForm, told: Forecast) -> Any:
    look = request.form.get("look", "")
    try:
        with writing() as session:
            done = carry_out(session, told.changes, "bulk", look=look)
    except ShopError as error:
        return _page(form, told=told, errors=[translate_error(error)]), error.status
    if done.act_id is None:
        notice("Nothing was different.", "warn")
        return go(ROOT)
    tell(
        done.count,
        "One price changed. You can take it back in the history.",
        "%(count)s prices changed. You can take it back in the history.",
    )
    return go(f"{ROOT}/history/{done.act_id}")


def _opt(ids: Sequence[UUID], *, is_out: bool) -> Any:
    """Leave products out, or take them in again."""
    with writing() as session:
        if is_out:
            count = editing.leave_out(session, ids, actor=staff().actor)
        else:
            count = editing.take_in(session, ids)
        write_down(session, "leave_out" if is_out else "take_in", ids)
    if is_out:
        tell(
            count,
            "One product costs everybody the same now.",
            "%(count)s products cost everybody the same now.",
        )
    else:
        tell(
            count,
            "Member prices of one product count again.",
            "Member prices of %(count)s products count again.",
        )
    back = request.form.get("back", "")
    return go(back if back.startswith(f"{ROOT}/products/") else ROOT)


def _form() -> BulkForm:
    form = BulkForm(request.form if request.method == "POST" else None)
    known = columns(reader())
    form.audiences.choices = [
        (column.key, wording.audience_name(column.audience, known)) for column in known
    ]
    return form


def _ids() -> list[UUID]:
    """What is ticked; without ticks everything that the search finds."""
    picked = ids_picked()
    return picked or (Wanted.asked().ids(reader()) if request.form.get("scope") == "found" else [])


def _page(form: BulkForm, *, told: Forecast | None = None, errors: Sequence[str] = ()) -> str:
    session, wanted, picked = reader(), Wanted.asked(), ids_picked()
    ids = picked or wanted.ids(session)
    titles = product_titles(session, ids[:SAMPLE])
    return show_page(
        "bulk.html",
        "prices",
        form=form,
        wanted=wanted,
        picked=picked,
        count=len(ids),
        is_full=len(ids) >= MOST_AT_ONCE,
        titles=[titles[each] for each in ids[:SAMPLE] if each in titles],
        told=told,
        look=look_at(editing.last_turn(session), told.changes) if told else "",
        says=wording,
        errors=list(errors),
    )
