"""The shoppers' pages of posters."""

from core.api.contributions import StorePage

PAGES: tuple[StorePage, ...] = ()
"""Every store page."""
