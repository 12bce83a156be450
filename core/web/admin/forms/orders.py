"""Forms of orders and after-sales."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from core.api.forms import AdminForm, NotBelow, YuanField, options

CARRIERS = (
    "顺丰速运",
    "中通快递",
    "圆通速递",
    "申通快递",
    "韵达快递",
    "极兔速递",
    "京东物流",
    "邮政 EMS",
    "德邦快递",
)
"""Suggested while typing; any name is taken."""


class ShipForm(AdminForm):
    """A parcel that left."""

    carrier = StringField(_l("Carrier"), [InputRequired(), Length(max=40)])
    tracking_no = StringField(_l("Tracking number"), [InputRequired(), Length(max=64)])


class ReaddressForm(AdminForm):
    """The whole address as it should be, and why it is corrected."""

    name = StringField(_l("Name of the recipient"), [InputRequired(), Length(max=40)])
    phone = StringField(_l("Phone"), [InputRequired(), Length(max=20)])
    province = StringField(_l("Province"), [InputRequired(), Length(max=40)])
    city = StringField(_l("City"), [InputRequired(), Length(max=40)])
    district = StringField(_l("District"), [Optional(), Length(max=40)])
    detail = StringField(_l("Street and number"), [InputRequired(), Length(max=200)])
    postcode = StringField(_l("Postcode"), [Optional(), Length(max=10)])
    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=200)], description=_l("The shopper reads it.")
    )


class ReasonForm(AdminForm):
    """Why something is done; kept in the story of the thing."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=200)])


class NoteForm(AdminForm):
    """A word for colleagues."""

    text = StringField(_l("Note for colleagues"), [InputRequired(), Length(max=200)])


class ConfirmPaymentForm(AdminForm):
    """Money that came outside every gateway."""

    reference = StringField(
        _l("Reference of the receipt"),
        [InputRequired(), Length(max=60)],
        description=_l("Number of the transfer or voucher; it can be used once."),
    )
    amount_fen = YuanField(_l("Amount received"), [NotBelow(1)])


class DecideForm(AdminForm):
    """The store's answer to an after-sale."""

    answer = TextAreaField(_l("Answer to the shopper"), [Optional(), Length(max=300)])
    freight_fen = YuanField(_l("Freight to give back"), [Optional()])


class RefundForm(AdminForm):
    """Money back by the store's own decision. The amounts per line stand beside it."""

    kind = RadioField(
        _l("What becomes of the goods"),
        choices=options(
            [("refund", _l("Stay with the shopper")), ("return", _l("Come back to the shelf"))]
        ),
        default="refund",
    )
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=40)])
    note = TextAreaField(_l("Note"), [Optional(), Length(max=300)])
    freight_fen = YuanField(_l("Freight to give back"), [Optional()])


class BulkShipForm(AdminForm):
    """Many parcels at once, one line each."""

    lines = TextAreaField(_l("Order number, carrier, tracking number"), [Length(max=200_000)])
