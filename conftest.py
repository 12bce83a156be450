"""Fixtures for every test of the house, in `tests/` and in each plugin alike."""

pytest_plugins = ["core.api.testing.plugin", "tests.left_out", "tests.databases", "tests.browsers"]
