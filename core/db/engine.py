"""Engines, sessions and the two ways to use them: :func:`Database.write` and :func:`Database.read`.

One request or one job is one unit of work; the edge opens and commits it, services never do.
On SQLite every write starts with ``BEGIN IMMEDIATE``: a deferred begin makes concurrent writers
fail when they upgrade their lock.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from core.db.looks import Look
from core.kernel.errors import InvariantError, ShopError

BUSY_TIMEOUT_MS = 10_000

_READS = "banyan_reads"
_WRITING = {"banyan_write": True}
_WRITES = ("INSERT", "UPDATE", "DELETE")

ANNOUNCED = "banyan_announced"
"""Key in a session's ``info``: its unit of work wrote facts to the outbox."""


class Database:
    """An engine with the store's settings, and units of work on it.

    Args:
        url: SQLAlchemy URL, SQLite or PostgreSQL (psycopg 3).
        pool_size: connections kept per process; threads beyond it wait.
        engine: an engine made by :func:`make_engine` elsewhere, to be shared.
    """

    def __init__(self, url: str, pool_size: int = 10, engine: sa.Engine | None = None) -> None:
        self.url = url
        self.engine = engine or make_engine(url, pool_size=pool_size)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._looks = sessionmaker(_for_reading(self.engine), class_=Look, autoflush=False)
        sa.event.listen(self.engine, "before_cursor_execute", _refuse_writes)
        self.on_facts: Callable[[], None] | None = None
        """Called after a unit of work that wrote facts has committed; quick, never raises."""

    @property
    def is_sqlite(self) -> bool:
        """Whether the store runs on SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writer(self) -> Iterator[sa.Connection]:
        """A connection for many short units of work, one after the other; see :meth:`write`."""
        with self.engine.connect() as connection:
            yield connection.execution_options(**_WRITING)

    @contextmanager
    def write(self, connection: sa.Connection | None = None) -> Iterator[Session]:
        """A unit of work: commits when the block ends, rolls back when it raises.

        An error that ``keeps_writes`` commits first: it is raised before any effect but a count.

        Args:
            connection: one of :meth:`writer`, instead of one from the pool.
        """
        with self._sessions() if connection is None else self._sessions(bind=connection) as session:
            session.connection(execution_options=None if connection is not None else _WRITING)
            try:
                yield session
            except ShopError as error:
                if error.keeps_writes:
                    session.commit()
                raise
            session.commit()
            if self.on_facts is not None and session.info.pop(ANNOUNCED, False):
                self.on_facts()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A look at the store, for reading only.

        On SQLite it is a look at one moment. On PostgreSQL each statement sees what is committed
        when it begins, as it would in a transaction of READ COMMITTED, without the two round trips
        that begin and end one.

        Raises:
            InvariantError: within it, a statement that writes.
        """
        with self._looks() as session:
            yield session

    def dispose(self) -> None:
        """Close every pooled connection; from now on each is closed when it is given back."""
        sa.event.listen(self.engine.pool, "checkin", _close)  # and the pool that takes its place
        self.engine.dispose()


def _close(_connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
    record.invalidate()


def _for_reading(engine: sa.Engine) -> sa.Engine:
    """The same connections, marked: what is marked refuses to write."""
    options: dict[str, Any] = {_READS: True}
    if engine.dialect.name != "sqlite":
        options["isolation_level"] = "AUTOCOMMIT"
    return engine.execution_options(**options)


def _refuse_writes(
    connection: sa.Connection, _cursor: Any, text: str, _values: Any, _context: Any, _is_many: bool
) -> None:
    if connection.get_execution_options().get(_READS) and text.startswith(_WRITES):
        raise InvariantError("db.read_only", "A look for reading tried to write.")


def make_engine(url: str, pool_size: int = 10) -> sa.Engine:
    """An engine with the store's pragmas (SQLite) or time limits (PostgreSQL)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return sa.create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=False,
        connect_args={"options": "-c lock_timeout=10000 -c timezone=UTC"},
    )


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin on its own
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "cache_size=-32000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("banyan_write"):
            try:
                cast(Any, connection.connection.driver_connection).execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:  # as a statement would have raised it
                raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error) from error
        else:  # takes no lock and cannot fail: straight to the driver, on every page
            cast(Any, connection.connection.driver_connection).execute("BEGIN")

    return engine
