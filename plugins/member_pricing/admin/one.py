"""One price: how it is given, what it is, and from which day to which."""

from typing import Any
from unicodedata import normalize

from flask import request
from wtforms import DateField, RadioField, StringField
from wtforms.validators import Optional

from core.api.catalog import skus_of
from core.api.clock import day_bounds
from core.api.errors import NotFound, ShopError
from core.api.forms import AdminForm, options, required
from core.api.i18n import lazy_gettext as _l
from core.api.money import AmountTooLarge, format_yuan, parse_yuan
from core.api.web import notice, reader, store_settings, writing
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.page import ROOT, carry_out, go, id_of, show_page, version_of
from plugins.member_pricing.rules import Audience, Price, PriceKind, Terms
from plugins.member_pricing.services.editing import Change, Kept, PricesMoved, Target, kept_prices
from plugins.member_pricing.services.listing import Column, columns

KINDS = (
    (PriceKind.FIXED, _l("Fixed price, yuan")),
    (PriceKind.LESS, _l("Reduced by, yuan")),
    (PriceKind.BPS, _l("Discount, percent off")),
)


class PriceForm(AdminForm):
    """A price with its window."""

    kind = RadioField(_l("How"), choices=options(KINDS), default=str(PriceKind.FIXED))
    value = StringField(
        _l("How much"), [required()], render_kw={"inputmode": "decimal", "autocomplete": "off"}
    )
    since = DateField(_l("First day"), [Optional()])
    until = DateField(_l("Last day"), [Optional()])

    def terms(self) -> Terms | None:
        """What was filled in; ``None`` with an error at the field when it cannot be read."""
        try:
            number = parse_yuan(normalize("NFKC", str(self.value.data)).rstrip("%"))
        except AmountTooLarge:
            self.value.errors = [self.value.gettext("This amount is too large.")]
            return None
        except ValueError:
            self.value.errors = [self.value.gettext("Give a number above 0.")]
            return None
        return Terms(Price(PriceKind(self.kind.data), number), *window_of(self))

    @classmethod
    def of(cls, terms: Terms | None) -> "PriceForm":
        """As the price is now."""
        if terms is None:
            return cls()
        since, until = wording.window_days(terms)
        text = format_yuan(terms.price.value).removesuffix(".00")
        return cls(data={"kind": terms.price.kind, "value": text, "since": since, "until": until})


def window_of(form: Any) -> tuple[Any, Any]:
    """The first instant of the first day, and that after the last."""
    zone, since, until = store_settings().timezone, form.since.data, form.until.data
    return (
        day_bounds(since, zone)[0] if since else None,
        day_bounds(until, zone)[1] if until else None,
    )


def show(product_id: str, target_id: str, audience: str) -> str:
    """The form of one price."""
    target, column, kept = _meant(product_id, target_id, audience)
    return _page(target, column, kept, PriceForm.of(kept.terms if kept else None))


def save(product_id: str, target_id: str, audience: str) -> Any:
    """Keep it, or take it away (``do`` = remove)."""
    target, column, kept = _meant(product_id, target_id, audience)
    form, is_gone = PriceForm(request.form), request.form.get("do") == "remove"
    terms = None
    if not is_gone:
        terms = form.terms() if form.validate() else None
        if terms is None:
            return _page(target, column, kept, form), 422
    change = Change(target, column.audience, terms, version_of(request.form.get("version", "")))
    try:
        with writing() as session:
            carry_out(session, [change], "edit")
    except PricesMoved as error:
        ((_change, now),) = error.moved
        told = wording.terms_words(now.terms if now else None)
        return _page(target, column, now, form, moved=told), error.status
    except ShopError as error:
        return _page(target, column, kept, form, errors=form.refuse(error)), error.status
    notice("The price is gone." if is_gone else "The price is saved.")
    return go(f"{ROOT}/products/{target.product_id}")


def _meant(product_id: str, target_id: str, audience: str) -> tuple[Target, Column, Kept | None]:
    """Which price an address means.

    Raises:
        NotFound: no such product, SKU or audience.
    """
    session, product, thing = reader(), id_of(product_id), id_of(target_id)
    known = {column.key: column for column in columns(session)}
    if product is not None and thing is not None and audience in known:
        skus = {sku.id for sku in skus_of(session, [product])}
        if skus and (thing == product or thing in skus):
            target = Target(product, None if thing == product else thing)
            kept = kept_prices(session, [thing]).get((thing, audience))
            return target, known[audience], kept
    raise NotFound("member_pricing.no_product", "There is no such product.")


def _page(
    target: Target,
    column: Column,
    kept: Kept | None,
    form: PriceForm,
    *,
    errors: Any = (),
    moved: str = "",
) -> str:
    session = reader()
    skus = skus_of(session, [target.product_id])
    sku = next((each for each in skus if each.id == target.sku_id), None)
    return show_page(
        "price.html",
        "prices",
        target=target,
        title=skus[0].title,
        sku=sku,
        list_fens=[each.price_fen for each in skus if sku is None or each.id == sku.id],
        audience=Audience.of(column.key),
        name=wording.audience_name(column.audience, columns(session)),
        kept=kept,
        form=form,
        says=wording,
        errors=list(errors),
        moved=moved,
    )
