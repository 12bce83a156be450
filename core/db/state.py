"""Shared counters and settings that every process must notice within a second.

A row per name. Bumping a generation is how one process tells the others that something changed:
plugins switched, catalogue edited, theme published. Processes poll all rows with one statement,
at most every :data:`POLL_SECONDS`.
"""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db.base import Base
from core.db.engine import Database
from core.db.prepared import Prepared
from core.kernel import clock

POLL_SECONDS = 0.5

PLUGINS = "plugins.generation"
CATALOG = "catalog.generation"
THEME = "theme.generation"
SETTINGS = "settings.generation"
CLOCK_OFFSET = "clock.offset_seconds"


class SharedCounter(Base):
    """A named whole number that processes watch."""

    __tablename__ = "shared_counter"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Setting(Base):
    """One store setting; its form and default live in code, only a changed value has a row."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON())


def bump(session: Session, name: str) -> None:
    """Raise a counter by one; other processes act on it after this transaction commits."""
    changed = session.execute(
        sa.update(SharedCounter)
        .where(SharedCounter.name == name)
        .values(value=SharedCounter.value + 1)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.execute(sa.insert(SharedCounter).values(name=name, value=1))


def put(session: Session, name: str, value: int) -> None:
    """Set a counter."""
    changed = session.execute(
        sa.update(SharedCounter)
        .where(SharedCounter.name == name)
        .values(value=value)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.execute(sa.insert(SharedCounter).values(name=name, value=value))


_COUNTERS = Prepared(sa.select(SharedCounter.name, SharedCounter.value))


class Look:
    """What one look at the counters saw, and until when that is fresh (monotonic seconds).

    A newer look ends it. Whoever keeps something made from it needs one comparison to know whether
    it still holds.
    """

    __slots__ = ("until", "values")

    def __init__(self, values: dict[str, int], until: float) -> None:
        self.values = values
        self.until = until


NO_LOOK = Look({}, float("-inf"))
"""Before the first one: nothing seen, never fresh."""


class Counters:
    """This process's view of the shared counters, at most :data:`POLL_SECONDS` old.

    A look also moves the process's clock when the sandbox clock was advanced, unless
    ``follows_clock`` is off because the process keeps a clock of its own (imports of history).
    """

    def __init__(self, database: Database, *, follows_clock: bool = True) -> None:
        self._database = database
        self.follows_clock = follows_clock
        self._last = NO_LOOK

    def look(self, *, force: bool = False) -> Look:
        """The last look; another one when that is too old."""
        last, moment = self._last, time.monotonic()
        if force or moment >= last.until:
            with self._database.read() as session:
                values = dict(_COUNTERS.all(session, {}))
            last, self._last = self._last, Look(values, moment + POLL_SECONDS)
            last.until = float("-inf")
            if self.follows_clock:
                clock.set_offset(values.get(CLOCK_OFFSET, 0))
        return self._last

    def hold(self, until: float) -> None:
        """Let the last look be fresh until then (monotonic seconds), so that none falls within."""
        self._last.until = until

    def refresh(self, *, force: bool = False) -> dict[str, int]:
        """All counters by name, read again when the last look is too old."""
        return self.look(force=force).values

    def get(self, name: str) -> int:
        """One counter; 0 when nothing ever raised it."""
        return self.refresh().get(name, 0)
