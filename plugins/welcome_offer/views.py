"""Where the offer is seen: on pages of the store and in the merchant's figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.api.clock import local_date, now
from core.api.contributions import AdminPage, Block, BlockContext
from core.api.pages import ProductSubject
from core.api.regions import Region
from core.api.web import plugin_settings, reader, render_admin_page, store_settings
from plugins.welcome_offer import services
from plugins.welcome_offer.rules import Offer

PLUGIN = "welcome_offer"


def invitation(context: BlockContext) -> Mapping[str, Any] | None:
    """The offer for guests, who have to register first, and for members without an order.

    Where a product's price has the offer in it already, the page says so beside the price.
    """
    is_guest, offer = context.member_id is None, Offer.of(context.settings)
    if not is_guest and (
        _has_offer(offer, context.subject)
        or not services.is_new(context.session, context.member_id)
    ):
        return None
    return {"offer": offer, "is_guest": is_guest}


def _has_offer(offer: Offer, subject: Any) -> bool:
    """Whether one piece is dear enough: if the reader is new, its price has the offer in it."""
    if not isinstance(subject, ProductSubject):
        return False
    return subject.price_fen + offer.amount_fen >= offer.from_fen


BLOCKS = tuple(
    Block(
        key=f"welcome_offer.{name}",
        region=region,
        template=f"{name}.html",
        context=invitation,
        weight=weight,
        styles=("welcome.css",),
    )
    for name, region, weight in (
        ("product", Region.PRODUCT_INFO, 250),
        ("announcement", Region.HOME_MAIN, 150),
    )
)


def admin_page() -> str:
    """How many orders used the offer, and what it cost: ever, today, day by day."""
    session, zone = reader(), store_settings().timezone
    today: date = local_date(now(), zone)
    return render_admin_page(
        "figures.html",
        PLUGIN,
        offer=Offer.of(plugin_settings(PLUGIN)),
        ever=services.figures(session),
        today=services.figures(session, day=today, zone=zone),
        days=services.days(session),
    )


ADMIN_PAGE = AdminPage(
    "welcome_offer.figures",
    "/admin/x/welcome_offer",
    admin_page,
    "welcome_offer.view",
    menu_label="Welcome offer",
    menu_icon="gift",
)
