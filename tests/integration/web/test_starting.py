"""A web process on a database that is not its own is refused in a sentence, by any server."""

import subprocess
import sys
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.app import create_app
from core.cli.serving import environment_of
from core.config import ROOT
from core.kernel.errors import ConfigError


def start(config) -> subprocess.CompletedProcess[str]:
    """``import wsgi`` in a process of its own, as any WSGI server does it."""
    return subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environment_of(config),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_without_tables_is_refused(shop_config, tmp_path):
    config = replace(shop_config, database_url=f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(ConfigError, match="banyan db upgrade"):
        create_app(config)
    done = start(config)
    assert done.returncode == 1
    assert "banyan db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_newer_database_is_refused(shop):
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="newer"):
        create_app(replace(shop.config))
    done = start(shop.config)
    assert done.returncode == 1
    assert "9999" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_older_database_is_refused(shop):
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    done = start(shop.config)
    assert done.returncode == 1
    assert "banyan db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_does_not_answer_is_refused(shop_config):
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    done = start(replace(shop_config, database_url=url))
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr
