"""Fixtures of the rooms of people; their conftest files import them."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.outbox import OutboxEvent
from core.kernel import clock
from core.kernel.passwords import hash_password
from core.members.services import create_member
from core.members.types import NewPassword
from core.messages.models import Message

PASSWORD = "banyan-demo"
_numbers = count(1)


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    database = Database(database_url, pool_size=30)
    yield database
    database.dispose()


@pytest.fixture
def days() -> Iterator[Callable[[float], None]]:
    """Let days pass: `days(3)` puts the store's clock three days further."""

    def advance(number: float) -> None:
        clock.set_offset(clock.offset_seconds() + number * 86_400)

    yield advance
    clock.set_offset(0)


@pytest.fixture(scope="session")
def known_password() -> NewPassword:
    return NewPassword(hash_password(PASSWORD))


@pytest.fixture
def make_member(database, known_password) -> Callable[..., UUID]:
    """Make a member with a phone of their own: `make_member("苏晚")` returns the id."""

    def make(nickname: str = "", **values: Any) -> UUID:
        values.setdefault("phone", f"+86139{next(_numbers):08d}")
        with database.write() as session:
            return create_member(
                session, source="test", nickname=nickname, password=known_password, **values
            )

    return make


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements a block sends, transactions' beginnings and ends left out."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


def facts(database: Database, name: str = "") -> list[dict[str, Any]]:
    """Payloads in the outbox, oldest first."""
    with database.read() as session:
        rows = session.execute(
            sa.select(OutboxEvent.name, OutboxEvent.payload).order_by(OutboxEvent.seq)
        ).all()
    return [payload for event, payload in rows if name in ("", event)]


def last_code(database: Database, recipient: str) -> str:
    """The code in the newest queued message to somebody."""
    with database.read() as session:
        body = session.execute(
            sa.select(Message.body)
            .where(Message.recipient == recipient)
            .order_by(Message.created_at.desc(), Message.id.desc())
            .limit(1)
        ).scalar_one()
    return next(word for word in _digit_runs(body) if len(word) == 6)


def at_once(work: Callable[[int], Any], number: int) -> list[Any]:
    """Run `work(0)` … `work(number - 1)` in threads that start together; errors are results."""
    gate = threading.Barrier(number)

    def run(index: int) -> Any:
        gate.wait()
        try:
            return work(index)
        except Exception as error:  # noqa: BLE001 (what went wrong is the result)
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def _digit_runs(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()
