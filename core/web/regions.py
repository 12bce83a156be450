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
from flask import g
from jinja2.runtime import Context
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from core.api.contributions import Block, BlockContext
from core.api.regions import Region
from core.catalog.types import ProductCard
from core.host.budgets import Overdue
from core.web import cache, context, i18n, kept, shells
from core.web.placing import CoreBlock, Placed

LIVE_SECONDS = 1.0
"""How long a guest's page with a plugin's block is kept: nobody tells when its data changes."""


# --- rendering ----------------------------------------------------------------------------------


@jinja2.pass_context
def region(page: Context, name: str, subject: Any = None) -> Markup:
    """Template function: every block of a region, in order."""
    blocks = g.banyan_plans.of(name)
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
    return _plugin_block(g.banyan_env, placed, region_name, subject or about)


def _core_block(env: jinja2.Environment, block: CoreBlock, names: dict[str, Any]) -> str:
    """A block of the trunk, rendered with the page's own names (functions are among them)."""
    template = env.get_template(block.template)
    seen = {**names, **block.values} if block.values else names
    return "".join(template.root_render_func(Context(env, seen, block.template, template.blocks)))


def _plugin_block(env: jinja2.Environment, placed: Placed, region_name: str, subject: Any) -> str:
    block = cast(Block, placed.block)
    if block.fresh_seconds <= LIVE_SECONDS:
        values = _values(placed, region_name, subject)
        return _render(env, placed, values) if values is not None else ""
    if block.audience == "member" and context.current_member() is None:
        return ""
    plan, key = g.banyan_plans, kept.key_of(block, subject)
    html = kept.get(plan, key)
    if html is None:
        values = _values(placed, region_name, subject)
        html = _render(env, placed, values) if values is not None else ""
        kept.put(plan, key, html, block.fresh_seconds)
    else:
        cache.limit(block.fresh_seconds)
        _need_assets(placed.plugin, block)
    return html


def _values(placed: Placed, region_name: str, subject: Any) -> Mapping[str, Any] | None:
    block = cast(Block, placed.block)
    if block.audience == "member" and context.current_member() is None:
        return None
    cache.limit(max(LIVE_SECONDS, block.fresh_seconds))
    member = context.current_member()
    asked = BlockContext(
        session=context.reader(),
        region=region_name,
        subject=subject,
        member_id=member.subject_id if member else None,
        settings=context.shop().plugins.settings_of(placed.plugin),
        locale=i18n.locale(),
    )
    return cast(
        "Mapping[str, Any] | None",
        guarded(placed.plugin, f"block:{block.key}", lambda: block.context(asked)),
    )


def _render(env: jinja2.Environment, placed: Placed, values: Mapping[str, Any]) -> str:
    block = cast(Block, placed.block)
    name = f"plugins/{placed.plugin}/{block.template}"
    site = g.banyan_site

    def show() -> str:
        return env.get_template(name).render({"site": site, **values})

    html = guarded(placed.plugin, f"block:{block.key}", show)
    if html:
        _need_assets(placed.plugin, block)
    return cast(str, html or "")


def _need_assets(plugin: str, block: Block) -> None:
    """Ask for a block's style sheets and scripts in the head of this page, each once."""
    wanted = g.setdefault("banyan_assets", {})
    for name in block.styles:
        wanted["style", plugin, name] = None
    for name in block.scripts:
        wanted["script", plugin, name] = None


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
    g.setdefault("banyan_cards", {}).update({card.id: card for card in cards})


def card(product: ProductCard) -> Markup:
    """Template function: a product as ``card.html`` shows it, with what plugins put on it.

    Cards are kept by what they show: twenty of them cost a page next to nothing.
    """
    html = shells.marked(lambda _about: _card_of(product), partial(_card_of, product))
    return Markup(html)  # noqa: S704 (rendered by an escaping template)


def _card_of(product: ProductCard) -> Markup:
    blocks = _blocks_of_cards()
    badges = _on_card(blocks[0], product) if blocks[0] else ""
    after = _on_card(blocks[1], product) if blocks[1] else ""
    env = g.banyan_env
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
    template = g.banyan_env.get_template("card.html")
    html = template.render(product=product, badges=badges, after_price=after)
    return Markup(html)  # noqa: S704 (rendered by an escaping template)


def _on_card(ready: list[tuple[Placed, Mapping[Any, Any]]], product: ProductCard) -> str:
    env = g.banyan_env
    return "".join(
        _render(env, placed, values[product.id]) for placed, values in ready if product.id in values
    )


def _blocks_of_cards() -> tuple[list[tuple[Placed, Mapping[Any, Any]]], ...]:
    """Badges and what stands after the price; every block is asked once a page."""
    if "banyan_card_blocks" not in g:
        g.banyan_card_blocks = (
            _card_blocks(Region.CARD_BADGES),
            _card_blocks(Region.CARD_AFTER_PRICE),
        )
    return cast("tuple[list[tuple[Placed, Mapping[Any, Any]]], ...]", g.banyan_card_blocks)


def _card_blocks(name: str) -> list[tuple[Placed, Mapping[Any, Any]]]:
    cards = tuple(g.get("banyan_cards", {}).values())
    found = []
    for placed in g.banyan_plans.of(name):
        if placed.plugin and cards:
            values = _values(placed, name, cards)
            if values:
                found.append((placed, values.get("cards", {})))
    return found
