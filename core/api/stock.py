"""Stock, for reading: pieces that can still be sold."""

from core.stock.services import available, stock_views
from core.stock.types import StockView

__all__ = ["StockView", "available", "stock_views"]
