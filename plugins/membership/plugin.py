"""Everything membership takes part in. Each hook calls one function; nothing is decided here."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.api.contributions import (
    AdminPage,
    Block,
    Command,
    DashboardCard,
    Job,
    MemberListColumn,
    MemberPanel,
    Permission,
    PriceRule,
    StorePage,
)
from core.api.events import (
    MemberErased,
    MemberRegistered,
    MemberTierChanged,
    OrderPaid,
    OrderReceived,
    OrderRefunded,
    OrderSettled,
    ShareVisited,
)
from core.api.hooks import hookimpl
from plugins.membership import admin, blocks, commands, jobs, views
from plugins.membership.admin import members, overview
from plugins.membership.services import benefits, notices, orders, privacy, tasks


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """What roles can be allowed."""
    return [
        Permission("membership.view", "See tiers and growth values"),
        Permission("membership.ladder", "Change tiers, benefits and growth rules"),
        Permission("membership.member", "Change a member's growth value and tier"),
    ]


@hookimpl
def register_price_rules() -> Sequence[PriceRule]:
    """Free delivery for tiers that have it."""
    return [benefits.PRICE_RULE]


@hookimpl
def register_store_pages() -> Sequence[StorePage]:
    """The level page and the growth log."""
    return views.PAGES


@hookimpl
def register_admin_pages() -> Sequence[AdminPage]:
    """Tiers, benefits, rules, reviews, the growth log, the proposal."""
    return admin.PAGES


@hookimpl
def register_dashboard_cards() -> Sequence[DashboardCard]:
    """Members above the lowest tier."""
    return overview.CARDS


@hookimpl
def register_member_columns() -> Sequence[MemberListColumn]:
    """The tier of members."""
    return [overview.MEMBER_COLUMN]


@hookimpl
def register_member_panels() -> Sequence[MemberPanel]:
    """Where a member stands."""
    return [members.PANEL]


@hookimpl
def register_blocks() -> Sequence[Block]:
    """The level card and growth in the member centre."""
    return blocks.BLOCKS


@hookimpl
def register_commands() -> Sequence[Command]:
    """``banyan x membership propose`` and ``demo``."""
    return [commands.PROPOSE, commands.DEMO]


@hookimpl
def register_jobs() -> Sequence[Job]:
    """Reviews, warnings, following a new ladder, catching up."""
    return jobs.JOBS


@hookimpl
def member_registered(session: Session, event: MemberRegistered) -> None:
    """Joining is a task."""
    tasks.registered(session, event)


@hookimpl
def member_erased(session: Session, event: MemberErased) -> None:
    """What was written about an erased member goes."""
    privacy.forget(session, event.member_id)


@hookimpl
def member_tier_changed(session: Session, event: MemberTierChanged) -> None:
    """Who rose is told."""
    notices.tell_risen(session, event)


@hookimpl
def share_visited(session: Session, event: ShareVisited) -> None:
    """Shares that people open are a daily task."""
    tasks.share_visited(session, event)


@hookimpl
def order_paid(session: Session, event: OrderPaid) -> None:
    """What the order will give is worked out and frozen."""
    orders.work_out(session, event)


@hookimpl
def order_received(session: Session, event: OrderReceived) -> None:
    """Growth counts, if the rules say so."""
    orders.received(session, event)


@hookimpl
def order_settled(session: Session, event: OrderSettled) -> None:
    """Growth counts at the latest."""
    orders.settled(session, event)


@hookimpl
def order_refunded(session: Session, event: OrderRefunded) -> None:
    """A refund takes its share back."""
    orders.refunded(session, event)
