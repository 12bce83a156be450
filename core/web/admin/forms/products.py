"""Forms of products, categories and stock. The SKU grid is in ``sku_grid``."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.api.forms import AdminForm, YuanField, options, whole_number


class ProductForm(AdminForm):
    """A product's texts and settings."""

    title = StringField(_l("Title"), [InputRequired(), Length(max=160)])
    subtitle = StringField(_l("Subtitle"), [Optional(), Length(max=200)])
    description = TextAreaField(
        _l("Description"),
        [Optional(), Length(max=60_000)],
        description=_l("Plain text, or simple HTML. Scripts and foreign pictures are removed."),
    )
    slug = StringField(
        _l("Page address"),
        [Optional(), Length(max=100)],
        description=_l("Last part of the page’s address; made from the title when empty."),
    )
    category_id = SelectField(_l("Category"), [Optional()], default="")
    market_price_fen = YuanField(
        _l("Struck-through price"), [Optional()], description=_l("Shown beside the real one.")
    )
    per_member_limit = IntegerField(
        _l("Limit per member"),
        [Optional(), NumberRange(min=1, max=1_000_000)],
        render_kw={"inputmode": "numeric", "min": 1},
    )
    position = IntegerField(
        _l("Place in lists"),
        [Optional(), NumberRange(min=-1_000_000, max=1_000_000)],
        default=0,
        description=_l("Lower comes first."),
    )
    version = HiddenField()


class CategoryForm(AdminForm):
    """A shelf of the store."""

    name = StringField(_l("Display name"), [InputRequired(), Length(max=80)])
    name_en = StringField(_l("English name"), [Optional(), Length(max=80)])
    slug = StringField(_l("Page address"), [Optional(), Length(max=80)])
    parent_id = SelectField(_l("Parent category"), [Optional()], default="")
    position = IntegerField(
        _l("Sort order"), [Optional(), NumberRange(min=-9999, max=9999)], default=0
    )
    is_visible = BooleanField(_l("Shown in the store"), default=True)


class AdjustForm(AdminForm):
    """A change of stock. ``token`` makes sending it twice harmless."""

    kind = RadioField(
        _l("Kind of change"),
        choices=options(
            [
                ("receive", _l("Came in")),
                ("adjust", _l("Correction")),
                ("count", _l("Counted")),
            ]
        ),
        default="receive",
    )
    quantity = whole_number(
        _l("Pieces"),
        -1_000_000,
        1_000_000,
        description=_l(
            "Came in: how many. Correction: plus or minus. Counted: how many are there."
        ),
    )
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=80)])
    token = HiddenField()


class LowForm(AdminForm):
    """From how few pieces a SKU counts as low."""

    low_at = whole_number(_l("Warn at"), 0, 1_000_000)
