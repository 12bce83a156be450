"""Banyan's trunk: a small store that knows no plugin by name."""

__version__ = "0.1.0"
