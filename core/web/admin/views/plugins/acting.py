"""Switching, setting, upgrading and removing plugins; replaying their parked events."""

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import Form

from core.host.deliveries import replay, skip
from core.host.host import LoadedPlugin, PluginHost, Standing
from core.host.rights import rights_of, set_rights
from core.kernel.errors import PluginError, Rejected, ShopError
from core.staff.permissions import OWNER
from core.staff.services import list_roles
from core.staff.types import RoleView
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, missing
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.granting import check_may_give
from core.web.admin.views.plugins.fields import is_valid, sent_form
from core.web.admin.views.plugins.naming import title_of, told
from core.web.admin.views.plugins.pages import show_plugins


@admin.post("/plugins/<name>/switch")
@access("staff:plugin.manage")
def switch(name: str) -> Answer:
    """On (installing it first when it never was) or off; felt in every process within a second."""
    plugins, is_on = _host(name), request.form.get("to") == "on"
    try:
        if is_on:
            if plugins.standings()[name] is Standing.AVAILABLE:
                plugins.install(name, context.staff().actor)
            plugins.enable(name, context.staff().actor)
        else:
            plugins.disable(name, context.staff().actor)
    except ShopError as error:
        return show_plugins(name, told(error)), _status(error)
    _note("plugin.enable" if is_on else "plugin.disable", name)
    message = "“%(title)s” takes part now." if is_on else "“%(title)s” is off. Its data are kept."
    return done(f"/admin/plugins/{name}", message, title=title_of(name))


@admin.post("/plugins/<name>/settings")
@access("staff:plugin.manage")
def save_settings(name: str) -> Answer:
    """Store what the form generated from the plugin's schema says."""
    plugins = _host(name)
    form = None
    try:
        form = sent_form(name)
        if not is_valid(name, form):
            return show_plugins(name, form=form), 422
        plugins.save_settings(name, form.data, context.staff().actor)
    except ShopError as error:
        return show_plugins(name, _at_field(form, error), form), _status(error)
    secrets = _secrets(name)
    _note("plugin.settings", name, {k: v for k, v in form.data.items() if k not in secrets})
    return done(f"/admin/plugins/{name}", "The settings are saved.")


@admin.post("/plugins/<name>/upgrade")
@access("staff:plugin.manage")
def upgrade(name: str) -> Answer:
    """Run the plugin's waiting migrations."""
    plugins = _host(name)
    try:
        is_changed = plugins.upgrade(name, context.staff().actor)
    except ShopError as error:
        return show_plugins(name, told(error), tab="upgrade"), _status(error)
    if not is_changed:
        return done(f"/admin/plugins/{name}", "There was nothing to update.")
    _note("plugin.upgrade", name)
    return done(f"/admin/plugins/{name}", "The update is done.")


@admin.post("/plugins/<name>/install")
@access("staff:plugin.manage")
def install(name: str) -> Answer:
    """Make its tables and remember it, switched off."""
    plugins = _host(name)
    try:
        plugins.install(name, context.staff().actor)
    except ShopError as error:
        return show_plugins(name, told(error), tab="upgrade"), _status(error)
    _note("plugin.install", name)
    return done(f"/admin/plugins/{name}", "It is installed and off. Set it, then switch it on.")


@admin.post("/plugins/<name>/rights")
@access("staff:staff.manage")
def grant(name: str) -> Answer:
    """Let roles hold the plugin's rights as ticked; nobody gives what they do not hold."""
    loaded = context.shop().plugins.plugins.get(name)
    if loaded is None:
        raise missing()
    ticked = request.form.getlist("right")
    try:
        with context.writing() as session:
            for role in list_roles(session):
                if role.key != OWNER:
                    keys = [k.partition(":")[2] for k in ticked if k.startswith(f"{role.id}:")]
                    _let_hold(session, loaded, role, keys)
    except ShopError as error:
        return show_plugins(name, told(error), tab="rights"), _status(error)
    return done(f"/admin/plugins/{name}?tab=rights", "The roles hold these rights now.")


