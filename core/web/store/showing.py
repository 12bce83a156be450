"""Values that store templates show, made from what the rooms return."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from core.catalog.types import CategoryView, PictureView, ProductDetail, SkuView
from core.kernel.values import dataclass
from core.orders.types import OrderView
from core.pricing.types import Quote, TraceStep
from core.web import figures, i18n


@dataclass(frozen=True)
class StoryStep:
    """One reason why the price is what it is; several lines of one rule are added up."""

    label: str
    change_fen: int
    is_freight: bool


@dataclass(frozen=True)
class Story:
    """How a total comes about: list price, steps, total. The steps add up."""

    list_fen: int
    steps: tuple[StoryStep, ...]
    goods_fen: int
    total_fen: int

    @property
    def saved_fen(self) -> int:
        """What rules took off the goods."""
        return self.list_fen - self.goods_fen

    @property
    def has_offer(self) -> bool:
        """Whether any rule lowered the goods."""
        return self.saved_fen > 0

    @property
    def offers(self) -> tuple[StoryStep, ...]:
        """The steps that lowered the goods."""
        return tuple(step for step in self.steps if step.change_fen < 0 and not step.is_freight)

    @property
    def has_freight_step(self) -> bool:
        """Whether delivery costs something."""
        return any(step.is_freight for step in self.steps)


def story_of(quote: Quote) -> Story:
    """The story of a quote."""
    return Story(quote.list_fen, _steps(quote.trace), quote.goods_fen, quote.total_fen)


def story_of_order(order: OrderView) -> Story:
    """The story an order froze."""
    return Story(order.list_fen, _steps(order.trace), order.goods_fen, order.total_fen)


def _steps(trace: Iterable[TraceStep]) -> tuple[StoryStep, ...]:
    sums: dict[tuple[str, str, bool], int] = {}
    for step in trace:
        label = i18n.sentence(step.label, step.params)
        key = (step.rule, label, step.line is None)
        sums[key] = sums.get(key, 0) + step.after_fen - step.before_fen
    return tuple(
        StoryStep(label, change, is_freight)
        for (_, label, is_freight), change in sums.items()
        if change
    )


@dataclass(frozen=True)
class ChoiceValue:
    """A value of an option, as a button in the sheet."""

    text: str
    picture: PictureView | None
    is_gone: bool
    is_chosen: bool


@dataclass(frozen=True)
class Choice:
    """An option of a product; its form field is ``option<index>``."""

    index: int
    name: str
    choices: tuple[ChoiceValue, ...]


def choices_of(product: ProductDetail, selected: SkuView | None) -> tuple[Choice, ...]:
    """The options of a product; a value that is sold out in every combination cannot be chosen."""
    found = []
    for index, option in enumerate(product.options):
        values = []
        for text in option.values:
            skus = [sku for sku in product.skus if sku.options.get(option.name) == text]
            pictures = {sku.picture.id: sku.picture for sku in skus if sku.picture is not None}
            values.append(
                ChoiceValue(
                    text=text,
                    picture=next(iter(pictures.values()))
                    if len(pictures) == 1 and not index
                    else None,
                    is_gone=all(sku.is_sold_out for sku in skus),
                    is_chosen=selected is not None and selected.options.get(option.name) == text,
                )
            )
        found.append(Choice(index, option.name, tuple(values)))
    return tuple(found)


def chosen_sku(product: ProductDetail, form: Mapping[str, str]) -> SkuView | None:
    """The SKU of the option fields in a form; ``None`` when the combination does not exist."""
    wanted = {
        option.name: form.get(f"option{index}", "") for index, option in enumerate(product.options)
    }
    return next((sku for sku in product.skus if dict(sku.options) == wanted), None)


def skus_as_json(product: ProductDetail, own: Mapping[UUID, int]) -> str:
    """What the option sheet's script needs: options, price, stock sentence and picture by SKU.

    Args:
        product: whose SKUs.
        own: what a piece costs the reader; the list price where it does not tell.
    """
    rows = [
        {
            "o": list(sku.options.values()),
            "p": figures.money(own.get(sku.id, sku.price_fen)).removesuffix(".00"),
            "s": stock_sentence(sku),
            "g": sku.is_sold_out,
            "i": sku.picture.url(320, "webp") if sku.picture else "",
        }
        for sku in product.skus
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def stock_sentence(sku: SkuView) -> str:
    """How many are left, in words; exact only when few are."""
    if sku.is_sold_out:
        return i18n.gettext("Sold out")
    if sku.is_low:
        return i18n.ngettext("Only %(num)s left", "Only %(num)s left", sku.available)
    return i18n.gettext("In stock")


def swatches_of(product: ProductDetail, selected: SkuView | None) -> tuple[PictureView, ...]:
    """Up to four different SKU pictures, the selected one first."""
    seen: dict[Any, PictureView] = {}
    for sku in (*((selected,) if selected else ()), *product.skus):
        if sku.picture is not None:
            seen.setdefault(sku.picture.id, sku.picture)
    return tuple(seen.values())[:4] if len(seen) > 1 else ()


@dataclass(frozen=True)
class Tile:
    """A category in the page's language."""

    slug: str
    name: str
    picture: PictureView | None
    children: tuple["Tile", ...] = ()


def tiles_of(categories: Sequence[CategoryView]) -> tuple[Tile, ...]:
    """Categories in the page's language."""
    is_english = i18n.locale() == i18n.ENGLISH
    return tuple(
        Tile(
            slug=category.slug,
            name=(is_english and category.name_en) or category.name,
            picture=category.picture,
            children=tiles_of(category.children),
        )
        for category in categories
    )


@dataclass(frozen=True)
class Slide:
    """A slide of the home page's hero."""

    href: str
    picture: PictureView | None
    title: str
    kicker: str = ""
    text: str = ""
    button: str = ""
    is_dark: bool = False
    is_product: bool = False


@dataclass(frozen=True)
class MenuItem:
    """A line of the member centre's menu, or a shortcut with a count."""

    label: str
    icon: str
    href: str
    count: int = 0
