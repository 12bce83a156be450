"""What one may do with stock. Every lock is taken in ascending SKU id; nothing commits."""

from core.stock.services.holds import hold, release, release_many, take
from core.stock.services.levels import available, movements, set_low_at, stock_views, verify
from core.stock.services.movements import (
    adjust,
    discard_levels,
    open_levels,
    put_back,
    receive,
    recount,
)
from core.stock.types import MovementView, StockReport, StockView

__all__ = [
    "MovementView",
    "StockReport",
    "StockView",
    "adjust",
    "available",
    "discard_levels",
    "hold",
    "movements",
    "open_levels",
    "put_back",
    "receive",
    "recount",
    "release",
    "release_many",
    "set_low_at",
    "stock_views",
    "take",
    "verify",
]
