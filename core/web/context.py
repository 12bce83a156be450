"""What a request knows: the shop, who is signed in, which browser it comes from.

Everything is read at its first use and at most once a request, so a page that asks nothing pays
nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from urllib.parse import urlsplit

import flask
from flask import g, request
from sqlalchemy.orm import Session

from core.host.shop import Shop
from core.kernel.errors import SignInRequired
from core.kernel.ids import new_token
from core.members.services import read_session
from core.members.types import Principal
from core.web.here import application, asked, here

MEMBER_COOKIE = "banyan_member"
STAFF_COOKIE = "banyan_staff"
VISITOR_COOKIE = "banyan_visitor"
LANGUAGE_COOKIE = "banyan_lang"
SHARE_COOKIE = "banyan_share"
BAG_COOKIE = "banyan_bag"
FLASH_COOKIE = "banyan_flash"

VISITOR_BYTES = 24


def shop() -> Shop:
    """The shop this process serves."""
    return cast(Shop, application().extensions["banyan.shop"])


def reader() -> Session:
    """The request's read-only session, opened at its first use and closed with the request."""
    known = here()
    session = known.get("banyan_reader")
    if session is None:
        session = known.banyan_reader = shop().database.look()
    return cast(Session, session)


@contextmanager
def writing() -> Iterator[Session]:
    """The request's unit of work: commits when the block ends, rolls back when it raises.

    The read-only session is given back first, so a request never holds two connections.
    """
    close_reader()
    with shop().database.write() as session:
        yield session


def close_reader(_error: BaseException | None = None) -> None:
    """Give the read-only session back; also runs at the end of every request."""
    session = here().pop("banyan_reader", None)
    if session is not None:
        session.close()


def lend_reader(response: flask.Response) -> flask.Response:
    """Let a body that is still to be made keep the reader until it ends; runs after the view.

    Nobody reads the body of an answer to HEAD: it ends at once, with what it holds.
    """
    if not response.is_streamed:
        return response
    session = g.pop("banyan_reader", None)
    if session is not None:
        response.call_on_close(session.close)
    if request.method == "HEAD":
        response.close()
        response.response = ()
    return response


def current_member() -> Principal | None:
    """The signed-in shopper, or ``None`` for a guest. One statement, once a request."""
    return _principal("member", "banyan_member", MEMBER_COOKIE)


def current_staff() -> Principal | None:
    """The signed-in staff member, or ``None``. One statement, once a request."""
    return _principal("staff", "banyan_staff", STAFF_COOKIE)


def member() -> Principal:
    """The signed-in shopper.

    Raises:
        SignInRequired: nobody is signed in.
    """
    found = current_member()
    if found is None:
        raise SignInRequired("web.sign_in", "Please sign in first.")
    return found


def staff() -> Principal:
    """The signed-in staff member.

    Raises:
        SignInRequired: nobody is signed in.
    """
    found = current_staff()
    if found is None:
        raise SignInRequired("web.sign_in", "Please sign in first.")
    return found


def _principal(realm: str, slot: str, cookie: str) -> Principal | None:
    known = here()
    found = known.get(slot, _UNREAD)
    if found is _UNREAD:
        token = asked().cookies.get(cookie)
        found = read_session(reader(), token, realm) if token else None
        setattr(known, slot, found)
    return cast("Principal | None", found)


_UNREAD = object()


def forget_principals() -> None:
    """Read who is signed in anew; called after signing in or out within a request."""
    g.pop("banyan_member", None)
    g.pop("banyan_staff", None)


def visitor() -> str | None:
    """The browser's random id, or ``None`` when it never opened a share link or filled a bag."""
    value = g.get("banyan_visitor") or request.cookies.get(VISITOR_COOKIE, "")
    return value if is_visitor(value) else None


def is_visitor(value: str) -> bool:
    """Whether a cookie's value can be a browser's id."""
    return 16 <= len(value) <= 40 and value.isascii() and value.isprintable()


def ensure_visitor() -> str:
    """The browser's random id; a new one goes out with the response when there was none."""
    value = visitor()
    if value is None:
        value = g.banyan_visitor = new_token(VISITOR_BYTES)
        set_cookie(VISITOR_COOKIE, value, days=365)
    return value


def set_cookie(name: str, value: str, *, days: int | None = None) -> None:
    """Send a cookie with the response: HttpOnly, SameSite=Lax, Secure over HTTPS.

    Args:
        days: how long the browser keeps it; ``None``: until it is closed.
    """
    _cookies()[name] = (value, None if days is None else days * 86_400)


def drop_cookie(name: str) -> None:
    """Take a cookie away with the response."""
    _cookies()[name] = ("", 0)


def _cookies() -> dict[str, tuple[str, int | None]]:
    if "banyan_cookies" not in g:
        g.banyan_cookies = {}
    return cast("dict[str, tuple[str, int | None]]", g.banyan_cookies)


def send_cookies(response: flask.Response) -> flask.Response:
    """Put the request's cookies on its response."""
    for name, (value, max_age) in here().get("banyan_cookies", {}).items():
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


def client_ip() -> str:
    """The client's address; behind proxies only as far as they are trusted."""
    return request.remote_addr or ""


def external_url(path: str) -> str:
    """A path of this shop with its public origin: the configured one, else the request's own."""
    request = asked()
    return (shop().config.base_url or f"{request.scheme}://{request.host}") + path


def safe_path(target: str | None, fallback: str = "/") -> str:
    """A place within this shop to go back to; anything else becomes ``fallback``."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):
        return fallback
    return target
