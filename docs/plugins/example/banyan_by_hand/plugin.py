"""All that is done by hand takes part in. Each hook names things; nothing is decided here."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from banyan_by_hand import blocks, forms, jobs, services, views, ways
from banyan_by_hand.rules import check_settings
from core.api import contributions as c
from core.api.events import MemberErased
from core.api.hooks import hookimpl


@hookimpl
def register_settings() -> c.SettingsSchema:
    """The store's account, its message server with a secret, how long words are kept."""
    return c.SettingsSchema(
        forms.FIELDS, secrets=frozenset({"message_secret"}), check=check_settings
    )


@hookimpl
def register_permissions() -> Sequence[c.Permission]:
    """Looking, and doing."""
    return [
        c.Permission("by_hand.view", "See what is done by hand"),
        c.Permission("by_hand.work", "Note what was done by hand"),
    ]


@hookimpl
def register_blocks() -> Sequence[c.Block]:
    """On products that can be wrapped, and on orders."""
    return blocks.BLOCKS


@hookimpl
def register_store_pages() -> Sequence[c.StorePage]:
    """The card's words, and how to transfer money."""
    return views.STORE_PAGES


@hookimpl
def register_admin_pages() -> Sequence[c.AdminPage]:
    """What waits, and noting that it was done."""
    return views.ADMIN_PAGES


@hookimpl
def register_dashboard_cards() -> Sequence[c.DashboardCard]:
    """How much waits."""
    return [blocks.CARD]


@hookimpl
def register_product_columns() -> Sequence[c.ProductListColumn]:
    """Whether a product can be wrapped."""
    return [blocks.PRODUCT_COLUMN]


@hookimpl
def register_product_panels() -> Sequence[c.ProductPanel]:
    """The same beside its editor."""
    return [blocks.PRODUCT_PANEL]


@hookimpl
def register_product_bulk_actions() -> Sequence[c.ProductBulkAction]:
    """Offer gift wrap, or stop."""
    return blocks.PRODUCT_ACTIONS


@hookimpl
def register_order_columns() -> Sequence[c.OrderListColumn]:
    """Whether an order is a gift."""
    return [blocks.ORDER_COLUMN]


@hookimpl
def register_order_panels() -> Sequence[c.OrderPanel]:
    """The words for the card."""
    return [blocks.ORDER_PANEL]


@hookimpl
def register_order_bulk_actions() -> Sequence[c.OrderBulkAction]:
    """Gifts were wrapped."""
    return [blocks.ORDER_ACTION]


@hookimpl
def register_order_timelines() -> Sequence[c.OrderTimeline]:
    """When it was asked for, and when it was wrapped."""
    return [blocks.ORDER_STORY]


@hookimpl
def register_member_columns() -> Sequence[c.MemberListColumn]:
    """How many gifts somebody gave."""
    return [blocks.MEMBER_COLUMN]


@hookimpl
def register_member_panels() -> Sequence[c.MemberPanel]:
    """Which."""
    return [blocks.MEMBER_PANEL]


@hookimpl
def register_member_bulk_actions() -> Sequence[c.MemberBulkAction]:
    """Forget what they wrote."""
    return [blocks.MEMBER_ACTION]


@hookimpl
def register_search_providers() -> Sequence[c.SearchProvider]:
    """Orders by the words on the card."""
    return [blocks.SEARCH]


@hookimpl
def register_jobs() -> Sequence[c.Job]:
    """Tidying at night."""
    return [jobs.TIDY]


@hookimpl
def register_commands() -> Sequence[c.Command]:
    """``banyan x by_hand waiting``."""
    return [jobs.WAITING]


@hookimpl
def register_gateways() -> Sequence[c.Gateway]:
    """Bank transfer."""
    return [ways.GATEWAY]


@hookimpl
def register_channels() -> Sequence[c.MessageChannel]:
    """Texts through the store's own server."""
    return [ways.CHANNEL]


@hookimpl
def register_payout_channels() -> Sequence[c.PayoutChannel]:
    """Payouts by bank."""
    return [ways.PAYOUTS]


@hookimpl
def member_erased(session: Session, event: MemberErased) -> None:
    """What an erased member wrote goes."""
    services.forget_words(session, [event.member_id])
