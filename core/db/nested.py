"""Rows inside a row: a scalar subquery's rows as one JSON array, on both databases.

A page that needs a thing and its parts reads both in one statement instead of one each.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class json_rows(FunctionElement[Any]):  # noqa: N801 (an SQL function)
    """Aggregate: every row as an array of its columns, in an array; ``None`` without rows.

    Values are JSON: UUIDs and times arrive as text (SQLite and PostgreSQL write them differently,
    ``uuid.UUID`` reads both), JSON columns arrive as values. The order of rows is not defined.
    """

    name = "json_rows"
    type = sa.JSON()
    inherit_cache = True


@compiles(json_rows, "sqlite")
def _sqlite(element: json_rows, compiler: Any, **options: Any) -> str:
    columns = [_sqlite_column(column, compiler, options) for column in element.clauses]
    return f"json_group_array(json_array({', '.join(columns)}))"


def _sqlite_column(column: Any, compiler: Any, options: dict[str, Any]) -> str:
    text: str = compiler.process(column, **options)
    return f"json({text})" if isinstance(column.type, sa.JSON) else text


@compiles(json_rows, "postgresql")
def _postgresql(element: json_rows, compiler: Any, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"
