"""What a distributor shares: products with their commission, and links with what came of them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.catalog import (
    CategoryView,
    Page,
    ProductCard,
    categories,
    list_products,
    product_cards,
    shelves_below,
)
from core.api.i18n import lazy_gettext as _l
from core.api.sharing import ShareStats, shares_of
from core.api.values import dataclass
from core.api.web import external_url, locale, member, quotes, reader
from plugins.distribution.services.estimating import Estimate, card_estimates
from plugins.distribution.services.standings import Standing, standing_of
from plugins.distribution.views.page import for_earners, go, page_number, show_page
from plugins.distribution.views.showing import uuid_or_none

PER_PAGE = 20
MOST_RANKED = 100
"""Products among which those that earn most are looked for: the best sold ones."""

SORTS = {
    "default": _l("Featured"),
    "earn": _l("Earns most"),
    "sold": _l("Best sold"),
    "new": _l("Newest"),
}
CHANNEL_LABELS = {"link": _l("Link"), "qr": _l("QR code"), "poster": _l("Poster")}


@dataclass(frozen=True)
class Offer:
    """A product with what sharing it is expected to earn, and what its links brought.

    ``link`` is empty until the distributor has made one.
    """

    card: ProductCard
    estimate: Estimate
    link: str = ""
    visits: int = 0
    orders: int = 0


@dataclass(frozen=True)
class LinkRow:
    """A share link with what it leads to; ``title`` is empty for what is no longer on sale."""

    stats: ShareStats
    title: str
    card: ProductCard | None
    address: str
    channel: str


def products() -> Any:
    """Products with their expected commission and their links; the same few statements for all."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    if not standing.is_active:
        return go("/x/distribution/join")
    asked = request.args.get("sort", "default")
    sort = asked if asked in SORTS else "default"
    query = request.args.get("q", "").strip()[:60]
    shelves = categories(session)
    shelf = next((each for each in shelves if each.slug == request.args.get("shelf")), None)
    page = _found(session, standing, query, sort, shelf)
    return show_page(
        "products.html",
        standing,
        offers=_with_links(session, standing.member_id, page.items),
        page=page,
        sort=sort,
        sorts=[(key, str(label)) for key, label in SORTS.items()],
        words=query,
        shelf=shelf.slug if shelf else "",
        shelves=[(each.slug, _name(each)) for each in shelves],
        most=MOST_RANKED,
    )


def _found(
    session: Session, standing: Standing, query: str, sort: Any, shelf: CategoryView | None
) -> Page[Offer]:
    """A page of products, or of the best-sold ones in the order of what they earn."""
    number, is_ranked = page_number(), sort == "earn"
    found = list_products(
        session,
        shelves=shelves_below(shelf) if shelf else None,
        query=query,
        sort="sold" if is_ranked else sort,
        page=1 if is_ranked else number,
        per_page=MOST_RANKED if is_ranked else PER_PAGE,
    )
    offers = _earning(session, standing, found.items)
    if not is_ranked:
        return Page(tuple(offers), found.total, found.number, found.per_page)
    offers.sort(key=lambda offer: -offer.estimate.earn_fen)
    shown = offers[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Page(tuple(shown), len(offers), number, PER_PAGE)


def _earning(session: Session, standing: Standing, cards: Sequence[ProductCard]) -> list[Offer]:
    estimates = card_estimates(session, standing, cards, quotes)
    return [Offer(card, estimates[card.id]) for card in cards]


def _with_links(session: Session, member_id: UUID, offers: Sequence[Offer]) -> list[Offer]:
    targets = [str(offer.card.id) for offer in offers]
    if not targets:
        return []
    found = shares_of(
        session, member_id, target_kind="product", targets=targets, per_page=MOST_RANKED
    )
    made: dict[str, list[ShareStats]] = defaultdict(list)
    for each in found.items:
        made[each.share.target].append(each)
    return [_with_figures(offer, made[str(offer.card.id)]) for offer in offers]


def _with_figures(offer: Offer, made: Sequence[ShareStats]) -> Offer:
    link = next((each.share for each in made if each.share.channel == "link"), None)
    return Offer(
        offer.card,
        offer.estimate,
        external_url(f"/p/{offer.card.slug}?s={link.token}") if link else "",
        sum(each.share.visit_count + each.scan_count for each in made),
        sum(each.order_count for each in made),
    )


@for_earners
def links() -> str:
    """Every link of theirs: opened, scanned, registered, ordered."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    page = shares_of(session, standing.member_id, page=page_number(), per_page=PER_PAGE)
    ids = [each.share.target for each in page.items if each.share.target_kind == "product"]
    cards = {
        str(card.id): card
        for card in product_cards(session, [each for each in map(uuid_or_none, ids) if each])
    }
    return show_page(
        "links.html",
        standing,
        rows=[_link_row(each, cards.get(each.share.target)) for each in page.items],
        page=page,
    )


def _link_row(stats: ShareStats, card: ProductCard | None) -> LinkRow:
    share = stats.share
    path = f"/p/{card.slug}" if card else "/"
    return LinkRow(
        stats=stats,
        title=card.title if card else "",
        card=card,
        address=external_url(f"{path}?s={share.token}"),
        channel=str(CHANNEL_LABELS.get(share.channel, share.channel)),
    )


def _name(shelf: CategoryView) -> str:
    return shelf.name_en if locale() == "en" and shelf.name_en else shelf.name
