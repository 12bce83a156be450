"""Plugins: the list, the switch, settings, health, history."""

from core.web.admin.views.plugins import (
    acting,
    pages,
)

__all__ = [
    "acting",
    "pages",
]
