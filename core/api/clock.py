"""The store's clock: aware UTC, ahead of the machine's when a sandbox moved it. Ask no other."""

from core.kernel.clock import day_bounds, local_date, now

__all__ = ["day_bounds", "local_date", "now"]
