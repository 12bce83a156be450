"""The merchant's pages of posters."""

from core.api.contributions import AdminPage
from plugins.poster.admin.designer import DESIGNER_PAGES

PAGES: tuple[AdminPage, ...] = (*DESIGNER_PAGES,)
"""Every admin page, in the order of the menu."""
