"""Decisions about messages, free of any database."""
