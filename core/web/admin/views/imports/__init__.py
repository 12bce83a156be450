"""Bringing products in from a file: upload, columns, preview, run, mend what failed."""

from core.web.admin.views.imports import (
    results,
    wizard,
)

__all__ = [
    "results",
    "wizard",
]
