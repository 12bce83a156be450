from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins_for_tests"


@pytest.fixture
def plugin_dirs():
    return (PLUGINS,)
