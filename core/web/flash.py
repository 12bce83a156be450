"""One-shot notices that survive a redirect, in a signed cookie; nothing is stored on the server."""

from typing import Any, Literal, cast

from flask import g
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.kernel.values import dataclass
from core.web import context
from core.web.here import asked, here

Kind = Literal["ok", "warn", "error"]
_MAX_AGE_S = 300
_LIMIT = 5


@dataclass(frozen=True)
class Notice:
    """A sentence for the next page: catalogue entry and values, translated where it is shown."""

    message: str
    kind: str = "ok"
    params: dict[str, Any] | None = None


def say(message: str, kind: Kind = "ok", **params: Any) -> None:
    """Show ``message`` (English catalogue entry) once, on the next page or on this one."""
    notices = _pending()
    notices.append(Notice(message, kind, params or None))
    payload = [[n.message, n.kind, n.params] for n in notices[-_LIMIT:]]
    context.set_cookie(context.FLASH_COOKIE, _signer().dumps(payload))


def take() -> list[Notice]:
    """The waiting notices; they are gone afterwards."""
    waiting = [*_stored(), *_pending()]
    if waiting:
        g.banyan_notices = []
        context.drop_cookie(context.FLASH_COOKIE)
    return waiting


def _pending() -> list[Notice]:
    known = here()
    notices = known.get("banyan_notices")
    if notices is None:
        notices = known.banyan_notices = []
    return cast("list[Notice]", notices)


def _stored() -> list[Notice]:
    raw = asked().cookies.get(context.FLASH_COOKIE)
    if not raw:
        return []
    try:
        rows = _signer().loads(raw, max_age=_MAX_AGE_S)
    except BadSignature:
        return []
    return [Notice(message, kind, params) for message, kind, params in rows]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(context.shop().config.secret_key, salt="banyan.flash")
