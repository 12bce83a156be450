"""Regions: ordered lists in which the trunk's blocks and the plugins' blocks are peers.

The order is (merchant's arrangement, weight, key). A plugin's block that fails is left out and
counted; under debug it raises. In the two card regions a block is asked once for all products of
the page: its ``context`` gets the tuple of cards as subject and answers ``{"cards": {product id:
values}}``; products that are not in it show nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, cast
from uuid import UUID

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from core.api.contributions import Block, BlockContext
from core.api.regions import Region
from core.catalog.types import ProductCard
from core.host.budgets import Overdue
from core.host.shop import Shop
from core.themes.sandbox import ThemeEnvironment
from core.web import alike, block_files, context, kept, own_prices, shells
from core.web.asking import Asking, asking
from core.web.cache import LIVE_SECONDS
from core.web.here import here
from core.web.placing import CoreBlock, Placed

# --- rendering ----------------------------------------------------------------------------------


@jinja2.pass_context
def region(page: Context, name: str, subject: Any = None) -> Markup:
    """Template function: every block of a region, in order."""
    blocks = asking().plan.of(name)
    if not blocks:
        return _NOTHING
    env, names = page.environment, page.get_all()
    about = subject or names.get("subject")
    pieces: list[str] = []
    for is_plugin, run in groupby(blocks, _is_plugins):
        if is_plugin:
            of_plugins = tuple(run)
            hole = partial(_plugin_blocks, of_plugins, name, subject)
            pieces.append(shells.marked(hole, partial(hole, about)))
        else:
            pieces += [_core_block(env, placed.block, names) for placed in run]
    return Markup("".join(pieces))  # noqa: S704 (rendered by escaping templates)


_NOTHING = Markup("")
_FOR_GUESTS, _FOR_MEMBERS = ("all", "guest"), ("all", "member")


def _audiences(page: Asking) -> tuple[str, ...]:
    """Audiences of blocks that the reader belongs to."""
    return _FOR_GUESTS if page.member_id is None else _FOR_MEMBERS


def _core_block(env: jinja2.Environment, block: CoreBlock, names: dict[str, Any]) -> str:
    """A block of the trunk, rendered with the page's own names (functions are among them)."""
    template = env.get_template(block.template)
    seen = {**names, **block.values} if block.values else names
    return "".join(template.root_render_func(Context(env, seen, block.template, template.blocks)))


def _is_plugins(placed: Placed) -> bool:
    return bool(placed.plugin)


def _plugin_blocks(placed: Sequence[Placed], region_name: str, subject: Any, about: Any) -> str:
    """Blocks of plugins that stand together in a region.

    What the page is about, ``about``, is their subject unless the region has its own.
    """
    page, seen = asking(), subject or about
    audiences = _audiences(page)
    return "".join(
        [
            _plugin_block(page, each, region_name, seen)
            for each in placed
            if each.block.audience in audiences
        ]
    )


def _plugin_block(page: Asking, placed: Placed, region_name: str, subject: Any) -> str:
    block: Block = placed.block
    if block.fresh_seconds <= LIVE_SECONDS:
        return _fresh(page, placed, region_name, subject)
    about = subject if "subject" in block.cache else None
    key = kept.key_of(page, block, about)
    html = kept.get(page, key)
    if html is None:
        html = _fresh(page, placed, region_name, about)
        kept.put(page, key, html, block.fresh_seconds)
    elif html:
        block_files.need(placed.plugin, block)
    return html


def _fresh(page: Asking, placed: Placed, region_name: str, subject: Any) -> str:
    """What a block shows now; asked and rendered in one guarded call."""
    block: Block = placed.block
    told = _told(page, placed, region_name, subject)

    def show() -> str:
        values = _answer(block, told)
        return "" if values is None else _render(page, placed, values)

    html: str = guarded(placed.plugin, placed.hook, show, page.shop) or ""
    if html and (block.styles or block.scripts):
        block_files.need(placed.plugin, block)
    return html


