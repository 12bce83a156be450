"""Small things every room needs of a statement: rows changed, an upsert, rows as values."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

V = TypeVar("V")

# Without the second option an insert's count is lost with its cursor on PostgreSQL.
_COUNTED = {"synchronize_session": False, "preserve_rowcount": True}


def changed(session: Session, statement: Any, values: Any = None) -> int:
    """Run an insert, update or delete and tell how many rows it touched.

    Objects in the session are not brought up to date: callers that use rows need no ORM state.
    """
    result = session.execute(statement, values, execution_options=_COUNTED)
    return int(result.rowcount)  # type: ignore[attr-defined]


def insert_or(session: Session, table: Any) -> Any:
    """An insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``.

    Both dialects spell them alike; SQLAlchemy keeps them apart.
    """
    is_postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgres else sqlite.insert(table)


def count_of(session: Session, chosen: Any) -> int:
    """How many rows a selection has."""
    return session.execute(sa.select(sa.func.count()).select_from(chosen.subquery())).scalar_one()


def value_of(kind: Callable[..., V], row: Sequence[Any]) -> V:
    """A row as a value object whose fields stand in the order of the selected columns."""
    return kind(*row)
