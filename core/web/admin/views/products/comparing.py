"""What a product says, as plain values: for the audit log, and beside somebody else's edit."""

from typing import Any

from core.catalog.types import ProductEdit
from core.kernel.money import format_yuan
from core.web.admin.views.products.drafting import Difference, Draft
from core.web.i18n import gettext as _


def snapshot(product: ProductEdit) -> dict[str, Any]:
    """The product's values by field, SKUs by code; amounts in fen."""
    return {
        "title": product.title,
        "subtitle": product.subtitle,
        "description": product.description,
        "slug": product.slug,
        "category_id": str(product.category_id or ""),
        "attributes": dict(product.attributes),
        "market_price_fen": product.market_price_fen,
        "per_member_limit": product.per_member_limit,
        "position": product.position,
        "pictures": [str(picture.id) for picture in product.pictures],
        "skus": {
            sku.code: {
                "options": dict(sku.options),
                "price_fen": sku.price_fen,
                "cost_fen": sku.cost_fen,
                "is_active": sku.is_active,
            }
            for sku in product.skus
        },
    }


def differences(theirs: ProductEdit, draft: Draft) -> list[Difference]:
    """Fields that differ between what is stored and what is typed."""
    form = draft.form
    pairs = [
        (_("Title"), theirs.title, form.title.data or ""),
        (_("Subtitle"), theirs.subtitle, form.subtitle.data or ""),
        (_("Description"), theirs.description, form.description.data or ""),
        (_("Page address"), theirs.slug, form.slug.data or ""),
        (
            _("Struck-through price"),
            _yuan(theirs.market_price_fen),
            _yuan(form.market_price_fen.data),
        ),
        (
            _("Limit per member"),
            str(theirs.per_member_limit or ""),
            str(form.per_member_limit.data or ""),
        ),
        (_("Attributes"), _pairs(theirs.attributes), _pairs(draft.attributes)),
        (
            _("SKUs"),
            "\n".join(f"{sku.code} {format_yuan(sku.price_fen)}" for sku in theirs.skus),
            "\n".join(f"{line.code} {line.price}" for line in draft.lines),
        ),
    ]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _yuan(fen: int | None) -> str:
    return "" if fen is None else format_yuan(fen)


def _pairs(pairs: Any) -> str:
    return "\n".join(f"{name}: {value}" for name, value in pairs)