def _answer(block: Block, told: BlockContext) -> Mapping[str, Any] | None:
    values: Any = block.context(told)
    if values is None or isinstance(values, Mapping):
        return values
    wrong = type(values).__name__
    raise TypeError(f"context of {block.key} answers {wrong}, wanted are names and values")


def _told(page: Asking, placed: Placed, region_name: str, subject: Any) -> BlockContext:
    """What a block may know; of the reader nothing when its text is kept for others, too."""
    block: Block = placed.block
    if page.slot is not None:
        page.limit(max(LIVE_SECONDS, block.fresh_seconds))
    is_for_all = block.fresh_seconds > LIVE_SECONDS and "member" not in block.cache
    member_id = None if is_for_all else page.member_id
    settings = page.settings.get(placed.plugin, _NO_SETTINGS)
    return BlockContext(context.reader(), region_name, subject, member_id, settings, page.locale)


_NO_SETTINGS: Mapping[str, Any] = {}


def _render(page: Asking, placed: Placed, values: Mapping[str, Any]) -> str:
    """A plugin's template with the names that all templates have, the site and its own values."""
    env = page.env
    key = alike.key_of(env, placed.template, page.names["site"], values)
    if key is None:
        return _rendered(page, placed, values)
    html = env.kept.get(key)
    if html is None:
        html = Markup(_rendered(page, placed, values))  # noqa: S704 (an escaping template)
        _keep(env, key, html)
    return html


def _rendered(page: Asking, placed: Placed, values: Mapping[str, Any]) -> str:
    template = page.env.get_template(placed.template)
    seen = Context(page.env, page.names, placed.template, template.blocks)
    seen.vars.update(values)
    try:
        html = "".join(template.root_render_func(seen))
    except Exception:  # noqa: BLE001 - raised again, with the template's own lines
        page.env.handle_exception()
    if len(html) > MOST_CHARACTERS:
        raise ValueError(f"{placed.hook} shows {len(html)} characters, wanted are fewer")
    return html


def _keep(env: ThemeEnvironment, key: alike.Key, html: Markup) -> None:
    if len(env.kept) >= _MOST_PIECES:
        env.kept.clear()
    env.kept[key] = html


MOST_CHARACTERS = 200_000
"""Of what a block shows. Sound ones show a few hundred; more than this would choke the page."""
_MOST_PIECES = 6000
"""Cards and pieces of plugins kept in a process, by what they show."""


def guarded(plugin: str, hook: str, call: Callable[[], Any], shop: Shop | None = None) -> Any:
    """Run a plugin's part of a page; what it raises is recorded and gives ``None``.

    Under debug it raises, so that its author sees it. Who runs many passes the shop along.
    """
    shop = shop or context.shop()
    if shop.config.is_debug:
        return call()
    answer = None
    with shop.plugins.faults.guard(plugin, hook):
        try:
            answer = call()
        except (SQLAlchemyError, Overdue):  # the reader may be in the middle of something
            context.close_reader()
            raise
    return answer


# --- cards --------------------------------------------------------------------------------------


def note_cards(cards: Sequence[Any]) -> None:
    """Tell which products this page shows as cards, before it is rendered."""
    here().setdefault("banyan_cards", {}).update({card.id: card for card in cards})


def card(product: ProductCard) -> Markup:
    """Template function: a product as ``card.html`` shows it, with what plugins put on it.

    Cards are kept by what they show: twenty of them cost a page next to nothing.
    """
    if not shells.is_kept():
        return _card_of(product)
    html = shells.marked(lambda _about: _card_of(product), partial(_card_of, product))
    return Markup(html)  # noqa: S704 (rendered by an escaping template)


def _card_of(product: ProductCard) -> Markup:
    desk = _desk()
    env, kept = desk.env, desk.env.kept
    badges, after = _on_one(desk.badges, product.id), _on_one(desk.after, product.id)
    own_fen = desk.own.get(product.id) if desk.own else None
    if env.auto_reload:
        return _card(env, product, own_fen, badges, after)
    key = (*_card_key(product), own_fen, badges, after)
    html = kept.get(key)
    if html is None:
        html = _card(env, product, own_fen, badges, after)
        _keep(env, key, html)
    return html


