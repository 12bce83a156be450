"""The merchant's settings, and the form of one price."""

from wtforms import BooleanField

from core.api.i18n import lazy_gettext as _l

FIELDS = {
    "stacks": BooleanField(
        _l("Promotions come off on top of member prices"),
        default=False,
        description=_l(
            "Otherwise the lower of the two counts, line by line, and never both. Coupons come off "
            "in either case."
        ),
    ),
    "shows_locked": BooleanField(
        _l("Show locked prices as an invitation"),
        default=True,
        description=_l(
            "Guests and lower tiers see what the next tier pays, on products and on cards."
        ),
    ),
}
"""Neither has a price in it: prices are kept product by product."""
