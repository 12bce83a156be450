import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import banyan
from core.cli.serving import environment_of

PLUGINS = Path(__file__).parents[2] / "plugins_for_tests"


@pytest.fixture
def plugin_dirs():
    return (PLUGINS,)


@pytest.fixture
def command(shop, monkeypatch):
    """Run a command in this process on the test's shop; its parsed JSON, or its text."""
    for name, value in environment_of(shop.config).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, expect: int = 0, text: bool = False):
        result = CliRunner().invoke(banyan, [*arguments, *([] if text else ["--json"])])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == expect, result.output
        return result.output if text else json.loads(result.stdout)

    return run
