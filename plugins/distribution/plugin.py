"""Everything distribution takes part in. Each hook calls one function; nothing is decided here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.contributions import (
    AdminPage,
    Block,
    Command,
    DashboardCard,
    Job,
    MemberBulkAction,
    MemberListColumn,
    MemberPanel,
    OrderPanel,
    OrderTimeline,
    Permission,
    PriceRule,
    ProductBulkAction,
    ProductPanel,
    Promoters,
    SettingsSchema,
    StorePage,
)
from core.api.events import (
    MemberErased,
    OrderPaid,
    OrderReceived,
    OrderRefunded,
    OrderSettled,
)
from core.api.hooks import hookimpl
from plugins.distribution import admin, blocks, commands, jobs, views
from plugins.distribution.admin import cards, members, products, watching
from plugins.distribution.services import (
    accrual,
    distributors,
    freezing,
    grades,
    saving,
    settlement,
)


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """What roles can be allowed."""
    return [
        Permission("distribution.view", "See distributors and commissions"),
        Permission("distribution.plan", "Change the commission plan"),
        Permission("distribution.distributor", "Review, freeze and designate distributors"),
    ]


@hookimpl
def register_settings() -> SettingsSchema:
    """What the watch over commissions holds."""
    return SettingsSchema(fields=watching.FIELDS)


@hookimpl
def register_price_rules() -> Sequence[PriceRule]:
    """What distributors save on orders of their own."""
    return [saving.PRICE_RULE]


@hookimpl
def register_store_pages() -> Sequence[StorePage]:
    """The distributor centre."""
    return views.PAGES


@hookimpl
def register_admin_pages() -> Sequence[AdminPage]:
    """Plan, distributors, commissions."""
    return admin.PAGES


@hookimpl
def register_blocks() -> Sequence[Block]:
    """Hints for distributors on products and cards, tab, ways in from the member centre."""
    return blocks.BLOCKS


@hookimpl
def register_dashboard_cards() -> Sequence[DashboardCard]:
    """Turnover, what waits for staff, the best, the way from buyer to distributor."""
    return cards.CARDS


@hookimpl
def register_order_panels() -> Sequence[OrderPanel]:
    """The commissions of an order."""
    return [blocks.ORDER_PANEL]


@hookimpl
def register_product_panels() -> Sequence[ProductPanel]:
    """What is paid on a product."""
    return [products.PRODUCT_PANEL]


@hookimpl
def register_product_bulk_actions() -> Sequence[ProductBulkAction]:
    """Putting products into a plan, and leaving them out."""
    return products.BULK_ACTIONS


@hookimpl
def register_order_timelines() -> Sequence[OrderTimeline]:
    """Commission earned, settled, held and decided, in an order's story."""
    return [blocks.ORDER_STORY]


@hookimpl
def register_member_panels() -> Sequence[MemberPanel]:
    """Where a member stands in distribution."""
    return [members.MEMBER_PANEL]


@hookimpl
def register_member_columns() -> Sequence[MemberListColumn]:
    """Whether a member is a distributor."""
    return [blocks.MEMBER_COLUMN]


@hookimpl
def register_member_bulk_actions() -> Sequence[MemberBulkAction]:
    """Name members as distributors."""
    return [members.NAME_ACTION]


@hookimpl
def register_promoters() -> Sequence[Promoters]:
    """Active distributors may recommend the shop for a reward."""
    return [blocks.PROMOTERS]


@hookimpl
def register_jobs() -> Sequence[Job]:
    """Settling what is due, and catching up with facts that were missed while switched off."""
    return [
        Job(
            key="distribution.watch",
            label="Look for commissions that people pay themselves",
            run=jobs.watch,
            every_seconds=60,
        ),
        Job(
            key="distribution.settle",
            label="Settle commissions that are due",
            run=jobs.settle,
            every_seconds=30,
        ),
        Job(
            key="distribution.grade",
            label="Look at the grades of all distributors",
            run=jobs.grade,
            every_seconds=86_400,
        ),
        Job(
            key="distribution.reconcile",
            label="Bring commissions to where their orders stand",
            run=jobs.reconcile,
            every_seconds=600,
        ),
        Job(
            key="distribution.totals",
            label="Add up what was earned",
            run=jobs.total,
            every_seconds=60,
        ),
    ]


@hookimpl
def register_commands() -> Sequence[Command]:
    """``banyan x distribution plan``, ``totals`` and ``demo``."""
    return [commands.PLAN, commands.TOTALS, commands.DEMO]


@hookimpl
def register_order_freezes() -> Mapping[str, Callable[[Session, Any], Any]]:
    """The programme in force at placement, and where each line and grade stands in it."""
    return {"distribution": freezing.freeze}


@hookimpl
def check_bind_referral(
    session: Session, member_id: UUID, referrer_id: UUID, by_staff: bool
) -> None:
    """A frozen distributor gets nobody; a distributor is not bound a second time by a click."""
    distributors.check_referrer(session, member_id, referrer_id, by_staff=by_staff)


@hookimpl
def order_paid(session: Session, event: OrderPaid) -> None:
    """Commissions become pending."""
    accrual.accrue(session, event)


@hookimpl
def order_received(session: Session, event: OrderReceived) -> None:
    """Pending becomes frozen."""
    accrual.freeze(session, event)


@hookimpl
def order_settled(session: Session, event: OrderSettled) -> None:
    """Commissions are due; the job settles them. The buyer may have reached a grade by it."""
    settlement.mark_due(session, event)
    grades.evaluate_buyer(session, event)


@hookimpl
def order_refunded(session: Session, event: OrderRefunded) -> None:
    """Commissions of refunded lines shrink."""
    accrual.reverse(session, event)


@hookimpl
def member_erased(session: Session, event: MemberErased) -> None:
    """An erased member earns no more, and what they wrote goes."""
    distributors.forget(session, event.member_id)
