"""What a distributor works with: orders they earn on, their team, products to share."""

from dataclasses import dataclass
from typing import Any

from flask import request

from core.api.catalog import ProductCard, list_products
from core.api.i18n import lazy_gettext as _l
from core.api.members import masked_names
from core.api.sharing import team_counts, team_page
from core.api.web import member, reader
from plugins.distribution.services.reports import STATES, PromotedOrder, promoted_orders
from plugins.distribution.services.standings import earn_fen, standing_of
from plugins.distribution.views.page import go, page_number, show_page
from plugins.distribution.views.showing import STATE_LABELS, STATE_TONES, Slice

PER_PAGE = 20
SORTS = {"default": _l("Featured"), "sold": _l("Best sold"), "new": _l("Newest")}
TEAM_SORTS = {"new": _l("Newest"), "direct": _l("Most invited")}


@dataclass(frozen=True)
class OrderRow:
    """An order that a distributor earns on, with its masked buyer."""

    order: PromotedOrder
    buyer: str
    label: str
    tone: str


@dataclass(frozen=True)
class Offer:
    """A product with what sharing it is expected to earn, in fen."""

    card: ProductCard
    earn_fen: int


def orders() -> str:
    """Orders of those who came through them, by state."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    number = page_number()
    found = promoted_orders(
        session,
        standing.member_id,
        state=state or None,
        limit=PER_PAGE + 1,
        offset=(number - 1) * PER_PAGE,
    )
    names = masked_names(session, {each.buyer_id for each in found})
    rows = [
        OrderRow(
            each,
            names.get(each.buyer_id, ""),
            str(STATE_LABELS[each.state]),
            STATE_TONES[each.state],
        )
        for each in found[:PER_PAGE]
    ]
    return show_page(
        "orders.html",
        standing,
        rows=rows,
        states=[(each, str(STATE_LABELS[each])) for each in STATES],
        state=state,
        page=Slice(number, len(found) > PER_PAGE),
    )


def team() -> str:
    """Who came through them, level by level, as deep as the plan pays; names are masked."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    level = request.args.get("level", 1, type=int) or 1
    level = level if 1 <= level <= standing.programme.depth else 1
    sort = request.args.get("sort", "new")
    sort = sort if sort in TEAM_SORTS else "new"
    counts = team_counts(session, standing.member_id)
    page = team_page(
        session,
        standing.member_id,
        level=level,
        sort=sort,
        page=page_number(),
        per_page=PER_PAGE,
    )
    names = masked_names(session, [each.member_id for each in page.items])
    return show_page(
        "team.html",
        standing,
        counts=(counts.level1, counts.level2, counts.level3)[: standing.programme.depth],
        level=level,
        sort=sort,
        sorts=[(key, str(label)) for key, label in TEAM_SORTS.items()],
        page=page,
        names=names,
    )


def products() -> Any:
    """Products with their expected commission and a button that makes the link."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    if not standing.is_active:
        return go("/x/distribution/join")
    asked = request.args.get("sort", "default")
    sort: Any = asked if asked in SORTS else "default"
    query = request.args.get("q", "").strip()[:60]
    page = list_products(session, query=query, sort=sort, page=page_number(), per_page=PER_PAGE)
    return show_page(
        "products.html",
        standing,
        offers=[
            Offer(card, earn_fen(session, standing, card.id, card.category_id, card.price_fen))
            for card in page.items
        ],
        page=page,
        sort=sort,
        sorts=[(key, str(label)) for key, label in SORTS.items()],
        words=query,
    )
