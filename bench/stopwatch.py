"""How long a connection waits for its database: every call of the driver that sends or fetches."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import psycopg
import sqlalchemy as sa

_CALLS = ("execute", "executemany", "fetchall", "fetchone", "fetchmany")


class Stopwatch:
    """Adds up the seconds of all statements sent while it runs, and counts them."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.statements = 0

    def timed(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        """The call, clocked."""

        def clocked(*arguments: Any, **more: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*arguments, **more)
            finally:
                self.seconds += time.perf_counter() - began
                self.statements += name.startswith("execute")

        return clocked

    def watch(self, engine: sa.Engine) -> None:
        """Clock every connection that an engine will open; those of one thread."""
        cursor = self._cursor(sqlite3.Cursor if engine.dialect.name == "sqlite" else psycopg.Cursor)

        @sa.event.listens_for(engine, "do_connect")
        def _clocked(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
            if engine.dialect.name == "sqlite":
                options["factory"] = _connection(cursor)
            else:
                options["cursor_factory"] = cursor

    def spent_ms(self, call: Callable[..., Any], *arguments: Any, **more: Any) -> float:
        """Call, and tell for how many milliseconds the database was waited for meanwhile."""
        before = self.seconds
        call(*arguments, **more)
        return (self.seconds - before) * 1000

    def _cursor(self, base: Any) -> Any:
        watch = self

        class Clocked(base):
            """A cursor whose calls are clocked."""

            def __init__(self, *arguments: Any, **more: Any) -> None:
                super().__init__(*arguments, **more)
                for name in _CALLS:
                    setattr(self, name, watch.timed(getattr(self, name), name))

        return Clocked


def _connection(cursor: Any) -> Any:
    class Watched(sqlite3.Connection):
        """A connection whose cursors are clocked."""

        def cursor(self, factory: Any = None) -> Any:  # type: ignore[override]
            return super().cursor(factory or cursor)

    return Watched
