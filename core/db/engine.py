"""Engines, sessions and the two ways to use them: :func:`Database.write` and :func:`Database.read`.

One request or one job is one unit of work; the edge opens and commits it, services never do.
On SQLite every write starts with ``BEGIN IMMEDIATE``: a deferred begin makes concurrent writers
fail when they upgrade their lock. Threads of one process take turns before they ask for it.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from core.db.sessions import BEGUN, READS, SHARED, Deed, Look
from core.db.turns import Turns
from core.db.wording import may_write
from core.kernel.errors import InvariantError, ShopError

BUSY_TIMEOUT_MS = 10_000
PREPARED_KEPT = 500
"""Statements that a connection to PostgreSQL keeps prepared. The driver's hundred are fewer than a
store's pages have, and each that was pushed out is read and planned anew, five times over."""
ASK_AGAIN_SECONDS = 0.001
"""Between two tries of a process that serves people to begin a write on SQLite, on average."""

_WRITES_NEXT = "banyan_write"
_ASKS = "banyan_asks"

ANNOUNCED = "banyan_announced"
"""Key in a session's ``info``: its unit of work wrote facts to the outbox."""


class Database:
    """An engine with the store's settings, and units of work on it.

    Args:
        url: SQLAlchemy URL, SQLite or PostgreSQL (psycopg 3).
        pool_size: connections kept per process; threads beyond it wait.
        engine: an engine made by :func:`make_engine` elsewhere, to be shared.
        serves_people: somebody waits for each write. On SQLite this process then asks for the write
            lock every millisecond, and passes by those that wait in SQLite's own pauses, such as a
            worker. For one process of an installation: many that ask so often hold each other up.
    """

    def __init__(
        self,
        url: str,
        pool_size: int = 10,
        engine: sa.Engine | None = None,
        *,
        serves_people: bool = False,
    ) -> None:
        self.url = url
        self.engine = engine or make_engine(url, pool_size=pool_size)
        info: dict[Any, Any] = {SHARED: {}}
        self._sessions = sessionmaker(self.engine, class_=Deed, expire_on_commit=False, info=info)
        reading = _for_reading(self.engine)
        self._looks = sessionmaker(reading, class_=Look, autoflush=False, info=info)
        sa.event.listen(self.engine, "before_cursor_execute", _refuse_writes)
        self._writing = {_WRITES_NEXT: True, _ASKS: serves_people}
        self._turns = Turns(BUSY_TIMEOUT_MS / 1000) if self.is_sqlite else None
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
            yield connection.execution_options(**self._writing)

    @contextmanager
    def write(self, connection: sa.Connection | None = None) -> Iterator[Session]:
        """A unit of work: commits when the block ends, rolls back when it raises.

        An error that ``keeps_writes`` commits first: it is raised before any effect but a count.
        A block that begins another one on the same thread is a fault of its author.

        Args:
            connection: one of :meth:`writer`, instead of one from the pool.

        Raises:
            sqlalchemy.exc.OperationalError: SQLite: others wrote for ten seconds.
        """
        with self._turn(), self._deed(connection) as session:
            try:
                yield session
            except ShopError as error:
                if error.keeps_writes:
                    session.keep()
                raise
            session.keep()
            if self.on_facts is not None and session.info.pop(ANNOUNCED, False):
                self.on_facts()

    @contextmanager
    def _deed(self, connection: sa.Connection | None) -> Iterator[Deed]:
        """A session that writes, on its connection."""
        session = self._sessions() if connection is None else self._sessions(bind=connection)
        try:
            session.connection(execution_options=self._writing if connection is None else None)
            yield session
        finally:
            session.end()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._turns is None:
            yield
            return
        if not self._turns.take():
            raise _locked(sqlite3.OperationalError("database is locked"))
        try:
            yield
        finally:
            self._turns.hand_on()

    def look(self) -> Look:
        """A look at the store, for reading only; whoever takes it closes it.

        On SQLite it is a look at one moment. On PostgreSQL each statement sees what is committed
        when it begins, as it would in a transaction of READ COMMITTED, without the two round trips
        that begin and end one. A statement that writes raises ``InvariantError``.
        """
        return self._looks()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A :meth:`look` that ends with the block."""
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
    return engine.execution_options(**{READS: True})


def _refuse_writes(
    connection: sa.Connection, _cursor: Any, text: str, _values: Any, _context: Any, _is_many: bool
) -> None:
    if connection.get_execution_options().get(READS) and may_write(text):
        raise InvariantError("db.read_only", "What is for reading only tried to write.")


def make_engine(url: str, pool_size: int = 10) -> sa.Engine:
    """An engine with the store's pragmas (SQLite) or time limits (PostgreSQL)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return _postgres_engine(parsed, pool_size)


def _postgres_engine(url: sa.URL, pool_size: int) -> sa.Engine:
    """Its connections begin nothing on their own: a look at the store needs no transaction."""
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=False,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": "-c lock_timeout=10000 -c timezone=UTC", "prepare_threshold": 2},
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.prepared_max = PREPARED_KEPT

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get(READS) or "isolation_level" in options:  # none, or the driver's own
            return
        dialect = connection.dialect
        try:
            cast(Any, connection.connection.driver_connection).execute("BEGIN", prepare=False)
        except dialect.loaded_dbapi.Error as error:  # as a statement would have raised it
            connection.invalidate(error)
            raise sa.exc.DBAPIError.instance(
                "BEGIN", None, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error

    return engine


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}
    if url.database:  # the next writer takes the connection whose cache is warm
        options["pool_use_lifo"] = True
    engine = sa.create_engine(url, **options)

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
        options = connection.get_execution_options()
        if options.get(BEGUN):
            return
        driver = cast(Any, connection.connection.driver_connection)
        if not options.get(_WRITES_NEXT):
            driver.execute("BEGIN")  # takes no lock and cannot fail: straight to the driver
            return
        try:
            if options.get(_ASKS):
                _begin_by_asking(driver)
            else:
                driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:  # as a statement would have raised it
            raise _locked(error) from error

    return engine


def _begin_by_asking(driver: sqlite3.Connection) -> None:
    """Begin a write; while others write, ask again at even pauses."""
    driver.execute("PRAGMA busy_timeout=0")
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(ASK_AGAIN_SECONDS * (0.5 + random.random()))  # noqa: S311 - not a secret
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _locked(error: sqlite3.OperationalError) -> sa.exc.OperationalError:
    return sa.exc.OperationalError("BEGIN IMMEDIATE", None, error)
