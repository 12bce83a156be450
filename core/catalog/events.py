"""Facts of the catalogue."""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductPublished(Event):
    """A product went on sale, for the first time or again. Not fired by edits of one that is."""

    aggregate = "product_id"
    product_id: UUID
    title: str


@dataclass(frozen=True, kw_only=True)
class PriceChanged(Event):
    """The list price of a SKU on sale changed, in fen.

    Not fired for products that are not on sale, nor when offers or members' prices change.
    """

    aggregate = "product_id"
    product_id: UUID
    sku_id: UUID
    old_fen: int
    new_fen: int
