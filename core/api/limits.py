"""How often something may be tried, counted in the database so that all processes agree."""

from core.db.limits import forget_hits, hit

__all__ = ["forget_hits", "hit"]
