"""Every route says who may use it; a route that says nothing stops the start.

Kinds: ``public``; ``member`` (a signed-in shopper); ``staff`` (any staff member) and
``staff:<permission>``; ``notify`` (machines that sign their requests: no cookies, no CSRF check);
``sandbox`` (demo installations only, hidden elsewhere).

A view that holds its declaration itself, because something else comes first, says so with
:func:`declare_held`; pages of plugins do, so that a page that is switched off is not there at all.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import flask

from core.kernel.errors import Forbidden, InvariantError, NotFound
from core.staff.permissions import has_permission
from core.web import context
from core.web.here import application, asked

__all__ = [
    "access",
    "access_of",
    "check_routes",
    "declare_held",
    "declared",
    "enforce",
    "has_permission",
    "require",
]

_MARK = "__banyan_access__"
_HELD = "__banyan_access_held__"
_KINDS = frozenset({"public", "member", "staff", "notify", "sandbox"})
V = TypeVar("V", bound=Callable[..., Any])


def access(kind: str) -> Callable[[V], V]:
    """Declare who may use a view; the outermost decorator below ``route``.

    Raises:
        InvariantError: an unknown kind.
    """
    head, _, permission = kind.partition(":")
    if head not in _KINDS or (permission and head != "staff"):
        raise InvariantError("web.access", "No access is called %(kind)s.", kind=kind)

    def declare(view: V) -> V:
        setattr(view, _MARK, kind)
        return view

    return declare


def declare_held(kind: str, view: V) -> V:
    """Declare who may use a view that calls :func:`require` with the same kind by itself."""
    setattr(view, _HELD, True)
    return access(kind)(view)


def access_of(view: Callable[..., Any] | None) -> str | None:
    """What a view declared, or ``None``."""
    return getattr(view, _MARK, None)


def check_routes(app: flask.Flask) -> None:
    """Refuse to start with a route that does not say who may use it.

    Raises:
        InvariantError: names the routes.
    """
    bare = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None
    )
    if bare:
        raise InvariantError(
            "web.access", "These routes declare no access: %(routes)s.", routes=", ".join(bare)
        )


def declared() -> str:
    """The declaration of the route being served; ``public`` when no route matched."""
    return access_of(_view()) or "public"


def _view() -> Callable[..., Any] | None:
    return application().view_functions.get(asked().endpoint or "")


def enforce() -> None:
    """Before each request: hold the matched route's declaration, unless its view does.

    Raises:
        SignInRequired: nobody of the needed kind is signed in.
        Forbidden: staff without the permission.
        NotFound: a sandbox route outside sandbox mode.
    """
    view = _view()
    if not getattr(view, _HELD, False):
        require(access_of(view) or "public")


def require(kind: str) -> None:
    """Hold a declaration now; plugin pages bring theirs at dispatch."""
    head, _, permission = kind.partition(":")
    if head == "member":
        context.member()
    elif head == "staff":
        principal = context.staff()
        if permission and not has_permission(principal.permissions, permission):
            raise Forbidden("staff.permission", "Your role does not allow this.")
    elif head == "sandbox" and not context.shop().config.is_sandbox:
        raise NotFound("web.not_found", "There is nothing here.")
