"""The first page, categories, lists, search, and the texts about the store."""

from typing import cast, get_args
from urllib.parse import quote
from uuid import UUID

import flask
from flask import request

from core.catalog.services import (
    categories,
    count_products,
    find_category,
    list_products,
    shelves_below,
)
from core.catalog.types import CategoryView, ProductCard, Sort
from core.kernel.errors import NotFound
from core.kernel.paging import Page
from core.kernel.text import squeeze
from core.media.services import picture_views
from core.media.types import PictureView
from core.web import cache, context, i18n, regions
from core.web.access import access
from core.web.render import present, render_store_page
from core.web.store import texts
from core.web.store.memo import remember
from core.web.store.showing import Slide, Tile, tiles_of

bp = flask.Blueprint("store_home", __name__)

KEEP_SECONDS = 60.0
PER_PAGE = 20
FEED = 12
RAIL = 8
_HERO_PRODUCTS = 2

_SORTS: tuple[tuple[Sort, str], ...] = (
    ("default", "Featured"),
    ("sold", "Best sold"),
    ("new", "Newest"),
    ("price", "Price: low first"),
    ("-price", "Price: high first"),
)


def shelves() -> tuple[CategoryView, ...]:
    """The category tree, kept for this generation of the catalogue."""
    return remember("categories", 300, lambda: categories(context.reader()))


def cards(sort: Sort, per_page: int) -> Page[ProductCard]:
    """The first products in an order, kept for this generation of the catalogue."""
    return remember(
        ("cards", sort, per_page),
        KEEP_SECONDS,
        lambda: list_products(
            context.reader(), sort=sort, per_page=per_page, total=_total("", None)
        ),
    )


@bp.get("/")
@access("public")
def home() -> str:
    """The first page: hero, promises, categories, loved pieces, everything."""
    cache.keep(KEEP_SECONDS)
    settings = context.shop().settings()
    feed, featured = cards("default", FEED), cards("sold", RAIL).items
    regions.note_cards(feed.items)
    regions.note_cards(featured)
    return render_store_page(
        "home.html",
        tab="home",
        hero=_hero(feed.items),
        categories=tiles_of(shelves()),
        featured=featured if len(featured) >= 4 else (),
        feed=feed.items,
        feed_has_more=feed.total > len(feed.items),
        freight_fen=settings.freight_fen,
        free_from_fen=settings.free_freight_from_fen,
        aftersale_days=settings.aftersale_days,
    )


def _hero(feed: tuple[ProductCard, ...]) -> tuple[Slide, ...]:
    own = _own_slide()
    slides = [own] if own else []
    for card in feed:
        if len(slides) >= _HERO_PRODUCTS + 1:
            break
        if card.cover is not None:
            slides.append(
                Slide(
                    f"/p/{card.slug}", card.cover, card.title, text=card.subtitle, is_product=True
                )
            )
    return tuple(slides)


def _own_slide() -> Slide | None:
    values = present()[0].settings
    end = "_en" if i18n.locale() == i18n.ENGLISH else ""

    def text(name: str) -> str:
        return str(values.get(f"{name}{end}") or values.get(name) or "")

    if not text("hero_title"):
        return None
    link = str(values.get("hero_link") or "/search")
    return Slide(
        href=context.safe_path(link, "/search"),
        picture=_picture(str(values.get("hero_picture") or "")),
        title=text("hero_title"),
        kicker=text("hero_kicker"),
        text=text("hero_text"),
        button=text("hero_button"),
        is_dark=bool(values.get("hero_is_dark")),
    )


def _picture(text: str) -> PictureView | None:
    try:
        media_id = UUID(text)
    except ValueError:
        return None
    return remember(
        ("picture", media_id),
        300,
        lambda: picture_views(context.reader(), [media_id]).get(media_id),
    )


@bp.get("/c/")
@access("public")
def all_categories() -> str:
    """Every category with those below it."""
    cache.keep(KEEP_SECONDS)
    return render_store_page("categories.html", tab="categories", categories=tiles_of(shelves()))


