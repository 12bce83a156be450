"""Everything member prices take part in. Each hook calls one function; nothing is decided here."""

from collections.abc import Sequence

from core.api.contributions import Permission, PriceRule, SettingsSchema
from core.api.hooks import hookimpl
from plugins.member_pricing import forms
from plugins.member_pricing.services import offers


@hookimpl
def register_settings() -> SettingsSchema:
    """Whether promotions come on top, and whether others see locked prices."""
    return SettingsSchema(fields=forms.FIELDS)


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """What roles can be allowed."""
    return [
        Permission("member_pricing.view", "See member prices"),
        Permission("member_pricing.edit", "Change member prices"),
    ]


@hookimpl
def register_price_rules() -> Sequence[PriceRule]:
    """The best member price of each line, before promotions."""
    return [offers.PRICE_RULE]
