"""Everything member prices take part in. Each hook calls one function; nothing is decided here."""

from collections.abc import Sequence

from core.api.contributions import (
    AdminPage,
    Block,
    Command,
    Permission,
    PriceRule,
    ProductBulkAction,
    ProductPanel,
    SettingsSchema,
)
from core.api.hooks import hookimpl
from plugins.member_pricing import admin, blocks, commands, forms
from plugins.member_pricing.admin import products
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


@hookimpl
def register_blocks() -> Sequence[Block]:
    """Locked prices on products and cards."""
    return blocks.BLOCKS


@hookimpl
def register_admin_pages() -> Sequence[AdminPage]:
    """The grid of prices, many at once, lines of a file, who pays what, what was done."""
    return admin.PAGES


@hookimpl
def register_product_panels() -> Sequence[ProductPanel]:
    """Who pays what for a product."""
    return [products.PRODUCT_PANEL]


@hookimpl
def register_product_bulk_actions() -> Sequence[ProductBulkAction]:
    """Leaving products out."""
    return products.BULK_ACTIONS


@hookimpl
def register_commands() -> Sequence[Command]:
    """``banyan x member_pricing demo``."""
    return [commands.DEMO]
