"""The trunk's own blocks, region by region: peers of what plugins add."""

from collections.abc import Mapping

from core.api.regions import Region
from core.kernel.values import dataclass
from core.web.placing import CoreBlock, declare


@dataclass(frozen=True)
class Tab:
    """An entry of the main navigation."""

    key: str
    icon: str
    label: str
    href: str
    fills: bool = False


_TABS = (
    Tab("home", "home", "Home", "/", fills=True),
    Tab("categories", "layout-grid", "Categories", "/c/", fills=True),
    Tab("bag", "shopping-bag", "Bag", "/cart"),
    Tab("me", "user", "Me", "/me", fills=True),
)

_BLOCKS: Mapping[Region, tuple[tuple[str, str], ...]] = {
    Region.HEADER_ACTIONS: (("language", "language"),),
    Region.FOOTER: (("footer", "footer"),),
    Region.HOME_MAIN: (
        ("hero", "home_hero"),
        ("assurance", "home_assurance"),
        ("categories", "home_categories"),
        ("featured", "home_featured"),
        ("feed", "home_feed"),
    ),
    Region.PRODUCT_INFO: (
        ("price", "product_price"),
        ("own_price", "product_own_price"),
        ("title", "product_title"),
    ),
    Region.PRODUCT_CELLS: (
        ("options", "cell_options"),
        ("offers", "cell_offers"),
        ("shipping", "cell_shipping"),
        ("assurance", "cell_assurance"),
    ),
    Region.PRODUCT_MAIN: (
        ("details", "product_details"),
        ("description", "product_description"),
        ("related", "product_related"),
    ),
    Region.PRODUCT_BUYBAR: (("buy", "buybar"),),
    Region.PRODUCT_OPTION_SHEET: (("options", "sheet_options"), ("quantity", "sheet_quantity")),
    Region.CART_TOTALS: (("totals", "cart_totals"),),
    Region.CART_AFTER: (("picks", "cart_picks"),),
    Region.CHECKOUT_SECTIONS: (
        ("address", "checkout_address"),
        ("lines", "checkout_lines"),
        ("note", "checkout_note"),
    ),
    Region.CHECKOUT_TOTALS: (("totals", "checkout_totals"),),
    Region.PAY_METHODS: (("gateways", "pay_methods"),),
    Region.LOGIN_METHODS: (("phone", "login_phone"), ("email", "login_email")),
    Region.MEMBER_HOME_ASSETS: (("wallet", "me_wallet"),),
    Region.MEMBER_HOME_MENU: (("menu", "me_menu"),),
    Region.ORDER_DETAIL: (
        ("status", "order_status"),
        ("parcels", "order_parcels"),
        ("address", "order_address"),
        ("lines", "order_lines"),
        ("money", "order_money"),
        ("after_sales", "order_after_sales"),
        ("timeline", "order_timeline"),
    ),
    Region.ORDER_ACTIONS: (("actions", "order_actions"),),
}


def declare_blocks() -> None:
    """Put the trunk's blocks in their regions, at 100, 200, 300 and so on."""
    for region, rows in _BLOCKS.items():
        prefix = region.rpartition(".")[2]
        declare(
            region,
            *(
                CoreBlock(f"core.{prefix}.{name}", weight, f"blocks/{template}.html")
                for weight, (name, template) in zip(range(100, 2000, 100), rows, strict=False)
            ),
        )
    declare(
        Region.TABBAR,
        *(
            CoreBlock(f"core.tab.{tab.key}", weight, "blocks/tab.html", {"block": tab})
            for weight, tab in zip((100, 200, 400, 500), _TABS, strict=True)
        ),
    )
