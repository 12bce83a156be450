"""Private servers: PostgreSQL for tests and replays, Valkey for the one-command shop.

A leaf: it imports nothing else of the shop and is used by the command line, the worker and tests.
"""
