"""Bringing products in from a file: upload, columns, preview, run, mend what failed."""

from core.web.admin.views.imports import (  # noqa: F401 (imported so that they register themselves)
    results,
    wizard,
)
