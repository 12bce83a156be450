"""Regions: ordered lists in which the trunk's blocks and the plugins' blocks are peers.

The order is (merchant's arrangement, weight, key). A plugin's block that fails is left out and
counted; under debug it raises. In the two card regions a block is asked once for all products of
the page: its ``context`` gets the tuple of cards as subject and answers ``{"cards": {product id:
values}}``; products that are not in it show nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from core.api.contributions import Block, BlockContext
from core.api.regions import Region
from core.catalog.types import ProductCard
from core.host.budgets import Overdue
from core.web import block_files, cache, context, i18n, kept, shells
from core.web.here import here
from core.web.placing import CoreBlock, Placed

LIVE_SECONDS = 1.0
"""How long a guest's page with a plugin's block is kept: nobody tells when its data changes."""


# --- rendering ----------------------------------------------------------------------------------


@jinja2.pass_context
def region(page: Context, name: str, subject: Any = None) -> Markup:
    """Template function: every block of a region, in order."""
    blocks = here().banyan_plans.of(name)
    if not blocks:
        return _NOTHING
    env, names = page.environment, page.get_all()
    about = subject or names.get("subject")
    pieces = [
        shells.marked(
            partial(_hole, placed, name, subject), partial(_plugin_block, env, placed, name, about)
        )
        if placed.plugin
        else _core_block(env, cast(CoreBlock, placed.block), names)
        for placed in blocks
    ]
    return Markup("".join(pieces))  # noqa: S704 (rendered by escaping templates)


_NOTHING = Markup("")


def _hole(placed: Placed, region_name: str, subject: Any, about: Any) -> str:
    """A plugin's block again, for another reader of a kept page."""
    return _plugin_block(here().banyan_env, placed, region_name, subject or about)


def _core_block(env: jinja2.Environment, block: CoreBlock, names: dict[str, Any]) -> str:
    """A block of the trunk, rendered with the page's own names (functions are among them)."""
    template = env.get_template(block.template)
    seen = {**names, **block.values} if block.values else names
    return "".join(template.root_render_func(Context(env, seen, block.template, template.blocks)))


def _plugin_block(env: jinja2.Environment, placed: Placed, region_name: str, subject: Any) -> str:
    block = cast(Block, placed.block)
    if not _is_for_reader(block):
        return ""
    if block.fresh_seconds <= LIVE_SECONDS:
        return _fresh(env, placed, region_name, subject)
    plan, key = here().banyan_plans, kept.key_of(block, subject)
    html = kept.get(plan, key)
    if html is None:
        html = _fresh(env, placed, region_name, subject)
        kept.put(plan, key, html, block.fresh_seconds)
    else:
        cache.limit(block.fresh_seconds)
        block_files.need(placed.plugin, block)
    return html


def _is_for_reader(block: Block) -> bool:
    return block.audience != "member" or context.current_member() is not None


def _fresh(env: jinja2.Environment, placed: Placed, region_name: str, subject: Any) -> str:
    """What a block shows now; asked and rendered in one guarded call."""
    block = cast(Block, placed.block)
    asked = _asked(placed, region_name, subject)

    def show() -> str:
        values = block.context(asked)
        return "" if values is None else _render(env, placed, values)

    html = cast(str, guarded(placed.plugin, f"block:{block.key}", show) or "")
    if html:
        block_files.need(placed.plugin, block)
    return html


def _asked(placed: Placed, region_name: str, subject: Any) -> BlockContext:
    cache.limit(max(LIVE_SECONDS, cast(Block, placed.block).fresh_seconds))
    member = context.current_member()
    return BlockContext(
        session=context.reader(),
        region=region_name,
        subject=subject,
        member_id=member.subject_id if member else None,
        settings=context.shop().plugins.settings_of(placed.plugin),
        locale=i18n.locale(),
    )


def _render(env: jinja2.Environment, placed: Placed, values: Mapping[str, Any]) -> str:
    name = f"plugins/{placed.plugin}/{cast(Block, placed.block).template}"
    return env.get_template(name).render({"site": here().banyan_site, **values})


def guarded(plugin: str, hook: str, call: Callable[[], Any]) -> Any:
    """Run a plugin's part of a page; what it raises is recorded and gives ``None``.

    Under debug it raises, so that its author sees it.
    """
    shop = context.shop()
    if shop.config.is_debug:
        return call()
    answer = None
    with shop.plugins.guard(plugin, hook):
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
    html = shells.marked(lambda _about: _card_of(product), partial(_card_of, product))
    return Markup(html)  # noqa: S704 (rendered by an escaping template)


def _card_of(product: ProductCard) -> Markup:
    badges, after = (
        "".join(shown[product.id] for shown in blocks if product.id in shown)
        for blocks in _blocks_of_cards()
    )
    env = here().banyan_env
    if env.auto_reload:
        return _card(product, Markup(badges), Markup(after))  # noqa: S704
    kept = env.kept
    key = (*_card_key(product), badges, after)
    html = kept.get(key)
    if html is None:
        if len(kept) >= _MOST_CARDS:
            kept.clear()
        html = kept[key] = _card(product, Markup(badges), Markup(after))  # noqa: S704
    return cast(Markup, html)


_MOST_CARDS = 4000


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


def _card(product: ProductCard, badges: Markup, after: Markup) -> Markup:
    template = here().banyan_env.get_template("card.html")
    html = template.render(product=product, badges=badges, after_price=after)
    return Markup(html)  # noqa: S704 (rendered by an escaping template)


def _blocks_of_cards() -> tuple[list[Mapping[Any, str]], ...]:
    """Badges and what stands after the price; every block is asked once a page."""
    found = here().get("banyan_card_blocks")
    if found is None:
        found = here().banyan_card_blocks = (
            _card_blocks(Region.CARD_BADGES),
            _card_blocks(Region.CARD_AFTER_PRICE),
        )
    return cast("tuple[list[Mapping[Any, str]], ...]", found)


def _card_blocks(name: str) -> list[Mapping[Any, str]]:
    """What each block of a card region shows on this page's cards, by product."""
    cards = tuple(here().get("banyan_cards", {}).values())
    found = [
        _on_cards(placed, name, cards)
        for placed in here().banyan_plans.of(name)
        if placed.plugin and cards and _is_for_reader(cast(Block, placed.block))
    ]
    return [each for each in found if each]


def _on_cards(placed: Placed, name: str, cards: tuple[Any, ...]) -> Mapping[Any, str]:
    block, env = cast(Block, placed.block), here().banyan_env
    asked = _asked(placed, name, cards)

    def show() -> Mapping[Any, str]:
        told = (block.context(asked) or {}).get("cards", {})
        return {card.id: _render(env, placed, told[card.id]) for card in cards if card.id in told}

    shown = guarded(placed.plugin, f"block:{block.key}", show) or {}
    if any(shown.values()):
        block_files.need(placed.plugin, block)
    return cast("Mapping[Any, str]", shown)
