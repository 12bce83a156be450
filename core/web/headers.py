"""Headers of every response: a strict content policy and what else browsers should hold.

No inline script and no inline style anywhere; a page that must reach elsewhere says so with
:func:`allow`.
"""

import flask
from flask import g

from core.web.here import here

_POLICY: dict[str, str] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def allow(directive: str, source: str) -> None:
    """Widen the content policy of this response, such as ``("form-action", "https:")``."""
    g.setdefault("banyan_csp", {}).setdefault(directive, []).append(source)


def policy(extra: dict[str, list[str]] | None = None) -> str:
    """The content policy as a header value."""
    extra = extra or {}
    return "; ".join(
        " ".join([directive, sources, *extra.get(directive, ())])
        for directive, sources in _POLICY.items()
    )


_PLAIN = policy()


_LOWER = {name.lower(): (name, value) for name, value in FIXED.items()}


def protect(response: flask.Response) -> flask.Response:
    """Put the fixed headers on a response that does not bring its own."""
    headers = response.headers
    brought = {name.lower() for name, _ in headers}  # asking for each would walk through all
    for lower, (name, value) in _LOWER.items():
        if lower not in brought:
            headers.add(name, value)
    if "content-security-policy" not in brought:
        extra = here().get("banyan_csp")
        headers.add("Content-Security-Policy", policy(extra) if extra else _PLAIN)
    if response.mimetype == "text/html" and "cache-control" not in brought:
        headers.add("Cache-Control", "private, no-cache")
    return response
