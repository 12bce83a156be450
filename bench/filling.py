"""Rows by the hundred thousand, made by the database itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.base import UtcDateTime
from core.db.engine import Database

_NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(CAST(1 AS bigint), :count) AS n",
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count)"
    " SELECT n FROM s",
}
_SETTLING_DOWN = {
    True: ("PRAGMA wal_checkpoint(TRUNCATE)", "ANALYZE"),
    False: ("VACUUM ANALYZE", "CHECKPOINT"),
}
"""What the database does by itself some time after such a load."""


class Filler:
    """Writes very many rows by few statements, in the words of one database.

    Args:
        session: where they go.
        kind: ``sqlite`` or ``postgresql``.
    """

    def __init__(self, session: Session, kind: str) -> None:
        self._session = session
        self.is_sqlite = kind == "sqlite"
        self.numbers = f"({_NUMBERS[kind]}) AS numbered"
        """A table of the numbers ``n`` from 1 to ``:count``."""

    def copy(
        self, table: str, count: int, fresh: dict[str, str], chosen: str, **values: Any
    ) -> None:
        """One row of a table so many times, with fresh values in some columns."""
        names = [
            column["name"] for column in sa.inspect(self._session.connection()).get_columns(table)
        ]
        cells = ", ".join(fresh.get(name, f"t.{name}") for name in names)
        self.run(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {cells} FROM"
            f" (SELECT * FROM {table} WHERE {chosen} LIMIT 1) AS t CROSS JOIN {self.numbers}",
            count=count,
            **values,
        )

    def run(self, text: str, **values: Any) -> None:
        """One statement; instants go in as the tables keep them."""
        times = [
            sa.bindparam(name, type_=UtcDateTime())
            for name, value in values.items()
            if isinstance(value, datetime)
        ]
        self._session.execute(sa.text(text).bindparams(*times), values)

    def id_of(self, kind: str, number: str) -> str:
        """An id that is made of a number, in the order of numbers."""
        return self.hex_id(f"({number})", f"70{kind}8{'0' * 15}")

    def hex_id(self, first: str, tail: str, last: str = "") -> str:
        """An id of a number, sixteen or so fixed digits and perhaps another number."""
        ends = [(first, "12"), *([(last, "12")] if last else [])]
        if self.is_sqlite:
            parts = [f"printf('%0{width}x', {number})" for number, width in ends]
        else:
            parts = [f"lpad(to_hex({number}), {width}, '0')" for number, width in ends]
        parts.insert(1, f"'{tail}'")
        joined = " || ".join(parts)
        return joined if self.is_sqlite else f"CAST({joined} AS uuid)"

    def literal(self, value: UUID) -> str:
        """An id, written down."""
        return f"'{value.hex}'" if self.is_sqlite else f"'{value}'"

    def instant(self, seconds: str) -> str:
        """An instant so many seconds after 1970."""
        if self.is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"
        return f"to_timestamp({seconds})"


def settle_down(database: Database) -> None:
    """Let the database do what it does by itself some time after such a load."""
    options = {"isolation_level": "AUTOCOMMIT"}
    with database.engine.connect().execution_options(**options) as connection:
        for text in _SETTLING_DOWN[database.is_sqlite]:
            connection.exec_driver_sql(text)
