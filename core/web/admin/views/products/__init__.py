"""Products: the list, the editor, export."""

from core.web.admin.views.products import (
    editor,
    index,
)

__all__ = [
    "editor",
    "index",
]
