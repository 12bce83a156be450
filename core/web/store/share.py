"""Sharing: a member's link to a page, and what happens when somebody opens one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flask
from sqlalchemy.orm import Session
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Request, Response

from core.catalog.services import product_cards
from core.host.shop import Shop
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.kernel.ids import new_token
from core.kernel.qr import qr_svg
from core.sharing.rules import is_human
from core.sharing.services import (
    bind_on_visit,
    create_share,
    find_share,
    find_share_by_code,
    record_scan,
    record_visit,
)
from core.sharing.types import ShareView
from core.web import context, i18n
from core.web.access import access
from core.web.here import asked
from core.web.render import render_store_page

bp = flask.Blueprint("store_share", __name__)

_MOST_TOKEN = 24
_DAYS = 365


# --- somebody opens a link ----------------------------------------------------------------------


def note_visit() -> None:
    """Before each page: record the share token in the address, for people only."""
    request = asked()
    token = request.args.get("s", "")
    if not _is_token(token) or request.method != "GET" or not _is_person(request):
        return
    member = context.current_member()
    visitor = context.ensure_visitor()
    shop = context.shop()
    member_id = member.subject_id if member else None
    try:
        with context.writing() as session:
            _record(shop, session, record_visit, token, visitor, member_id)
    except NotFound:
        return
    context.set_cookie(context.SHARE_COOKIE, token, days=_DAYS)


def note_cached_visit(shop: Shop, environ: dict[str, Any], token: str) -> list[tuple[str, str]]:
    """The same for a guest's page that is answered before Flask; returns headers to send along."""
    asked = Request(environ)
    if not _is_token(token) or not _is_person(asked):
        return []
    known = asked.cookies.get(context.VISITOR_COOKIE, "")
    visitor = known if context.is_visitor(known) else new_token(context.VISITOR_BYTES)
    try:
        with shop.database.write() as session:
            _record(shop, session, record_visit, token, visitor, None)
    except NotFound:
        return []
    sent = [(context.SHARE_COOKIE, token)]
    if visitor != known:
        sent.append((context.VISITOR_COOKIE, visitor))
    return [("Set-Cookie", _cookie(name, value, asked)) for name, value in sent]


def _record(
    shop: Shop,
    session: Session,
    record: Callable[..., Any],
    key: str,
    visitor: str,
    member_id: UUID | None,
) -> None:
    settings = shop.settings()
    record(session, key, visitor=visitor, member_id=member_id, at=now(), zone=settings.timezone)
    if member_id is not None:
        bind_on_visit(session, member_id, visitor, settings=settings, check=shop.extensions().check)


def _cookie(name: str, value: str, asked: Request) -> str:
    return dump_cookie(
        name,
        value,
        max_age=_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=asked.is_secure,
        path="/",
    )


def _is_token(token: str) -> bool:
    return 0 < len(token) <= _MOST_TOKEN and token.replace("-", "").replace("_", "").isalnum()


def _is_person(asked: Request) -> bool:
    return is_human(asked.headers.get("User-Agent", ""), dict(asked.headers), asked.method)


# --- somebody scans a code ----------------------------------------------------------------------


@bp.get("/s/<code>")
@access("public")
def scanned(code: str) -> Response | tuple[str, int]:
    """The short address in a QR code: notes the scan, for people only, and leads to the page."""
    try:
        share = find_share_by_code(context.reader(), code)
    except NotFound:
        return _dead_end(
            i18n.gettext("This code leads nowhere"),
            i18n.gettext("Perhaps it was copied wrongly. The store itself is open to you."),
        )
    path = _landing(share)
    if _is_person(asked()):
        member = context.current_member()
        visitor = context.ensure_visitor()
        member_id = member.subject_id if member else None
        with context.writing() as session:
            _record(context.shop(), session, record_scan, code, visitor, member_id)
        context.set_cookie(context.SHARE_COOKIE, share.token, days=_DAYS)
    if path is None:
        return _dead_end(
            i18n.gettext("This product is no longer on offer"),
            i18n.gettext("What your friend recommended has left the store. Much else is there."),
            f"/?s={share.token}",
        )
    response = flask.redirect(f"{path}?s={share.token}", 302)
    response.headers["Cache-Control"] = "no-store"
    return response


def _landing(share: ShareView) -> str | None:
    """The path of a shared page; ``None`` for a product that is not on sale any more."""
    if share.target_kind == "product":
        card = next(iter(product_cards(context.reader(), [UUID(share.target)])), None)
        return f"/p/{card.slug}" if card else None
    if share.target_kind == "activity" and share.target.startswith("/x/"):
        return context.safe_path(share.target)
    return "/"


def _dead_end(title: str, text: str, home: str = "/") -> tuple[str, int]:
    """A friendly page for a code that leads no further, with the way to the store."""
    page = render_store_page(
        "error.html",
        kind="door",
        title=title,
        text=text,
        reference="",
        action_href=home,
        action_label=i18n.gettext("Have a look around"),
    )
    return page, 404


# --- a member shares ----------------------------------------------------------------------------


@bp.post("/share/<kind>")
@bp.post("/share/<kind>/<target>")
@access("member")
def share(kind: str, target: str = "") -> Response:
    """Make the member's link to a product or to the store."""
    member = context.member()
    if kind == "product":
        if not product_cards(context.reader(), [_product_id(target)]):
            raise NotFound("catalog.no_product", "There is no such product.")
    elif kind != "store" or target:
        raise NotFound("web.not_found", "There is nothing here.")
    with context.writing() as session:
        made = create_share(session, member.subject_id, kind, target, "link")
    return flask.redirect(f"/share/{made.token}", 303)


@bp.get("/share/<token>")
@access("member")
def shared(token: str) -> str:
    """A member's own link, to copy or to let others scan."""
    link = find_share(context.reader(), token)
    if link.member_id != context.member().subject_id:
        raise NotFound("share.unknown", "This share link does not exist.")
    product = None
    path = "/"
    if link.target_kind == "product":
        product = next(iter(product_cards(context.reader(), [UUID(link.target)])), None)
        path = f"/p/{product.slug}" if product else "/"
    address = context.external_url(f"{path}?s={link.token}")
    return render_store_page(
        "share.html",
        subject=link,
        share=link,
        product=product,
        link=address,
        qr=qr_svg(context.external_url(link.short_path)),
        back=path,
    )


def _product_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("catalog.no_product", "There is no such product.") from None
