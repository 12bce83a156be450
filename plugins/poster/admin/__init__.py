"""The merchant's pages of posters."""

from core.api.contributions import AdminPage

PAGES: tuple[AdminPage, ...] = ()
"""Every admin page, in the order of the menu."""
