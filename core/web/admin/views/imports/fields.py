"""What the fields of an import are called on the page."""

from flask_babel import lazy_gettext as _l

from core.catalog.importing import INVOICE_FIELDS, PRODUCT_FIELDS
from core.kernel.errors import ShopError
from core.web import i18n

LABELS = {
    "product": _l("Product key"),
    "code": _l("SKU code"),
    "title": _l("Title"),
    "subtitle": _l("Subtitle"),
    "category": _l("Category"),
    "option1": _l("Option 1"),
    "value1": _l("Value 1"),
    "option2": _l("Option 2"),
    "value2": _l("Value 2"),
    "option3": _l("Option 3"),
    "value3": _l("Value 3"),
    "price": _l("Price"),
    "market_price": _l("Struck-through price"),
    "sku_market_price": _l("Struck-through price of the SKU"),
    "cost": _l("Cost"),
    "stock": _l("Stock"),
    "low_at": _l("Low-stock warning"),
    "weight_g": _l("Weight in grams"),
    "attributes": _l("Attributes"),
    "pictures": _l("Pictures"),
    "description": _l("Description"),
    "limit": _l("Limit per member"),
    "position": _l("Place in lists"),
    "state": _l("State"),
    "active": _l("SKU is on"),
    "quantity": _l("Pieces sold"),
}


def fields_of(form: str) -> list[tuple[str, str]]:
    """Fields of a kind of file with their labels, in the order of the page."""
    known = INVOICE_FIELDS if form == "invoices" else PRODUCT_FIELDS
    return [(name, str(LABELS.get(name, name))) for name in known]


def refusals(error: ShopError) -> list[str]:
    """A refusal in the request's language, with the field called as on the page."""
    field = str(error.params.get("field", ""))
    if field not in LABELS:
        return [i18n.translate_error(error)]
    return [i18n.sentence(error.message, {**error.params, "field": str(LABELS[field])})]
