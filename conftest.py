"""Fixtures for every test of the house, in `tests/` and in each plugin alike."""

from tests.scratch import write_in_memory

write_in_memory()
pytest_plugins = ["core.api.testing.plugin", "tests.left_out", "tests.databases", "tests.browsers"]
