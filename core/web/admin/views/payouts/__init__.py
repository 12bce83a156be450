"""Payouts: the queue, one of them, and files that staff pay by hand."""

from core.web.admin.views.payouts import batches, detail, index, results

__all__ = ["batches", "detail", "index", "results"]
