"""Everything the welcome offer takes part in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.api.contributions import (
    AdminPage,
    Block,
    Job,
    JobContext,
    Permission,
    PriceRule,
    SettingsSchema,
)
from core.api.events import OrderPaid
from core.api.hooks import hookimpl
from core.api.orders import PlacementFacts
from core.api.settings import load_settings
from plugins.welcome_offer import forms, services, views
from plugins.welcome_offer.rules import check_settings, used_fen


@hookimpl
def register_settings() -> SettingsSchema:
    """How much off, from how much on."""
    return SettingsSchema(fields=forms.FIELDS, check=check_settings)


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Who may see the figures."""
    return [Permission("welcome_offer.view", "See how the welcome offer is used")]


@hookimpl
def register_price_rules() -> Sequence[PriceRule]:
    """The reduction, among the promotions."""
    return [services.PRICE_RULE]


@hookimpl
def register_blocks() -> Sequence[Block]:
    """The invitation on the home page and on products."""
    return views.BLOCKS


@hookimpl
def register_admin_pages() -> Sequence[AdminPage]:
    """Figures of use."""
    return [views.ADMIN_PAGE]


@hookimpl
def register_jobs() -> Sequence[Job]:
    """Counts each finished day."""
    return [Job("welcome_offer.count", "Count the use of the welcome offer", count, 86_400)]


def count(context: JobContext) -> None:
    """Store the row of yesterday, and of days before that lack one."""
    with context.write() as session:
        services.store_days(session, load_settings(session).timezone)


@hookimpl
def register_order_freezes() -> Mapping[str, Callable[[Session, PlacementFacts], Any]]:
    """What the offer took off, frozen on the order: 0 when it was not used."""
    return {"welcome_offer": lambda _session, facts: used_fen(facts.quote)}


@hookimpl
def order_paid(session: Session, event: OrderPaid) -> None:
    """Count an order that used the offer."""
    services.note_use(session, event)
