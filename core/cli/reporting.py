"""How commands open the shop, report (as text or JSON) and fail (one sentence, exit code 1)."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

if TYPE_CHECKING:
    from core.host.shop import Shop

F = TypeVar("F", bound=Callable[..., Any])

JSON_FLAG = "--json"


def json_option(command: F) -> F:
    """Give a command ``--json``, handed in as ``as_json``."""
    return click.option(JSON_FLAG, "as_json", is_flag=True, help="Report as JSON.")(command)


@contextmanager
def opened_shop(*, needs_schema: bool = True) -> Iterator["Shop"]:
    """The shop of the environment's configuration, closed when the block ends.

    Args:
        needs_schema: refuse a database that is not at this code's schema version.

    Raises:
        ConfigError: a bad configuration, or a database that is missing, older or newer.
    """
    from core.config import load_config
    from core.db.versions import check_schema
    from core.host.shop import open_shop

    shop = open_shop(load_config())
    try:
        if needs_schema:
            check_schema(shop.database.engine)
        yield shop
        shop.plugins.faults.flush()
    finally:
        shop.close()


def actor() -> str:
    """Who runs this command, as histories name them."""
    try:
        return f"cli:{getpass.getuser()}"[:64]
    except (KeyError, OSError):
        return "cli"


def report(found: Any, text: str, *, as_json: bool) -> None:
    """Print ``found`` as JSON or ``text`` for people."""
    click.echo(to_json(found) if as_json else text)


def to_json(found: Any) -> str:
    """JSON of plain values, times, ids and paths."""
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows in columns, wide enough for Chinese."""
    from rich.console import Console
    from rich.table import Table

    grid = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        grid.add_row(*(str(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 160)
    with console.capture() as capture:
        console.print(grid)
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word: “1 error”, “2 errors”, “0 entries” when ``many`` is given."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def explain_failure(error: Exception) -> int:
    """Say what went wrong in one sentence, on stderr, as JSON when JSON was asked for.

    Returns:
        The exit code.

    Raises:
        Exception: an unknown error, with its traceback: it is our bug.
    """
    from sqlalchemy.exc import DatabaseError, OperationalError

    from core.kernel.errors import InvariantError, ShopError

    if isinstance(error, OperationalError):
        code, message = "database.unavailable", f"The database does not answer: {error.orig}"
    elif type(error) is DatabaseError:  # its subclasses are our bugs
        code, message = "database.damaged", f"The database cannot be read: {error.orig}"
    elif isinstance(error, ShopError) and not isinstance(error, InvariantError):
        code, message = error.code, str(error)
    else:
        raise error
    if JSON_FLAG in sys.argv:
        click.echo(to_json({"error": {"code": code, "message": message}}), err=True)
    else:
        click.echo(f"{click.style('Error:', fg='red', bold=True)} {message.strip()}", err=True)
    return 1


def is_colourful() -> bool:
    """Whether people look at the output."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID | Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
