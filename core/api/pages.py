"""What blocks are told their page is about, as ``BlockContext.subject``."""

from dataclasses import dataclass

from core.catalog.types import ProductDetail

__all__ = ["ProductSubject"]


@dataclass(frozen=True)
class ProductSubject:
    """A product page: the product, and what its quote asks of this reader for one piece, in fen.

    ``price_fen`` has every price rule in it and no freight; 0 when nothing can be bought.
    """

    product: ProductDetail
    price_fen: int
