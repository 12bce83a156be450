"""Forms of payouts that staff pay by hand."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from core.api.forms import AdminForm


class ConfirmForm(AdminForm):
    """Under which reference the transfer went; the amount is the one that was shown."""

    reference = StringField(
        _l("Reference of the transfer"),
        [InputRequired(), Length(max=80)],
        description=_l("As the bank, Alipay or WeChat says it."),
    )
    net_fen = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class FailForm(AdminForm):
    """Why a transfer did not go through; the member reads it."""

    reason = StringField(_l("Reason, the member reads it"), [InputRequired(), Length(max=200)])
