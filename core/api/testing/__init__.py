"""A kit for testing plugins (and Banyan itself): a whole shop per test, moved by its own services.

Name the plugin in ``conftest.py``: ``pytest_plugins = ["core.api.testing.plugin"]``. Nothing here
is mocked: the database is real, facts travel through the outbox, the clock is the store's.
"""
