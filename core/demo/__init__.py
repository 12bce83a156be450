"""The demo store 山屿集: tea ware, coffee, vases, candles and tea. Everything in it is invented."""

from core.demo.catalog import Seeded, prepare_pictures, seed_catalog

__all__ = ["Seeded", "prepare_pictures", "seed_catalog"]
