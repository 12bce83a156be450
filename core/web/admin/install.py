"""Putting the merchant's face into the application."""

from functools import wraps
from typing import Any

import flask

from core.api.contributions import AdminPage
from core.host.faults import is_fault
from core.host.shop import Shop
from core.kernel.errors import NotFound, PluginError, ShopError
from core.web import access, context, errors, static
from core.web.admin import assets
from core.web.admin.blueprint import admin
from core.web.admin.failing import show_failure
from core.web.admin.render import make_environment

SIGN_IN = "/admin/signin"


def install_admin(app: flask.Flask, shop: Shop) -> None:
    """Register the merchant's pages, their assets and error pages, and plugins' admin pages."""
    import core.web.admin.views  # noqa: F401 (imported so that every view registers itself)

    shelf = assets.make_shelf(is_debug=shop.config.is_debug)
    static.shelves_of(app)[assets.PREFIX] = shelf
    app.extensions["banyan.admin.templates"] = make_environment(shop, shelf)
    app.register_blueprint(admin)
    errors.set_face(app, "/admin", show_failure, SIGN_IN)
    for name, page in shop.plugins.all_contributions("admin_pages"):
        _add_plugin_page(app, name, page)


def _add_plugin_page(app: flask.Flask, name: str, page: AdminPage) -> None:
    """A plugin's page: there while the plugin takes part, for staff with its permission."""

    @access.access(f"staff:{page.permission}")
    @wraps(page.view)
    def view(**values: Any) -> Any:
        plugins = context.shop().plugins
        if not plugins.is_enabled(name):
            raise NotFound("web.not_found", "There is nothing here.")
        try:
            with plugins.faults.timed(name, f"admin_page:{page.key}"):
                return flask.make_response(page.view(**values))
        except ShopError:
            raise
        except BaseException as error:
            if not is_fault(error):
                raise
            plugins.faults.record(name, f"admin_page:{page.key}", error)
            raise PluginError(
                "plugins.page", "The plugin “%(plugin)s” failed on this page.", plugin=name
            ) from error

    app.add_url_rule(page.path, f"admin_page.{page.key}", view, methods=list(page.methods))
