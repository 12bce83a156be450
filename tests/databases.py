"""Servers and databases for tests: SQLite files and a private PostgreSQL, a private Valkey.

Each process of a parallel run has its own servers. A database with the newest schema is made once
per process; every test gets a copy of it, so no test sees another's rows.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from core.config import ROOT
from core.db import migrate
from core.db.engine import Database
from core.embedded.postgres import PostgresServer, find_postgres, running_postgres
from core.embedded.valkey import ValkeyServer, find_valkey, running_valkey
from core.host import migrations
from core.host.discovery import find_plugins
from tests.left_out import leave_out


def prepare_template(url: str) -> None:
    """Bring an empty database to the newest schema: the core's tables, then every plugin's.

    No plugin is installed by it: that is a row, which the test's own fixtures write.
    """
    database = Database(url)
    try:
        migrate.upgrade(database.engine)
        for found in find_plugins([ROOT / "plugins"], use_entry_points=False):
            if found.problem is None:
                migrations.upgrade(database.engine, found.manifest)
    finally:
        database.dispose()


@pytest.fixture(scope="session")
def pg_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server: the one of TEST_DATABASE_URL, else a private one of this process."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield PostgresServer(url)
    elif find_postgres() is None:
        leave_out("PostgreSQL not found: install banyan[test], or postgresql")
    else:
        with running_postgres() as server:
            yield server


@pytest.fixture
def valkey_server() -> Iterator[ValkeyServer]:
    """An empty Valkey of this test alone; `valkey_server.url` is what redis-py takes."""
    if find_valkey() is None:
        leave_out("Valkey not found: install banyan[embedded], or valkey-server")
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and no rows; copy it, never write to it."""
    folder = tmp_path_factory.mktemp("template")
    working, template = folder / "working.db", folder / "template.db"
    prepare_template(f"sqlite:///{working}")
    with closing(sqlite3.connect(working)) as connection:
        connection.execute("VACUUM INTO ?", (str(template),))
    return template


@pytest.fixture(scope="session")
def postgres_template(pg_server: PostgresServer) -> Iterator[str]:
    """Name of a PostgreSQL database with the newest schema and no rows."""
    url = pg_server.create_database()
    prepare_template(url)
    yield make_url(url).database
    pg_server.drop_database(url)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of this test's own SQLite database."""
    shutil.copyfile(sqlite_template, tmp_path / "shop.db")
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def postgres_url(pg_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """URL of this test's own PostgreSQL database."""
    url = pg_server.create_database(template=postgres_template)
    yield url
    pg_server.drop_database(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of this test's own database; the test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
