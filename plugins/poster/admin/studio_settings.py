"""The merchant's settings of the studio."""

from wtforms import RadioField

from core.api.forms import options
from core.api.i18n import lazy_gettext as _l

PROMOTERS, MEMBERS = "promoters", "members"

FIELDS = {
    "makers": RadioField(
        _l("Who may make posters"),
        choices=options(
            [
                (PROMOTERS, _l("Approved promoters only, such as active distributors")),
                (MEMBERS, _l("Every member who is signed in")),
            ]
        ),
        default=PROMOTERS,
        description=_l(
            "Platforms may block shops that hand everybody the means of rewarded sharing. Leave it "
            "to promoters while sharing is rewarded."
        ),
    ),
}
