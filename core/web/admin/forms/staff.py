"""Forms of sign-in, the own account, staff and roles."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from core.api.forms import AdminForm, options

LANGUAGES = [("zh_Hans_CN", "简体中文"), ("en", "English")]


class SignInForm(AdminForm):
    """Who comes in."""

    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired(), Length(max=128)])
    next = HiddenField()


class ProfileForm(AdminForm):
    """The own name and language."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=40)])
    locale = RadioField(_l("Language"), choices=options(LANGUAGES))
    look = RadioField(
        _l("Look"),
        choices=options(
            [("auto", _l("As the device")), ("light", _l("Light")), ("dark", _l("Dark"))]
        ),
    )


class PasswordForm(AdminForm):
    """A new password of one's own."""

    current = PasswordField(_l("Present password"), [InputRequired(), Length(max=128)])
    password = PasswordField(
        _l("New password"),
        [InputRequired(), Length(max=128)],
        description=_l("At least ten characters. A short sentence is easy to keep in mind."),
    )
    again = PasswordField(
        _l("New password again"),
        [InputRequired(), EqualTo("password", message=_l("The two are not the same."))],
    )


class NewStaffForm(AdminForm):
    """Somebody new in the store."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=40)])
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])
    role_key = SelectField(_l("Role"), [InputRequired()])
    password = PasswordField(
        _l("First password"),
        [InputRequired(), Length(max=128)],
        description=_l("At least ten characters; hand it over in person, they can change it."),
    )


class StaffForm(AdminForm):
    """Somebody in the store."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=40)])
    role_key = SelectField(_l("Role"), [InputRequired()])
    is_active = BooleanField(
        _l("May sign in"), description=_l("Off: every page is closed to them at once.")
    )
    password = PasswordField(
        _l("New password"),
        [Optional(), Length(max=128)],
        description=_l("Only to replace a forgotten one; signs them out everywhere."),
    )


class RoleForm(AdminForm):
    """A role's name; its rights are tick boxes beside it."""

    name = StringField(_l("Role name"), [InputRequired(), Length(max=60)])
