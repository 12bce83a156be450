"""Locked prices as an invitation: what others pay, on products and on cards.

Members read what the next tiers pay below their own price; guests what members do. What a member
pays themselves is told by the store, which knows every other offer as well.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.api.clock import now
from core.api.contributions import Block, BlockContext
from core.api.pages import ProductSubject
from core.api.regions import Region
from core.api.web import own_price
from plugins.member_pricing.rules import AudienceKind, Locked, locked_for
from plugins.member_pricing.services.offers import offers_for

FRESH_SECONDS = 10.0
"""How old an invitation may be for guests; a member's price is never older than the page."""
_FOR_GUESTS: Any = {"audience": "guest", "fresh_seconds": FRESH_SECONDS, "cache": ("subject",)}
_FOR_MEMBERS: Any = {"audience": "member"}


def on_product(context: BlockContext) -> Mapping[str, Any] | None:
    """The nearest locked price of the product's first choice, and the lowest one there is."""
    subject = context.subject
    if not isinstance(subject, ProductSubject) or not subject.product.is_on_sale:
        return None
    sku = subject.product.default_sku
    if sku is None or not context.settings.get("shows_locked"):
        return None
    steps = _locked(
        context, subject.product.id, sku.id, sku.price_fen, min(subject.price_fen, sku.price_fen)
    )
    if not steps:
        return None
    return _told(context, [steps[0], steps[-1]] if len(steps) > 1 else steps)


def on_cards(context: BlockContext) -> Mapping[str, Any] | None:
    """The nearest locked price of each card's SKU; one statement for all."""
    if not context.settings.get("shows_locked"):
        return None
    cards = [card for card in context.subject if card.sku_id and not card.is_sold_out]
    offers = offers_for(context.session, context.member_id, [card.id for card in cards])
    told = {}
    for card in cards if offers.prices else ():
        fen, own = card.sku_price_fen, own_price(card)
        steps = _locked(context, card.id, card.sku_id, fen, fen if own is None else own)
        if steps:
            told[card.id] = _told(context, steps[:1])
    return {"cards": told}


def _locked(
    context: BlockContext, product_id: UUID, sku_id: UUID, list_fen: int, below_fen: int
) -> list[Locked]:
    offers = offers_for(context.session, context.member_id, [product_id])
    at = now()
    found = locked_for(
        offers.prices, offers.person, sku_id, product_id, list_fen, at, below_fen=below_fen
    )
    return list(found)


def _told(context: BlockContext, steps: list[Locked]) -> Mapping[str, Any]:
    is_english = context.locale.lower().startswith("en")
    return {
        "steps": [
            {
                "kind": str(each.price.audience.kind),
                "tier": (each.price.step.name_en if is_english else each.price.step.name_zh)
                if each.price.step
                else "",
                "fen": each.unit_fen,
            }
            for each in steps
        ],
        "is_guest": context.member_id is None,
        "has_tier": any(each.price.audience.kind == AudienceKind.TIER for each in steps),
    }


BLOCKS = tuple(
    Block(
        key=f"member_pricing.{name}_{who}",
        region=region,
        template=template,
        context=ask,
        after=after,
        weight=weight,
        styles=("invite.css",),
        **terms,
    )
    for who, terms in (("guest", _FOR_GUESTS), ("member", _FOR_MEMBERS))
    for name, region, template, ask, after, weight in (
        ("product", Region.PRODUCT_INFO, "store/invitation.html", on_product, "own_price", 210),
        ("card", Region.CARD_AFTER_PRICE, "store/card.html", on_cards, "", 400),
    )
)
"""For guests kept a while and the same for all; for members asked afresh, with their price."""
