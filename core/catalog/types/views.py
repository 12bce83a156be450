"""What shoppers see: cards, the product page, lines of a cart, shelves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from core.media.types import PictureView


class ProductCard(NamedTuple):
    """A product in a list. Prices are list prices in fen, before any rule.

    A tuple, since a page makes dozens of them.

    Args:
        sku_id: the cheapest SKU that can be bought (or the cheapest, when sold out), for quoting
            the card; ``None`` when the product has no active SKU. ``sku_price_fen`` is its price,
            ``sku_cost_fen`` what it costs the store.
        price_fen: lowest price over active SKUs; ``max_price_fen`` is the highest.
        market_price_fen: struck-through price, when the merchant gave one.
    """

    id: UUID
    slug: str
    title: str
    subtitle: str
    category_id: UUID | None
    sku_id: UUID | None
    price_fen: int
    max_price_fen: int
    market_price_fen: int | None
    sold_count: int
    is_sold_out: bool
    cover: PictureView | None
    published_at: datetime | None
    sku_price_fen: int = 0
    sku_cost_fen: int = 0

    @property
    def has_price_range(self) -> bool:
        """Whether SKUs differ in price, so that the list says “from”."""
        return self.max_price_fen > self.price_fen


@dataclass(frozen=True)
class OptionView:
    """One option of a product with its values in order, such as 釉色: 雨过天青, 松烟墨."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class SkuView:
    """A SKU on the product page. Prices in fen; ``available`` is never below 0."""

    id: UUID
    code: str
    options: Mapping[str, str]
    price_fen: int
    market_price_fen: int | None
    available: int
    low_at: int
    picture: PictureView | None
    cost_fen: int = 0
    weight_g: int = 0

    @property
    def label(self) -> str:
        """The chosen values as one text, such as “雨过天青 · 单壶”; empty without options."""
        return " · ".join(self.options.values())

    @property
    def is_sold_out(self) -> bool:
        """Whether none can be bought."""
        return self.available <= 0

    @property
    def is_low(self) -> bool:
        """Whether few are left."""
        return 0 < self.available <= self.low_at


@dataclass(frozen=True)
class ProductDetail:
    """Everything the product page shows.

    ``description`` is sanitised HTML, safe to put on a page as it is. ``skus`` are the active ones
    in the merchant's order. A product that is off sale is still shown, so that an old link does not
    end nowhere; ``is_on_sale`` tells.
    """

    id: UUID
    slug: str
    title: str
    subtitle: str
    description: str
    attributes: tuple[tuple[str, str], ...]
    category_id: UUID | None
    category_slug: str | None
    category_name: str | None
    category_name_en: str | None
    state: str
    price_fen: int
    max_price_fen: int
    market_price_fen: int | None
    sold_count: int
    per_member_limit: int | None
    version: int
    published_at: datetime | None
    pictures: tuple[PictureView, ...]
    options: tuple[OptionView, ...]
    skus: tuple[SkuView, ...]

    @property
    def is_on_sale(self) -> bool:
        """Whether it can be bought at all."""
        return self.state == "on_sale"

    @property
    def has_price_range(self) -> bool:
        """As on cards: whether SKUs differ in price."""
        return self.max_price_fen > self.price_fen

    @property
    def available(self) -> int:
        """Pieces left over all SKUs."""
        return sum(sku.available for sku in self.skus)

    @property
    def is_sold_out(self) -> bool:
        """Whether no SKU is left."""
        return self.available <= 0

    @property
    def cover(self) -> PictureView | None:
        """The first picture."""
        return self.pictures[0] if self.pictures else None

    @property
    def default_sku(self) -> SkuView | None:
        """The SKU chosen at first: the first that can be bought, else the first."""
        buyable = (sku for sku in self.skus if not sku.is_sold_out)
        return next(buyable, self.skus[0] if self.skus else None)

    @property
    def card_sku(self) -> SkuView | None:
        """The SKU that the product's card quotes: the cheapest that can be bought, else that."""
        return min(self.skus, key=lambda sku: (sku.is_sold_out, sku.price_fen), default=None)


@dataclass(frozen=True)
class SkuFacts:
    """One SKU with its product and stock, as carts and quotes need them.

    ``quantity`` is what was asked for. ``limit`` is how many one member may buy of the product in
    all, ``None``: any number.
    """

    sku_id: UUID
    product_id: UUID
    category_id: UUID | None
    slug: str
    title: str
    code: str
    options: Mapping[str, str]
    quantity: int
    price_fen: int
    market_price_fen: int | None
    cost_fen: int
    weight_g: int
    available: int
    limit: int | None
    product_state: str
    is_active: bool
    picture: PictureView | None

    @property
    def is_on_sale(self) -> bool:
        """Whether product and SKU are on sale; says nothing about stock."""
        return self.is_active and self.product_state == "on_sale"

    @property
    def has_enough(self) -> bool:
        """Whether ``quantity`` pieces are there."""
        return self.available >= self.quantity

    @property
    def label(self) -> str:
        """The option values as one text; empty without options."""
        return " · ".join(self.options.values())


@dataclass(frozen=True)
class ProductName:
    """What staff calls a product, whatever its state: its title, and its address in the store."""

    id: UUID
    slug: str
    title: str
    category_id: UUID | None


@dataclass(frozen=True)
class SkuName:
    """What staff calls a SKU, whatever its state: code, title and options. List price in fen."""

    id: UUID
    product_id: UUID
    category_id: UUID | None
    code: str
    title: str
    options: Mapping[str, str]
    price_fen: int
    cost_fen: int

    @property
    def label(self) -> str:
        """Title and chosen values, such as “山岚侧把壶 · 雨过天青”."""
        return " · ".join([self.title, *self.options.values()])


@dataclass(frozen=True)
class CategoryView:
    """A shelf with the shelves under it."""

    id: UUID
    parent_id: UUID | None
    slug: str
    name: str
    name_en: str
    position: int
    is_visible: bool
    picture: PictureView | None
    children: tuple["CategoryView", ...] = ()