@bp.get("/c/<slug>")
@access("public")
def category(slug: str) -> str:
    """The products of one category."""
    cache.keep(KEEP_SECONDS)
    tree = shelves()
    found = find_category(tree, slug)
    top = next((each for each in tree if _holds(each, slug)), found)
    sort, number = _sort(), _number()
    below = shelves_below(found)
    page = list_products(
        context.reader(),
        shelves=below,
        sort=sort,
        page=number,
        per_page=PER_PAGE,
        total=_total(slug, below),
    )
    return _list_page(
        page,
        heading=tiles_of([found])[0].name,
        path=f"/c/{slug}",
        sort=sort,
        children=tiles_of([top])[0].children,
        category_slug=slug,
    )


@bp.get("/search")
@access("public")
def search() -> str:
    """Products by words; without words, all of them."""
    query = squeeze(request.args.get("q", ""))[:60]
    if not query:
        cache.keep(KEEP_SECONDS)
    sort, number = _sort(), _number()
    total = None if query else _total("", None)
    page = list_products(
        context.reader(), query=query, sort=sort, page=number, per_page=PER_PAGE, total=total
    )
    suggestions = cards("sold", RAIL).items if query and not page.total else ()
    regions.note_cards(suggestions)
    heading = i18n.gettext("“%(query)s”", query=query) if query else i18n.gettext("Everything")
    return _list_page(
        page,
        heading=heading,
        path="/search",
        sort=sort,
        query=query,
        is_search=True,
        suggestions=suggestions,
    )


def _list_page(
    page: Page[ProductCard],
    *,
    heading: str,
    path: str,
    sort: Sort,
    query: str = "",
    is_search: bool = False,
    children: tuple[Tile, ...] = (),
    category_slug: str = "",
    suggestions: tuple[ProductCard, ...] = (),
) -> str:
    regions.note_cards(page.items)
    words = f"q={quote(query)}&" if query else ""
    chosen = f"sort={sort}&" if sort != "default" else ""
    return render_store_page(
        "list.html",
        tab="categories",
        subject=page.items,
        page=page,
        heading=heading,
        query=query,
        is_search=is_search,
        sort=sort,
        sorts=[(key, i18n.gettext(label)) for key, label in _SORTS],
        base_url=f"{path}?{words}sort=",
        page_url=f"{path}?{words}{chosen}page=",
        children=children,
        category_slug=category_slug,
        suggestions=suggestions,
    )


def _total(slug: str, shelves: tuple[UUID, ...] | None) -> int:
    """How many products stand on some shelves, counted once for a generation of the catalogue."""
    key = ("total", slug)
    return remember(key, KEEP_SECONDS, lambda: count_products(context.reader(), shelves))


def _holds(category: CategoryView, slug: str) -> bool:
    return category.slug == slug or any(_holds(child, slug) for child in category.children)


def _sort() -> Sort:
    asked = request.args.get("sort", "default")
    return cast(Sort, asked) if asked in get_args(Sort) else "default"


def _number() -> int:
    text = request.args.get("page", "1")
    return min(int(text), 100_000) if text.isascii() and text.isdigit() and len(text) < 7 else 1


@bp.get("/about/<name>")
@access("public")
def about(name: str) -> str:
    """Terms of use and privacy."""
    cache.keep(KEEP_SECONDS)
    page = texts.PAGES.get(name)
    if page is None:
        raise NotFound("web.not_found", "There is nothing here.")
    settings = context.shop().settings()
    is_english = i18n.locale() == i18n.ENGLISH
    name = (is_english and settings.shop_name_en) or settings.shop_name
    values = {"shop": name, "days": settings.aftersale_days}
    parts = [
        (i18n.gettext(head), i18n.fill(i18n.gettext(text), values)) for head, text in page.parts
    ]
    return render_store_page("about.html", title=i18n.gettext(page.title), parts=parts)
