"""The sandbox gateway on the web: its signed API and the page where the shopper decides."""

from core.web.sandbox.views import blueprint

__all__ = ["blueprint"]
