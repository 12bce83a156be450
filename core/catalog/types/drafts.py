"""What the merchant fills in."""

from collections.abc import Mapping
from dataclasses import field
from uuid import UUID

from core.kernel.values import dataclass


@dataclass(frozen=True)
class CategoryDraft:
    """What the merchant fills in for a category. An empty slug is made from the English name."""

    name: str
    name_en: str = ""
    slug: str = ""
    parent_id: UUID | None = None
    picture_id: UUID | None = None
    position: int = 0
    is_visible: bool = True


@dataclass(frozen=True)
class ProductDraft:
    """What the merchant fills in for a product. An empty slug is made from the title.

    ``description`` may hold HTML; it is sanitised when stored.
    """

    title: str
    subtitle: str = ""
    description: str = ""
    slug: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    category_id: UUID | None = None
    market_price_fen: int | None = None
    per_member_limit: int | None = None
    position: int = 0
    source_key: str | None = None
    sold_count: int = 0


@dataclass(frozen=True)
class SkuDraft:
    """What the merchant fills in for a SKU. ``id`` ``None``: a new one.

    ``on_hand`` is only read for a new SKU; later changes go through ``core.stock``.
    """

    code: str
    price_fen: int
    options: Mapping[str, str] = field(default_factory=dict)
    id: UUID | None = None
    cost_fen: int = 0
    market_price_fen: int | None = None
    picture_id: UUID | None = None
    weight_g: int = 0
    is_active: bool = True
    on_hand: int = 0
    low_at: int = 10
