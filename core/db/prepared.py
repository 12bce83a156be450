"""Statements of the hot paths: written with SQLAlchemy Core, compiled once, sent to the driver.

SQLAlchemy's execution (cache key, context, events, result) costs several times what the driver and
the database take for a short statement: about 0.13 ms each, and an order takes two dozen. A
:class:`Prepared` keeps what SQLAlchemy is good at (one statement for both databases, column types)
and leaves out the rest. It runs in the session's own transaction, on its own connection.

Only for statements whose text never changes: values are ``bindparam``s or constants, and instead
of ``IN`` there are :func:`one_of` (constants) and :func:`among` (keys given at each run).
Everything else goes through the session as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from core.db.sessions import Deed, Look
from core.kernel.errors import InvariantError
from core.kernel.values import dataclass

Values = Mapping[str, Any]
Process = Callable[[Any], Any]
Row = Any
"""A named tuple; its fields are the names of the selected columns."""


class Prepared:
    """A Core select, insert, update or delete, or a ``text`` with typed columns.

    Errors of the driver come wrapped as SQLAlchemy's, and listeners of ``before_cursor_execute``
    hear of each statement (with no context), so tests can count them.

    Args:
        statement: with every value as a named ``bindparam``.
        names: columns of an insert that get a value; those left out must not have a default here.
    """

    def __init__(self, statement: Any, names: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._names = None if names is None else list(names)
        self._plans: dict[str, _Plan] = {}

    def all(self, session: Session, values: Values) -> list[Row]:
        """Every row."""
        plan, cursor = self._run(session, [values])
        try:
            return plan.rows(cursor.fetchall())
        finally:
            cursor.close()

    def first(self, session: Session, values: Values) -> Row | None:
        """The first row, or ``None``."""
        rows = self.all(session, values)
        return rows[0] if rows else None

    def change(self, session: Session, values: Values) -> int:
        """Run an insert, update or delete; how many rows it touched."""
        _, cursor = self._run(session, [values])
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def many(self, session: Session, rows: Sequence[Values]) -> None:
        """Run once for each of the rows, in one go; none: nothing happens."""
        if rows:
            self._run(session, rows)[1].close()

    def _run(self, session: Session, rows: Sequence[Values]) -> tuple["_Plan", Any]:
        connection = session.opened() if isinstance(session, Deed | Look) else session.connection()
        dialect = connection.dialect
        plan = self._plans.get(dialect.name)
        if plan is None:
            plan = self._plans[dialect.name] = _plan(self._statement, self._names, dialect)
        is_many = len(rows) > 1
        given = [plan.bind(row) for row in rows] if is_many else plan.bind(rows[0])
        cursor = connection.connection.cursor()
        for listener in connection.engine.dispatch.before_cursor_execute:
            listener(connection, cursor, plan.text, given, None, is_many)
        try:
            (cursor.executemany if is_many else cursor.execute)(plan.text, given)
        except dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise _wrapped(plan.text, error, dialect) from error
        return plan, cursor


def one_of(column: Any, values: Iterable[Any]) -> sa.ColumnElement[bool]:
    """``column IN values`` for a few constants, as a text that never changes."""
    return sa.or_(*(column == value for value in values))


class KeyList(sa.types.UserDefinedType[Sequence[Any]]):
    """Keys as one text: that of an array on PostgreSQL, JSON on SQLite.

    A driver takes several times as long to write an array key by key.

    Args:
        item: the keys' own type: UUIDs or whole numbers.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, item: Any) -> None:
        self.item = item

    def get_col_spec(self, **_options: Any) -> str:
        """What PostgreSQL is told that the text is; SQLite needs no telling."""
        return "UUID[]" if isinstance(self.item, sa.Uuid) else "BIGINT[]"

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], str]:
        """Encode for one database."""
        opening, closing = "{}" if dialect.name == "postgresql" else "[]"
        is_uuid = isinstance(self.item, sa.Uuid)

        def process(keys: Sequence[Any]) -> str:
            texts = [f'"{key.hex}"' for key in keys] if is_uuid else map(str, keys)
            return opening + ",".join(texts) + closing

        return process


class _Among(FunctionElement[bool]):
    """``column IN`` the keys of one value."""

    inherit_cache = True
    type = sa.Boolean()
    _is_implicitly_boolean = True  # else SQLite is asked for ``… = 1``, and no index helps


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - names, no values


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    """Keys as a query's answer: the planner takes the same number of them each time.

    A plan for what was given is no cheaper then than one for any keys, which is made once and kept.
    """
    column, ids = element.clauses
    given = compiler.process(ids, **options)
    kind = ids.type.get_col_spec()
    return f"{compiler.process(column, **options)} = ANY ((SELECT {given})::{kind})"


def among(column: Any, name: str) -> sa.ColumnElement[bool]:
    """``column IN`` the keys given under ``name``, any number, as a text that never changes."""
    return _Among(column, sa.bindparam(name, type_=KeyList(column.type)))


def _wrapped(text: str, error: Exception, dialect: sa.Dialect) -> BaseException:
    """A driver's error as the one SQLAlchemy would have raised; values stay out of it."""
    return sa.exc.DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )


@dataclass(frozen=True)
class _Plan:
    """A statement's text for one database, and how values go in and come out."""

    text: str
    names: tuple[str, ...]
    is_positional: bool
    fixed: dict[str, Any]
    binders: dict[str, Process]
    row: Any
    readers: tuple[tuple[int, Process], ...]

    def bind(self, values: Values) -> Any:
        given = {**self.fixed, **values}
        for name, process in self.binders.items():
            given[name] = process(given[name])
        if self.is_positional:
            return [given[name] for name in self.names]
        return given

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Row]:
        if not self.readers:
            return [self.row(*values) for values in found]
        rows = []
        for values in found:
            row = list(values)
            for index, process in self.readers:
                row[index] = process(row[index])
            rows.append(self.row(*row))
        return rows


def _plan(statement: Any, names: list[str] | None, dialect: sa.Dialect) -> _Plan:
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if compiled.insert_prefetch or compiled.update_prefetch or compiled.post_compile_params:
        raise InvariantError(
            "db.prepared", "A prepared statement may not use IN or leave out columns with defaults."
        )
    fixed, binders = {}, {}
    for bind, name in compiled.bind_names.items():
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if not bind.required:
            value = bind.effective_value
            fixed[name] = process(value) if process is not None else value
        elif process is not None:
            binders[name] = process
    columns = list(getattr(statement, "exported_columns", ()))
    readers = []
    for index, column in enumerate(columns):
        read = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if read is not None:
            readers.append((index, read))
    return _Plan(
        text=compiled.string,
        names=tuple(compiled.positiontup or ()),
        is_positional=compiled.positional,
        fixed=fixed,
        binders=binders,
        row=namedtuple("Row", [column.key for column in columns], rename=True),
        readers=tuple(readers),
    )
