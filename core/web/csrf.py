"""Unsafe requests must come from this shop's own pages.

Browsers say where a request comes from (``Sec-Fetch-Site``, ``Origin``, ``Referer``); no token is
needed, so pages can be cached whole. Cookies are SameSite=Lax besides.
Source: OWASP Cross-Site Request Forgery Prevention, fetch metadata and origin verification.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from core.kernel.errors import Forbidden
from core.web import access, context
from core.web.here import asked

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_SESSION_COOKIES = (context.MEMBER_COOKIE, context.STAFF_COOKIE, context.VISITOR_COOKIE)


def enforce() -> None:
    """Before each request: refuse unsafe methods from foreign pages.

    Raises:
        Forbidden: the request comes from elsewhere, or hides where it comes from while signed in.
    """
    request = asked()
    if request.method in SAFE or access.declared() == "notify":
        return
    base = urlsplit(context.shop().config.base_url).netloc
    hosts = {request.host, base} if base else {request.host}
    has_session = any(request.cookies.get(name) for name in _SESSION_COOKIES)
    if not is_own(dict(request.headers), hosts, has_session=has_session):
        raise Forbidden(
            "web.foreign_request", "This request came from another site and was not carried out."
        )


def is_own(headers: Mapping[str, str], hosts: set[str], *, has_session: bool) -> bool:
    """Whether a request comes from a page of one of ``hosts``.

    Args:
        headers: the request's; looked up by canonical name.
        hosts: own hosts with port, as in ``Host``.
        has_session: whether a session cookie came along; without one a request that tells nothing
            (a script, a test client) is let through, because it carries nobody's rights.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    source = headers.get("Origin") or headers.get("Referer")
    if source is None:
        return not has_session
    try:
        return urlsplit(source).netloc in hosts
    except ValueError:  # no address at all, such as "http://["
        return False
