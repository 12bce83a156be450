"""The merchant's settings of the watch over commissions; what is paid is in the programme."""

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from core.api.i18n import lazy_gettext as _l
from plugins.distribution.rules.fraud import Suspicion

_LABELS = {
    Suspicion.PHONE: _l("Hold when the delivery goes to the distributor’s own phone"),
    Suspicion.ADDRESS: _l("Hold when it goes to one of the distributor’s own addresses"),
    Suspicion.DEVICE: _l("Hold when buyer and distributor use the same device"),
    Suspicion.BROWSER: _l("Hold when both signed in from one network with one kind of browser"),
    Suspicion.ACCOUNT: _l("Hold when both pay from, or are paid to, the same account"),
    Suspicion.BURST: _l("Hold when unusually many people come within an hour"),
    Suspicion.LOOP: _l("Hold when each of the two earns on the other’s orders"),
}

_DESCRIPTIONS = {
    Suspicion.DEVICE: _l("One browser in which both opened share links."),
    Suspicion.BROWSER: _l("Finds second accounts, but also people of one household or office."),
}
_OFF_AT_FIRST = {Suspicion.BROWSER}

FIELDS = {
    **{
        f"watch_{kind}": BooleanField(
            label, default=kind not in _OFF_AT_FIRST, description=_DESCRIPTIONS.get(kind, "")
        )
        for kind, label in _LABELS.items()
    },
    "burst_per_hour": IntegerField(
        _l("People an hour that are usual"),
        [InputRequired(), NumberRange(1, 100_000)],
        default=20,
        description=_l("Bound to one distributor. More of them hold the commissions of that hour."),
    ),
}
