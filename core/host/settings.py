"""A plugin's settings: from its schema to a form, defaults, stored values and back."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any

from markupsafe import Markup
from wtforms import Form, StringField, TextAreaField
from wtforms.widgets import PasswordInput, TextArea, html_params

from core.api.contributions import SettingsSchema
from core.host.secrets import SecretBox
from core.kernel.errors import ConfigError, InvalidInput, PluginError

SETTINGS = "settings"
"""The hook under which faults of a plugin's form, defaults and check are recorded."""
HIDDEN = "•••"
"""What histories and reports show instead of a secret."""


def form_class(schema: SettingsSchema) -> type[Form]:
    """The WTForms class of a schema, its fields in the schema's order."""
    return type("PluginSettings", (Form,), dict(schema.fields))


def defaults(schema: SettingsSchema | None) -> dict[str, Any]:
    """Each setting's default, as its field gives it; a text without one is empty."""
    if schema is None:
        return {}
    found = {}
    for name, field in form_class(schema)()._fields.items():
        is_empty_text = field.data is None and isinstance(field, StringField)
        found[name] = "" if is_empty_text else _plain(name, field.data)
    return found


def readable(
    schema: SettingsSchema | None, stored: Mapping[str, Any], box: SecretBox
) -> Mapping[str, Any]:
    """Stored values over the defaults, secrets opened; names that no longer exist are left out.

    So are values of another kind than the default: an earlier version of the plugin kept them. A
    secret that cannot be opened is empty, as if it had never been entered.
    """
    values = defaults(schema)
    if schema is None:
        return MappingProxyType(values)
    for name, value in stored.items():
        if name in schema.secrets:
            try:
                values[name] = box.open(value) if value else ""
            except ConfigError:
                values[name] = ""
        elif name in values and _is_of_its_kind(value, values[name]):
            values[name] = value
    return MappingProxyType(values)


def _is_of_its_kind(value: Any, default: Any) -> bool:
    return value is None or default is None or isinstance(value, type(default))


def storable(
    schema: SettingsSchema,
    stored: Mapping[str, Any],
    values: Mapping[str, Any],
    box: SecretBox,
    asking: AbstractContextManager[None],
) -> dict[str, Any]:
    """What to store after ``values`` were entered; an empty secret leaves the stored one.

    The schema's own check runs within ``asking``.

    Raises:
        InvalidInput: a name that the schema does not have.
        Rejected: the schema's own check refuses.
    """
    for name in values:
        if name not in schema.fields:
            raise InvalidInput("plugins.setting", "There is no setting “%(field)s”.", field=name)
    entered = {
        name: _plain(name, value)
        for name, value in values.items()
        if not (name in schema.secrets and not value)
    }
    whole = {**readable(schema, stored, box), **entered}
    if schema.check is not None:
        with asking:
            schema.check(MappingProxyType(whole))
    sealed = {
        name: box.close(str(value)) if name in schema.secrets else value
        for name, value in entered.items()
    }
    return {**stored, **sealed}


def settings_form(
    schema: SettingsSchema | None, values: Mapping[str, Any], formdata: Any, meta: Any
) -> Form:
    """The form, filled with what is stored or with what was sent; secrets are never filled in.

    Whatever field a secret has, what somebody typed into it is not sent back to the page.
    """
    if schema is None:
        return Form(formdata)
    shown = {name: value for name, value in values.items() if name not in schema.secrets}
    form = form_class(schema)(formdata, data=shown, meta=meta)
    for name in schema.secrets:
        field = form[name]
        if isinstance(field, StringField):  # TextAreaField and PasswordField are such
            field.widget = _Unread() if isinstance(field, TextAreaField) else PasswordInput()
    return form


class _Unread(TextArea):
    """An area for a secret of several lines: always empty."""

    def __call__(self, field: StringField, **kwargs: Any) -> Markup:
        kwargs.setdefault("id", field.id)
        return Markup("<textarea {}></textarea>").format(
            Markup(html_params(name=field.name, **kwargs))  # noqa: S704 (it escapes every value)
        )


def changes(
    schema: SettingsSchema, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """What a change did, for the history, as name → [before, after]; secrets stay hidden."""
    names = [name for name in after if before.get(name) != after[name]]
    return {
        name: [HIDDEN, HIDDEN] if name in schema.secrets else [before.get(name), after[name]]
        for name in names
    }


def _plain(name: str, value: Any) -> Any:
    """A value that JSON can hold."""
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, list | tuple):
        return [_plain(name, item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(name, item) for key, item in value.items()}
    raise PluginError(
        "plugins.setting_type",
        "The setting “%(name)s” holds a %(kind)s; use texts, whole numbers, yes/no or lists.",
        name=name,
        kind=type(value).__name__,
    )
