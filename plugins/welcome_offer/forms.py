"""The merchant's settings."""

from core.api.forms import NotBelow, YuanField
from core.api.i18n import lazy_gettext as _l

FIELDS = {
    "amount_fen": YuanField(
        _l("Reduction"),
        [NotBelow(1)],
        default=2000,
        description=_l("Taken off the first order of a new member."),
    ),
    "from_fen": YuanField(
        _l("From goods of"),
        [NotBelow(1)],
        default=9900,
        description=_l("After other prices, without delivery. Must be higher than the reduction."),
    ),
}
"""Amounts are stored in fen."""
