"""The merchant's settings."""

from wtforms import PasswordField, StringField

from core.api.forms import at_most, whole_number
from core.api.i18n import lazy_gettext as _l

FIELDS = {
    "account_name": StringField(_l("Name on the account"), [at_most(40)], default=""),
    "account_no": StringField(_l("Account number"), [at_most(40)], default=""),
    "bank_name": StringField(_l("Bank"), [at_most(40)], default=""),
    "message_url": StringField(
        _l("Address that sends messages"),
        [at_most(200)],
        default="",
        description=_l("Your own server; it gets each text as signed JSON."),
    ),
    "message_secret": PasswordField(_l("Secret that signs messages"), [at_most(80)], default=""),
    "keep_days": whole_number(
        _l("Days to keep the words of gift cards"),
        1,
        365,
        default=30,
        description=_l("Counted from the day the gift was wrapped."),
    ),
}
"""Texts and days; the secret is stored encrypted."""
