"""What the merchant's pages show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.media.types import PictureView


@dataclass(frozen=True)
class SkuEdit:
    """A SKU as the admin's form shows it."""

    id: UUID
    code: str
    options: Mapping[str, str]
    price_fen: int
    cost_fen: int
    market_price_fen: int | None
    picture_id: UUID | None
    weight_g: int
    is_active: bool
    on_hand: int
    allocated: int
    low_at: int


@dataclass(frozen=True)
class ProductEdit:
    """A product as the admin's form shows it. ``version`` goes back with the form."""

    id: UUID
    slug: str
    title: str
    subtitle: str
    description: str
    attributes: tuple[tuple[str, str], ...]
    category_id: UUID | None
    state: str
    market_price_fen: int | None
    per_member_limit: int | None
    position: int
    version: int
    pictures: tuple[PictureView, ...]
    skus: tuple[SkuEdit, ...]


@dataclass(frozen=True)
class ProductRow:
    """A product in the admin's list."""

    id: UUID
    slug: str
    title: str
    state: str
    category_name: str | None
    min_price_fen: int
    max_price_fen: int
    sold_count: int
    sku_count: int
    available: int
    is_low: bool
    cover: PictureView | None
    updated_at: datetime
