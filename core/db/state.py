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


class Counters:
    """This process's view of the shared counters, at most :data:`POLL_SECONDS` old.

    ``refresh`` also moves the process's clock when the sandbox clock was advanced, unless
    ``follows_clock`` is off because the process keeps a clock of its own (imports of history).
    ``values`` is another mapping after each look, which was at ``read_at`` (monotonic seconds).
    """

    def __init__(self, database: Database, *, follows_clock: bool = True) -> None:
        self._database = database
        self.follows_clock = follows_clock
        self.values: dict[str, int] = {}
        self.read_at = float("-inf")

    def refresh(self, *, force: bool = False) -> dict[str, int]:
        """All counters by name, read again when the last look is too old."""
        moment = time.monotonic()
        if force or moment - self.read_at >= POLL_SECONDS:
            with self._database.read() as session:
                self.values = dict(_COUNTERS.all(session, {}))
            self.read_at = moment
            if self.follows_clock:
                clock.set_offset(self.values.get(CLOCK_OFFSET, 0))
        return self.values

    def get(self, name: str) -> int:
        """One counter; 0 when nothing ever raised it."""
        return self.refresh().get(name, 0)
