"""CSV files for spreadsheets: cells that would run as formulas are disarmed."""

from collections.abc import Iterable, Iterator

import flask
from werkzeug.wrappers import Response

from core.kernel.csvtext import BOM, csv_line

__all__ = ["csv_download", "csv_line"]


def csv_download(name: str, lines: Iterable[str]) -> Response:
    """A download that is written while it is made; ``lines`` come from :func:`csv_line`.

    Args:
        name: of the file, ASCII, ending in ``.csv``.
        lines: each with its line end; may read from the request's session while it goes out.
    """

    def stream() -> Iterator[str]:
        yield BOM
        yield from lines

    body = flask.stream_with_context(stream())
    response = flask.Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
