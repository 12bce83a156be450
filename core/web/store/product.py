"""The product page: pictures, price with its reasons, options, what goes with it."""

from collections.abc import Mapping
from uuid import UUID

import flask
from markupsafe import Markup

from core.api.pages import ProductSubject
from core.catalog.services import best_of_shelf, product_detail
from core.catalog.types import ProductCard, ProductDetail, SkuView
from core.kernel.clock import now
from core.pricing.types import QuoteLine, QuoteRequest
from core.web import cache, context, own_prices, regions
from core.web.access import access, has_permission
from core.web.here import asked
from core.web.render import render_store_page
from core.web.shells import Same
from core.web.store.memo import remember
from core.web.store.showing import Story, choices_of, skus_as_json, story_of, swatches_of

bp = flask.Blueprint("store_product", __name__)

KEEP_SECONDS = 10.0
"""Stock moves with every order; a flip to sold out bumps the catalogue's counter besides."""

_RELATED = 4


@bp.get("/p/<slug>")
@access("public")
def product(slug: str) -> str:
    """One product."""
    cache.keep(KEEP_SECONDS)
    detail = _detail(slug)
    selected = _selected(detail)
    settings = context.shop().settings()
    best = _best_of(detail.category_id)
    related = tuple(card for card in best if card.id != detail.id)[:_RELATED]
    regions.note_cards(related)
    story, own = _prices(detail, selected)
    return render_store_page(
        "product.html",
        kept_by=(Same(detail), selected.id if selected else None, story, *own.items(), Same(best)),
        kept_for=KEEP_SECONDS,
        later=lambda: {
            "choices": choices_of(detail, selected),
            "swatches": swatches_of(detail, selected),
            "sku_json": skus_as_json(detail, own),
            "description": Markup(detail.description),  # noqa: S704 (sanitised when stored)
        },
        subject=ProductSubject(detail, story.goods_fen),
        product=detail,
        selected=selected,
        selected_price_fen=own[selected.id] if selected else detail.price_fen,
        story=story,
        related=related,
        back=f"/c/{detail.category_slug}" if detail.category_slug else "/",
        freight_fen=settings.freight_fen,
        free_from_fen=settings.free_freight_from_fen,
        aftersale_days=settings.aftersale_days,
    )


def _detail(slug: str) -> ProductDetail:
    """A guest's page is kept whole; members share what does not depend on who reads it."""
    if _may_see_drafts():
        return product_detail(context.reader(), slug, include_drafts=True)
    if context.current_member() is None:
        return product_detail(context.reader(), slug)
    return remember(("detail", slug), KEEP_SECONDS, lambda: product_detail(context.reader(), slug))


def _may_see_drafts() -> bool:
    """Staff look at a draft before it goes on sale; their requests never meet the page cache."""
    if context.STAFF_COOKIE not in asked().cookies:
        return False
    staff = context.current_staff()
    return staff is not None and has_permission(staff.permissions, "product.view")


def _selected(detail: ProductDetail) -> SkuView | None:
    wanted = asked().args.get("sku", "")
    chosen = next((sku for sku in detail.skus if str(sku.id) == wanted), None) if wanted else None
    return chosen or detail.default_sku


def _prices(detail: ProductDetail, selected: SkuView | None) -> tuple[Story, Mapping[UUID, int]]:
    """How the price of one piece comes about, by the same pipeline that prices the bag.

    Besides, what one piece of the other SKUs costs where that is less than by the list.
    """
    if selected is None:
        return Story(0, (), 0, 0), {}
    member = context.current_member()
    at, member_id = now(), member.subject_id if member else None
    has_rules = any(rule.is_for(member_id) for rule in context.shop().extensions().rules)
    if has_rules:
        cache.limit(cache.LIVE_SECONDS)
    asked = {
        sku.id: QuoteRequest((_line(detail, sku),), member_id, at)
        for sku in (detail.skus if has_rules else (selected,))
    }
    quote, own = own_prices.quote_page(asked.pop(selected.id), asked)
    assert quote is not None
    return story_of(quote), {**own, selected.id: quote.goods_fen}


def _line(detail: ProductDetail, sku: SkuView) -> QuoteLine:
    return QuoteLine(
        sku_id=sku.id,
        product_id=detail.id,
        category_id=detail.category_id,
        quantity=1,
        unit_price_fen=sku.price_fen,
        cost_fen=sku.cost_fen,
        weight_g=sku.weight_g,
    )


def _best_of(shelf: UUID | None) -> tuple[ProductCard, ...]:
    """What sells best on a shelf; all its products share one look at it."""
    return remember(
        ("best", shelf), 60, lambda: best_of_shelf(context.reader(), shelf, limit=_RELATED + 1)
    )
