"""What a merchant can set about the trunk, with defaults. Plugins keep their own settings."""

from dataclasses import dataclass
from enum import StrEnum


class BindingPolicy(StrEnum):
    """When an opened share link makes its sharer the referrer.

    ``FIRST_VISIT``: a signed-in member is bound at once, a guest at registration to the first link.
    ``REGISTRATION``: new members only, to the last link opened before. ``FIRST_ORDER`` and
    ``FIRST_PAYMENT``: to the last link opened before that act.
    """

    FIRST_VISIT = "first_visit"
    REGISTRATION = "registration"
    FIRST_ORDER = "first_order"
    FIRST_PAYMENT = "first_payment"


@dataclass(frozen=True)
class StoreSettings:
    """Settings of the store. Amounts in fen, times in the unit of the name."""

    shop_name: str = "山屿集"
    shop_name_en: str = "Shanyu"
    shop_slogan: str = "手作茶器与日常好物"
    shop_slogan_en: str = "Handmade tea ware and everyday goods"
    timezone: str = "Asia/Shanghai"
    default_locale: str = "zh_Hans_CN"
    record_no: str = ""
    service_phone: str = ""
    is_open: bool = True
    unpaid_minutes: int = 30
    auto_receive_days: int = 15
    aftersale_days: int = 7
    freight_fen: int = 1000
    free_freight_from_fen: int = 9900  # 0: never free
    low_stock_at: int = 10
    tells_shipping: bool = True
    binding: str = BindingPolicy.REGISTRATION
    protection_days: int = 0  # 0: for life
    payout_min_fen: int = 100
    payout_max_fen: int = 2_000_000
    payouts_per_day: int = 3
    payout_fee_bps: int = 0
    payout_fee_fen: int = 0  # besides the share
    payout_tax_bps: int = 0
    payout_name_from_fen: int = 200_000  # from this amount on the recipient's real name is needed
    payout_by_bank_card: bool = False  # channels that staff pay by hand
    payout_by_alipay: bool = False
    payout_by_wechat: bool = False

    def name_in(self, locale: str) -> str:
        """The shop's name for readers of this locale; the only one where English has none."""
        return (locale.startswith("en") and self.shop_name_en) or self.shop_name
