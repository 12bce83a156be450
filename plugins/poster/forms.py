"""The merchant's settings of posters themselves."""

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from core.api.i18n import lazy_gettext as _l

FIELDS = {
    "poster_days": IntegerField(
        _l("Posters are good for so many days"),
        [InputRequired(), NumberRange(0, 365)],
        default=0,
        description=_l(
            "Those in use are made anew three days before; those of products that are not sold any "
            "more end. The shop's own codes go on working. 0: for ever."
        ),
    ),
}
