"""What a plugin contributes: frozen descriptors returned once at boot by its ``register_*`` hooks.

Descriptors hold functions; whether a plugin takes part is decided at each use from shared state,
so a descriptor of a switched-off plugin lies idle. Every call into one is guarded and timed: what
it raises costs the piece that it was asked for, is shown in admin, and pauses the plugin only when
it keeps failing or keeps being slow. A descriptor that breaks a rule stated here is refused at
boot, and its plugin is quarantined with a sentence that names the fault.

The REST API and webhooks will be kinds of their own; nothing here stands in for them yet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core.api.contributions.admin import (
    AdminPage,
    CardRow,
    CardStep,
    DashboardCard,
    MemberBulkAction,
    MemberListColumn,
    MemberPanel,
    OrderBulkAction,
    OrderListColumn,
    OrderPanel,
    OrderTimeline,
    ProductBulkAction,
    ProductListColumn,
    ProductPanel,
    SearchHit,
    SearchProvider,
    TimelineEntry,
)
from core.api.contributions.ports import (
    Gateway,
    MessageChannel,
    PayoutChannel,
    PaysPeople,
    SendsMessages,
)
from core.api.contributions.rights import Permission, Promoters, SettingsSchema
from core.api.contributions.store import (
    SCRIPT_BYTES,
    STYLE_BYTES,
    Block,
    BlockContext,
    StorePage,
)
from core.api.contributions.work import Command, Job, JobContext
from core.pricing.types import PriceRule

__all__ = [
    "SCRIPT_BYTES",
    "STYLE_BYTES",
    "AdminPage",
    "Block",
    "BlockContext",
    "CardRow",
    "CardStep",
    "Command",
    "Contributions",
    "DashboardCard",
    "Gateway",
    "Job",
    "JobContext",
    "MemberBulkAction",
    "MemberListColumn",
    "MemberPanel",
    "MessageChannel",
    "OrderBulkAction",
    "OrderListColumn",
    "OrderPanel",
    "OrderTimeline",
    "PayoutChannel",
    "PaysPeople",
    "Permission",
    "PriceRule",
    "ProductBulkAction",
    "ProductListColumn",
    "ProductPanel",
    "Promoters",
    "SearchHit",
    "SearchProvider",
    "SendsMessages",
    "SettingsSchema",
    "StorePage",
    "TimelineEntry",
]


@dataclass(frozen=True)
class Contributions:
    """Everything one plugin registered, by kind. Built by the host."""

    price_rules: tuple[PriceRule, ...] = ()
    blocks: tuple[Block, ...] = ()
    store_pages: tuple[StorePage, ...] = ()
    admin_pages: tuple[AdminPage, ...] = ()
    dashboard_cards: tuple[DashboardCard, ...] = ()
    product_columns: tuple[ProductListColumn, ...] = ()
    order_columns: tuple[OrderListColumn, ...] = ()
    member_columns: tuple[MemberListColumn, ...] = ()
    product_panels: tuple[ProductPanel, ...] = ()
    order_panels: tuple[OrderPanel, ...] = ()
    member_panels: tuple[MemberPanel, ...] = ()
    product_bulk_actions: tuple[ProductBulkAction, ...] = ()
    order_bulk_actions: tuple[OrderBulkAction, ...] = ()
    member_bulk_actions: tuple[MemberBulkAction, ...] = ()
    order_timelines: tuple[OrderTimeline, ...] = ()
    search_providers: tuple[SearchProvider, ...] = ()
    jobs: tuple[Job, ...] = ()
    commands: tuple[Command, ...] = ()
    permissions: tuple[Permission, ...] = ()
    settings: SettingsSchema | None = None
    gateways: tuple[Gateway, ...] = ()
    channels: tuple[MessageChannel, ...] = ()
    payout_channels: tuple[PayoutChannel, ...] = ()
    promoters: tuple[Promoters, ...] = ()
    order_freezes: Mapping[str, Callable[[Session, Any], Any]] = field(default_factory=dict)
