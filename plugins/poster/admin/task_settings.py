"""The merchant's settings of the watch over fans."""

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from core.api.i18n import lazy_gettext as _l
from plugins.poster.rules.task_doubts import Suspicion

_LABELS = {
    Suspicion.ADDRESS: _l(
        "Fan tasks: hold when a fan has an address of the member or of another fan"
    ),
    Suspicion.DEVICE: _l(
        "Fan tasks: hold when a fan uses the device of the member or of another fan"
    ),
    Suspicion.NETWORK: _l(
        "Fan tasks: hold when a fan signs in from the network and with the kind of browser of the "
        "member or of another fan"
    ),
    Suspicion.ACCOUNT: _l("Fan tasks: hold when both pay from or are paid to the same account"),
    Suspicion.BURST: _l("Fan tasks: hold when unusually many fans come within an hour"),
}

FIELDS = {
    **{f"watch_{kind}": BooleanField(label, default=True) for kind, label in _LABELS.items()},
    "fan_burst_per_hour": IntegerField(
        _l("Fan tasks: fans an hour that are usual"),
        [InputRequired(), NumberRange(1, 100_000)],
        default=10,
        description=_l("Of one member. More of them hold the reward until you have looked."),
    ),
}