def _card_key(product: ProductCard) -> tuple[Any, ...]:
    """Everything of a card that can be seen."""
    cover = product.cover
    return (
        product.slug,
        product.title,
        product.subtitle,
        product.price_fen,
        product.max_price_fen,
        product.market_price_fen,
        product.sold_count,
        product.is_sold_out,
        cover.content_hash if cover else "",
    )


def _card(
    env: ThemeEnvironment, product: ProductCard, own_fen: int | None, badges: str, after: str
) -> Markup:
    pieces = {"badges": Markup(badges), "after_price": Markup(after)}  # noqa: S704 (escaped)
    template = env.get_template("card.html")
    html = template.render(product=product, own_price_fen=own_fen, **pieces)
    return Markup(html)  # noqa: S704 (rendered by an escaping template)


@dataclass(slots=True, eq=False)
class _Desk:
    """What all cards of a page are made with; every block is asked once a page.

    Args:
        env: renders them.
        own: what cards cost the reader, where that is less than for everybody, by product.
        badges: what each block puts on them, by product.
        after: what each block puts after the price, by product.
    """

    env: ThemeEnvironment
    own: Mapping[UUID, int]
    badges: Sequence[Mapping[UUID, str]]
    after: Sequence[Mapping[UUID, str]]


def _desk() -> _Desk:
    found = here().get("banyan_desk")
    if found is None:
        found = here().banyan_desk = _Desk(
            asking().env,
            own_prices.of_page(),
            _card_blocks(Region.CARD_BADGES),
            _card_blocks(Region.CARD_AFTER_PRICE),
        )
    return cast(_Desk, found)


def _on_one(blocks: Sequence[Mapping[UUID, str]], product_id: UUID) -> str:
    return "".join([shown[product_id] for shown in blocks if product_id in shown]) if blocks else ""


def _card_blocks(name: str) -> list[Mapping[Any, str]]:
    """What each block of a card region shows on this page's cards, by product."""
    cards = tuple(here().get("banyan_cards", {}).values())
    page = asking()
    found = [
        _on_cards(page, placed, name, cards)
        for placed in page.plan.of(name)
        if placed.plugin and cards and placed.block.audience in _audiences(page)
    ]
    return [each for each in found if each]


def _on_cards(page: Asking, placed: Placed, name: str, cards: tuple[Any, ...]) -> Mapping[Any, str]:
    block: Block = placed.block
    if block.fresh_seconds <= LIVE_SECONDS:
        shown = _fresh_on_cards(page, placed, name, cards)
    else:
        shown = _kept_on_cards(page, placed, name, cards)
    if any(shown.values()):
        block_files.need(placed.plugin, block)
    return shown


def _kept_on_cards(
    page: Asking, placed: Placed, name: str, cards: tuple[Any, ...]
) -> Mapping[Any, str]:
    """What a block shows on each card; asked for those only of which nothing is kept."""
    block: Block = placed.block
    keys = kept.keys_of(page, block, cards)
    texts = {card_id: kept.get(page, key) for card_id, key in keys.items()}
    missing = tuple(card for card in cards if texts[card.id] is None)
    if missing:
        fresh = _fresh_on_cards(page, placed, name, missing)
        for card in missing:
            texts[card.id] = html = fresh.get(card.id, "")
            kept.put(page, keys[card.id], html, block.fresh_seconds)
    return {card_id: html for card_id, html in texts.items() if html}


def _fresh_on_cards(
    page: Asking, placed: Placed, name: str, cards: tuple[Any, ...]
) -> Mapping[Any, str]:
    told = _told(page, placed, name, cards)

    def show() -> Mapping[Any, str]:
        seen = (_answer(placed.block, told) or {}).get("cards", {})
        return {card.id: _render(page, placed, seen[card.id]) for card in cards if card.id in seen}

    found: Mapping[Any, str] = guarded(placed.plugin, placed.hook, show, page.shop) or {}
    return found
