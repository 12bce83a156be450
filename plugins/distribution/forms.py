"""Forms of the merchant's pages."""

from wtforms import StringField

from core.api.forms import AdminForm, at_most, required
from core.api.i18n import lazy_gettext as _l
from plugins.distribution.rules import Joining

JOINING_LABELS = {
    Joining.EVERYONE: _l("Every member, without asking"),
    Joining.OPEN: _l("Whoever joins, at once"),
    Joining.APPLICATION: _l("By application, reviewed by staff"),
    Joining.DESIGNATED: _l("Only those whom staff names"),
    Joining.SPEND: _l("Whoever has spent enough"),
    Joining.ORDERS: _l("Whoever has ordered often enough"),
    Joining.PURCHASE: _l("Whoever has bought one of some products"),
}


class ReasonForm(AdminForm):
    """Why somebody is refused or frozen; they will read it."""

    reason = StringField(_l("Reason, shown to the distributor"), [required(), at_most(200)])


class DesignateForm(AdminForm):
    """Whom to make a distributor."""

    phone = StringField(_l("Phone of the member"), [required(), at_most(20)])
