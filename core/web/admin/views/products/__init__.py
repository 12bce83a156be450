"""Products: the list, the editor, export."""

from core.web.admin.views.products import (  # noqa: F401 (imported so that they register themselves)
    editor,
    index,
)
