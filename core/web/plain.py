"""Requests hold text: one with a NUL character in its address or its fields is no request of ours.

No browser sends one, PostgreSQL cannot store one, and nothing good was ever meant by it.
"""

from collections.abc import Iterable

from werkzeug.exceptions import BadRequest

from core.web import access
from core.web.here import asked

_NUL = "\x00"


def enforce() -> None:
    """Before each request: refuse what holds a NUL character.

    Bodies of machines that sign their requests are theirs to read.

    Raises:
        BadRequest: it does.
    """
    request = asked()
    is_form = request.method == "POST" and access.declared() != "notify"
    fields = request.form.items(multi=True) if is_form else ()
    if _NUL in request.path or _holds(request.args.items(multi=True)) or _holds(fields):
        raise BadRequest


def _holds(pairs: Iterable[tuple[str, str]]) -> bool:
    return any(_NUL in name or _NUL in text for name, text in pairs)
