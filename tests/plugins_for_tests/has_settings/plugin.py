"""Settings with a secret and a check, a hook that refuses, one that takes few arguments."""

from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import NumberRange

from core.api.contributions import Job, SettingsSchema
from core.api.errors import Rejected
from core.api.hooks import hookimpl


def _check(values):
    if values["is_on"] and not values["token"]:
        raise Rejected("has_settings.token", "A token is needed.")


@hookimpl
def register_settings():
    return SettingsSchema(
        {
            "rate": IntegerField("Rate", [NumberRange(0, 100)], default=3),
            "mode": SelectField("Mode", choices=["slow", "fast"], default="slow"),
            "is_on": BooleanField("On"),
            "note": StringField("Note"),
            "token": StringField("Token"),
        },
        secrets=frozenset({"token"}),
        check=_check,
    )


@hookimpl
def check_bind_referral(member_id):
    raise Rejected("has_settings.no", "Has settings refuses %(who)s.", who=member_id)


@hookimpl
def register_jobs():
    return [Job("has_settings.job", "Nothing", lambda context: None, every_seconds=3600)]