def _let_hold(session: Session, loaded: LoadedPlugin, role: RoleView, keys: list[str]) -> None:
    own = {key for key, _ in rights_of(loaded)}
    if set(keys) == role.permissions & own:
        return
    check_may_give(set(keys) - role.permissions)
    before, after = set_rights(session, loaded, role.id, keys)
    record(
        session,
        "role.edit",
        "role",
        role.id,
        before={"permissions": sorted(before.permissions)},
        after={"permissions": sorted(after.permissions)},
    )


@admin.post("/plugins/<name>/uninstall")
@access("staff:plugin.manage")
def uninstall(name: str) -> Answer:
    """Forget a plugin and keep its data; or, in a second confirmed step, remove them for good."""
    plugins, is_removal = _host(name), request.form.get("do") == "remove"
    try:
        if is_removal:
            if request.form.get("sure") != name:
                raise Rejected(
                    "plugins.sure", "Type “%(word)s” to remove its data for good.", word=name
                )
            if name not in plugins.snapshot().rows and not plugins.has_data(name):
                message = "It is not installed, and it left nothing behind."
                return done(f"/admin/plugins/{name}?tab=needs", message)
            plugins.remove_data(name, context.staff().actor)
        else:
            plugins.uninstall(name, context.staff().actor)
    except ShopError as error:
        return show_plugins(name, told(error), tab="needs"), _status(error)
    _note("plugin.remove_data" if is_removal else "plugin.uninstall", name)
    message = "Its data are gone." if is_removal else "It is uninstalled. Its data are kept."
    is_here = name in plugins.standings()  # one whose folder is gone leaves the list
    return done(f"/admin/plugins/{name}?tab=needs" if is_here else "/admin/plugins", message)


@admin.post("/plugins/<name>/events")
@access("staff:job.manage")
def replay_events(name: str) -> Answer:
    """Let parked events be tried again, one or all; or give one up for good, with a reason."""
    text, actor = request.form.get("seq", ""), context.staff().actor
    seq = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    is_skip = request.form.get("do") == "skip"
    if seq is None and (text or is_skip):
        raise missing()
    try:
        with context.writing() as session:
            if is_skip and seq is not None:
                reason = request.form.get("reason", "").strip()[:200]
                if not reason:
                    raise Rejected("events.reason", "Say why it is given up.")
                skip(session, name, seq, actor=actor, reason=reason)
                record(session, "event.skip", "event", f"{name}:{seq}", after={"reason": reason})
                count = 0
            else:
                count = replay(session, name, seq)
                record(session, "event.replay", "event", f"{name}:{seq or '*'}")
    except ShopError as error:
        return show_plugins(name, told(error), tab="events"), _status(error)
    message = "The event is given up." if is_skip else "Events tried again: %(count)s."
    return _return(name, message, count)


def _status(error: ShopError) -> int:
    """A plugin's own fault is nothing that went wrong with the request."""
    return 422 if isinstance(error, PluginError) else error.status


def _return(name: str, message: str, count: int) -> Response:
    fallback = f"/admin/plugins/{name}?tab=events"
    target = context.safe_path(request.form.get("back"), fallback)
    return done(target if target.startswith("/admin/") else fallback, message, count=count)


def _host(name: str) -> PluginHost:
    """The host; the page must be about a plugin that is there."""
    plugins = context.shop().plugins
    if name not in plugins.standings():
        raise missing()
    context.close_reader()  # the host opens units of work of its own
    return plugins


def _note(action: str, name: str, after: dict[str, object] | None = None) -> None:
    """The audit line; the host writes its own history in the act's transaction."""
    with context.writing() as session:
        record(session, action, "plugin", name, after=after)


def _secrets(name: str) -> frozenset[str]:
    plugin = context.shop().plugins.plugins[name]
    schema = plugin.contributions.settings
    return schema.secrets if schema else frozenset()


def _at_field(form: Form | None, error: ShopError) -> list[str]:
    """Put a refusal at the field it names; returns the sentences that belong to none."""
    field = form._fields.get(str(error.params.get("field", ""))) if form is not None else None
    if field is None:
        return told(error)
    field.errors = [*field.errors, i18n.translate_error(error)]
    return []
