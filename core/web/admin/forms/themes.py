"""The form of a theme, made of what its ``theme.toml`` lets the merchant change."""

from collections.abc import Mapping
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, StringField
from wtforms.fields import ColorField
from wtforms.validators import InputRequired, Length, Optional

from core.api.forms import AdminForm
from core.themes.host import Look
from core.themes.manifest import ThemeSetting, Token
from core.web import i18n

_NEW = "new-"
"""Before the name of a field that takes a file."""


def theme_form(look: Look) -> type[AdminForm]:
    """The form class of a look, its labels in the request's language."""
    fields: dict[str, Any] = {}
    for token in look.tokens.values():
        fields[token_field(token.name)] = _token(token)
    for name, setting in look.offers.items():
        fields.update(_setting(name, setting))
    return cast("type[AdminForm]", type("ThemeForm", (AdminForm,), fields))


def stored_values(look: Look) -> dict[str, Any]:
    """What the form shows before anybody typed: the merchant's values over the theme's."""
    tokens = {
        token_field(name): look.choice.tokens.get(name, token.default)
        for name, token in look.tokens.items()
    }
    return {**tokens, **look.settings}


def chosen_tokens(look: Look, form: AdminForm) -> dict[str, str]:
    """Tokens that differ from the theme's own; one that was emptied is the theme's again."""
    typed = {name: form.data[token_field(name)] or "" for name in look.tokens}
    return {
        name: value
        for name, value in typed.items()
        if value and value.lower() != look.tokens[name].default.lower()
    }


def chosen_settings(look: Look, form: AdminForm, pictures: Mapping[str, str]) -> dict[str, Any]:
    """Settings as they are now; ``pictures`` holds those that were uploaded, by name."""
    values: dict[str, Any] = {}
    for name, setting in look.offers.items():
        if setting.kind == "picture":
            kept = "" if form.data[f"no-{name}"] else look.settings[name]
            values[name] = pictures.get(name, kept)
        else:
            values[name] = form.data[name] if setting.kind == "checkbox" else form.data[name] or ""
    return values


def picture_field(name: str) -> str:
    """Name of the field that takes a picture's file."""
    return _NEW + name


def token_field(name: str) -> str:
    """Name of the field of a token."""
    return f"token-{name}"


def _token(token: Token) -> Any:
    label = i18n.gettext(token.label)
    if token.kind == "color":
        return ColorField(label, [InputRequired()])
    hint = _l("Such as 12px or 1rem; empty: as the theme has it (%(value)s).", value=token.default)
    return StringField(label, [Optional(), Length(max=8)], description=hint)


def _setting(name: str, setting: ThemeSetting) -> dict[str, Any]:
    label = i18n.gettext(setting.label)
    if setting.kind == "checkbox":
        return {name: BooleanField(label)}
    if setting.kind == "picture":
        return {
            picture_field(name): FileField(label, render_kw={"accept": "image/*"}),
            f"no-{name}": BooleanField(i18n.gettext("Show no picture of one’s own")),
        }
    return {name: StringField(label, [Optional(), Length(max=200)])}
