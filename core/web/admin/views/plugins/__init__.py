"""Plugins: the list, the switch, settings, health, history."""

from core.web.admin.views.plugins import (  # noqa: F401 (imported so that they register themselves)
    acting,
    pages,
)
