"""Decisions and arithmetic of membership on plain values; no database, no request."""
