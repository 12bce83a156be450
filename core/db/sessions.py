"""Sessions that only read, and sessions that write."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import InvariantError

BEGUN = "banyan_begun"
"""Option of a connection on which a look has begun already."""
READS = "banyan_reads"
"""Option of a connection that refuses to write."""
SHARED = "banyan_shared"
"""Key in a session's ``info``: see :func:`shared`."""


@dataclass(slots=True, eq=False)
class Held:
    """A driver's connection straight from the pool, as far as prepared statements need one."""

    engine: sa.Engine
    connection: sa.PoolProxiedConnection

    @property
    def dialect(self) -> sa.Dialect:
        """Of the database."""
        return self.engine.dialect

    def get_execution_options(self) -> Mapping[str, Any]:
        """What listeners may ask of a connection: this one reads."""
        return self.engine.get_execution_options()


class Look(Session):
    """A session on one connection that it takes from the pool itself, at its first statement.

    A session's own way to a connection and back costs several times what a short statement does;
    most pages look with prepared statements only and need nothing of it. A statement of the session
    itself runs on the same connection. It is given back when the look is closed; a look that was
    closed opens another.
    """

    _held: Held | None = None
    _own: sa.Connection | None = None

    def opened(self) -> Held | sa.Connection:
        """The connection of this look."""
        if self._held is None:
            if self.in_transaction():
                return self.connection()
            engine = cast(sa.Engine, super().get_bind())
            self._held = Held(engine, engine.raw_connection())
            if engine.dialect.name == "sqlite":  # there a look is at one moment
                cast(Any, self._held.connection.driver_connection).execute("BEGIN")
        return self._held

    def get_bind(self, *args: Any, **options: Any) -> sa.Engine | sa.Connection:
        """What a statement of the session itself runs on."""
        if self._held is None:
            return super().get_bind(*args, **options)
        if self._own is None:
            begun = sa.Connection(self._held.engine, connection=self._held.connection)
            self._own = begun.execution_options(**{BEGUN: True})
        return self._own

    def close(self) -> None:
        """End the look."""
        held, self._held = self._held, None
        own, self._own = self._own, None
        try:
            if self.in_transaction() or self.identity_map:
                super().close()
        finally:
            if own is not None:
                own.close()
            elif held is not None:
                held.connection.close()


class Deed(Session):
    """A session that writes; it asks once which connection its transaction is on.

    Its unit of work ends where it began. Whoever is handed the session on the way, a service or a
    plugin, can neither commit nor take back what others wrote: that raises ``InvariantError``.
    """

    _begun: sa.Connection | None = None

    def commit(self) -> None:
        """Refuse."""
        raise _not_yours("commit")

    def rollback(self) -> None:
        """Refuse."""
        raise _not_yours("rollback")

    def close(self) -> None:
        """Refuse."""
        raise _not_yours("close")

    def keep(self) -> None:
        """Commit; for who began the unit of work."""
        super().commit()

    def end(self) -> None:
        """Take back what was not kept and let go of the connection; for who began it."""
        super().close()

    def opened(self) -> sa.Connection:
        """The connection of its transaction."""
        if self._begun is None or not self.is_active:
            self._begun = self.connection()
        return self._begun


def _not_yours(what: str) -> InvariantError:
    return InvariantError(
        "db.not_yours",
        "Who is handed a unit of work does not %(what)s it; who began it does.",
        what=what,
    )


@contextmanager
def reading(session: Session | None) -> Iterator[None]:
    """A block in which a unit of work refuses to write; what was added before it is written first.

    Costs some microseconds; nothing for a look, which never writes.

    Raises:
        InvariantError: the block writes, or leaves something behind that is to be written.
    """
    if not isinstance(session, Deed):
        yield
        return
    session.flush()
    connection = session.opened()
    before = connection.get_execution_options().get(READS, False)
    connection.execution_options(**{READS: True})
    try:
        yield
        session.flush()
    finally:
        connection.execution_options(**{READS: before})


def only_reads(session: Session) -> bool:
    """Whether a session is a look, of a page say: what it shows may be a moment old."""
    return isinstance(session, Look)


def shared(session: Session) -> dict[str, Any]:
    """What all sessions of one store share within this process, by names of plugins' own."""
    found: dict[str, Any] = session.info.setdefault(SHARED, {})
    return found
