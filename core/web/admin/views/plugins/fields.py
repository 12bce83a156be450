"""A plugin's settings on its page. Fields are the plugin's own code: what it breaks ends here."""

from typing import Any

from flask import request
from markupsafe import Markup
from wtforms import Form

from core.api.forms import AdminForm
from core.host.host import LoadedPlugin
from core.host.settings import SETTINGS
from core.kernel.errors import ShopError
from core.web import context
from core.web.admin.render import render_fragment


def sent_form(name: str) -> Form:
    """The settings form as it was sent.

    Raises:
        PluginError: the plugin failed at it.
    """
    plugins = context.shop().plugins
    with plugins.asking(name, SETTINGS):
        return plugins.settings_form(name, request.form, _meta())


def is_valid(name: str, form: Form) -> bool:
    """Whether each field of a settings form holds what it should.

    Raises:
        PluginError: the plugin failed at it.
    """
    with context.shop().plugins.asking(name, SETTINGS):
        return form.validate()


def has_settings(loaded: LoadedPlugin, installed_version: str) -> bool:
    """Whether there is something to set: it is installed, and its code says what."""
    return bool(installed_version) and loaded.contributions.settings is not None


def shown_fields(loaded: LoadedPlugin, form: Form | None) -> Markup | None:
    """The fields, as they were sent or as they are stored; ``None`` when the plugin fails at it."""
    plugins, schema = context.shop().plugins, loaded.contributions.settings
    try:
        with plugins.asking(loaded.name, SETTINGS):
            shown = form or plugins.settings_form(loaded.name, meta=_meta())
            secrets = schema.secrets if schema else frozenset()
            return render_fragment("admin/plugins/fields.html", form=shown, secrets=secrets)
    except ShopError:
        return None


def _meta() -> dict[str, Any]:
    """Meta values that let a plugin's form speak the request's language."""
    return {"get_translations": AdminForm.Meta().get_translations}
