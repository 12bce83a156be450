"""Forms of the store's settings, one per section; field names are those of ``StoreSettings``."""

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from core.api.forms import AdminForm, NotBelow, PercentField, YuanField, options, whole_number

_ZONES = ["Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo"]
_OTHERS = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")
)


class ShopForm(AdminForm):
    """Who the shop is."""

    shop_name = StringField(_l("Shop name"), [InputRequired(), Length(max=40)])
    shop_name_en = StringField(_l("English name"), [Optional(), Length(max=40)])
    shop_slogan = StringField(_l("Slogan"), [Optional(), Length(max=80)])
    shop_slogan_en = StringField(_l("English slogan"), [Optional(), Length(max=120)])
    is_open = BooleanField(
        _l("Open for business"),
        description=_l("Closed: shoppers can look, but not buy. Orders under way go on."),
    )
    service_phone = StringField(_l("Service phone"), [Optional(), Length(max=40)])
    record_no = StringField(
        _l("Record number"),
        [Optional(), Length(max=60)],
        description=_l("ICP number, in the footer."),
    )
    timezone = SelectField(
        _l("Time zone"),
        choices=options([(zone, zone) for zone in dict.fromkeys((*_ZONES, *_OTHERS))]),
    )
    default_locale = RadioField(
        _l("Language of the store"),
        choices=options([("zh_Hans_CN", "简体中文"), ("en", "English")]),
        description=_l("For visitors whose browser asks for neither Chinese nor English."),
    )


class TradeForm(AdminForm):
    """How orders run."""

    unpaid_minutes = whole_number(
        _l("Time to pay"),
        1,
        10_080,
        description=_l("Then the order expires and its stock is free again."),
    )
    auto_receive_days = whole_number(
        _l("Received by itself after"), 1, 180, description=_l("Counted from when it was shipped.")
    )
    tells_shipping = BooleanField(
        _l("Tell shoppers when a parcel leaves"),
        description=_l("By text message, or by e-mail to members without a phone."),
    )
    aftersale_days = whole_number(
        _l("After-sale window"),
        0,
        365,
        description=_l("Counted from receipt; commissions become available after it."),
    )
    low_stock_at = whole_number(
        _l("Low stock at"), 0, 1_000_000, description=_l("For new SKUs; each can have its own.")
    )


class FreightForm(AdminForm):
    """What sending costs."""

    freight_fen = YuanField(_l("Freight"), [NotBelow(0, 1_000_000)])
    free_freight_from_fen = YuanField(
        _l("Free from"),
        [Optional(), NotBelow(0, 100_000_000)],
        description=_l(
            "Goods after discounts. Empty or 0: every order pays freight. To send everything free, "
            "set the freight to 0."
        ),
    )


class SharingForm(AdminForm):
    """When a share link makes its sharer the referrer."""

    binding = RadioField(
        _l("A member is bound"),
        choices=options(
            [
                ("first_visit", _l("At the first visit")),
                ("registration", _l("At registration")),
                ("first_order", _l("At the first order")),
                ("first_payment", _l("At the first payment")),
            ]
        ),
        description=_l(
            "First visit: the first link counts. All others: the last link opened before it counts."
        ),
    )
    protection_days = whole_number(
        _l("Protected for"),
        0,
        3650,
        description=_l("Each order renews it. 0: for life."),
    )


class PayoutsForm(AdminForm):
    """How members are paid."""

    payout_min_fen = YuanField(_l("At least"), [NotBelow(1, 100_000_000)])
    payout_max_fen = YuanField(_l("At most"), [NotBelow(1, 1_000_000_000)])
    payouts_per_day = whole_number(_l("Requests a day and member"), 1, 100)
    payout_fee_bps = PercentField(_l("Fee"), [NotBelow(0, 5000)])
    payout_fee_fen = YuanField(
        _l("Fixed fee"),
        [Optional(), NotBelow(0, 1_000_000)],
        description=_l("For each payout, besides the share. Empty or 0: none."),
    )
    payout_tax_bps = PercentField(_l("Service tax"), [NotBelow(0, 5000)])
    payout_name_from_fen = YuanField(
        _l("Real name from"),
        [Optional(), NotBelow(0, 1_000_000_000)],
        description=_l(
            "Outside the store, payouts of this amount and more need the recipient’s real name. "
            "Empty or 0: all of them."
        ),
    )
    payout_by_bank_card = BooleanField(
        _l("By bank card"),
        description=_l("Staff pay from a file: name, card number and bank are asked for."),
    )
    payout_by_alipay = BooleanField(
        _l("By Alipay"), description=_l("Staff pay from a file: the Alipay account is asked for.")
    )
    payout_by_wechat = BooleanField(
        _l("By WeChat"), description=_l("Staff pay from a file: the WeChat ID is asked for.")
    )


SECTIONS: dict[str, type[AdminForm]] = {
    "shop": ShopForm,
    "trade": TradeForm,
    "freight": FreightForm,
    "sharing": SharingForm,
    "payouts": PayoutsForm,
}
"""Section key → its form."""

UNITS = {
    "unpaid_minutes": _l("minutes"),
    "auto_receive_days": _l("days"),
    "aftersale_days": _l("days"),
    "protection_days": _l("days"),
    "low_stock_at": _l("pieces"),
    "payout_fee_bps": "%",
    "payout_tax_bps": "%",
}
"""What stands behind a field's box."""
