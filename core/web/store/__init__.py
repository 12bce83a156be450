"""The store face: pages for shoppers on the phone, and the web plumbing both faces stand on."""

import flask
from werkzeug.middleware.proxy_fix import ProxyFix

from core.host.shop import Shop
from core.members.services import touch_session
from core.web import access, context, csrf, errors, headers, i18n, plain, plugin_words, static
from core.web.cache import PageCache
from core.web.here import here
from core.web.render import Face
from core.web.store import (
    addresses,
    after_sale,
    blocks,
    cart,
    checkout,
    failures,
    home,
    me,
    notify,
    orders,
    pay,
    plugin_pages,
    product,
    settings,
    share,
    signing,
)

_AREAS = (
    home, product, cart, checkout, pay, notify, signing, me, orders, after_sale, addresses,
    settings, share,
)  # fmt: skip
MOST_BYTES = 20 * 1024 * 1024
"""Largest request taken; pictures and CSV files are the largest things anybody sends."""


def install_web(app: flask.Flask, shop: Shop) -> None:
    """Put the plumbing and the store's pages into an application, the page cache in front."""
    app.extensions["banyan.shop"] = shop
    app.config.setdefault("MAX_CONTENT_LENGTH", MOST_BYTES)
    i18n.install(app, shop)
    plugin_words.install(app, shop)
    app.extensions["banyan.face"] = Face(shop, app.extensions["banyan.translations"])
    blocks.declare_blocks()
    _install_steps(app)
    errors.install(app)
    errors.set_face(app, "/", failures.show, "/signin")
    static.install(app)
    for area in _AREAS:
        app.register_blueprint(area.bp)
    plugin_pages.register(app, shop)
    app.wsgi_app = PageCache(  # type: ignore[method-assign]
        app.wsgi_app, shop, lambda environ, token: share.note_cached_visit(shop, environ, token)
    )
    if shop.config.trusted_proxies:
        hops = shop.config.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def _install_steps(app: flask.Flask) -> None:
    """What happens around every request, in one step before and one after: each has its price."""
    app.before_request(_before)
    app.after_request(_after)
    app.teardown_appcontext(context.close_reader)


def _before() -> flask.typing.ResponseReturnValue | None:
    plain.enforce()
    csrf.enforce()
    access.enforce()
    shutters = failures.refuse_when_closed()
    if shutters is None:
        share.note_visit()
    return shutters


def _after(response: flask.Response) -> flask.Response:
    response = context.lend_reader(response)
    return _touch(context.send_cookies(headers.protect(response)))


def _touch(response: flask.Response) -> flask.Response:
    """Keep the sessions of people who are here alive; a write at most every few minutes."""
    known = here()
    for realm in ("banyan_member", "banyan_staff"):
        principal = known.get(realm)
        if principal is not None and principal.is_touch_due:
            with context.writing() as session:
                touch_session(session, principal)
    return response
