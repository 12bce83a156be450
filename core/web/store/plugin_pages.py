"""Pages of plugins under ``/x/<plugin>/…``: served only while the plugin takes part."""

from collections.abc import Callable
from typing import Any

import flask
from werkzeug.exceptions import HTTPException

from core.api.contributions import StorePage
from core.host.faults import is_fault
from core.host.shop import Shop
from core.kernel.errors import NotFound, ShopError
from core.web import access, context

_KINDS = {"guest": "public", "member": "member"}


def register(app: flask.Flask, shop: Shop) -> None:
    """Give every page of every loaded plugin its route; whether it answers is asked each time."""
    for plugin, page in shop.plugins.all_contributions("store_pages"):
        endpoint = f"x.{page.key}"
        app.add_url_rule(page.path, endpoint, _gate(plugin, page), methods=list(page.methods))


def _gate(plugin: str, page: StorePage) -> Callable[..., Any]:
    kind = _KINDS[page.access]

    def view(**arguments: Any) -> Any:
        plugins = context.shop().plugins
        if not plugins.is_enabled(plugin):
            raise NotFound("web.not_found", "There is nothing here.")
        access.require(kind)
        try:
            with plugins.faults.timed(plugin, f"page:{page.key}"):
                return flask.make_response(page.view(**arguments))
        except (ShopError, HTTPException):
            raise
        except BaseException as error:
            if not is_fault(error):
                raise
            plugins.faults.record(plugin, f"page:{page.key}", error)
            if isinstance(error, Exception):
                raise
            raise RuntimeError(f"{type(error).__name__} on a page of {plugin}") from error

    view.__doc__ = f"Page {page.key} of the plugin {plugin}."
    return access.declare_held(kind, view)
