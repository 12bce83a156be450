"""The merchant's pages of posters."""

from core.api.contributions import AdminPage
from plugins.poster.admin.designer import DESIGNER_PAGES
from plugins.poster.admin.statistics import STATISTICS_PAGES
from plugins.poster.admin.task_routes import TASK_PAGES
from plugins.poster.admin.workshop import MAKING_PAGES

PAGES: tuple[AdminPage, ...] = (*DESIGNER_PAGES, *STATISTICS_PAGES, *TASK_PAGES, *MAKING_PAGES)
"""Every admin page, in the order of the menu."""
