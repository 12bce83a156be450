"""Forms of members and payouts."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from core.api.forms import AdminForm


class TransferForm(AdminForm):
    """Another referrer for a member, or none."""

    to = HiddenField()
    seen = HiddenField()
    reason = StringField(
        _l("Reason"),
        [InputRequired(), Length(max=200)],
        description=_l("Kept in the member’s history."),
    )


class LockForm(AdminForm):
    """Hold a referral, or let it go."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=200)])


class BlockForm(AdminForm):
    """Keep a member out."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=200)])


class EraseForm(AdminForm):
    """Forget a member for good."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=200)])
    is_sure = BooleanField(_l("I know that this cannot be undone"), [InputRequired()])


class RejectForm(AdminForm):
    """Why a payout is declined; the member reads it."""

    reason = StringField(_l("Reason, the member reads it"), [InputRequired(), Length(max=200)])
