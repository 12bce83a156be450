"""The hooks of Banyan: every place where a plugin may take part, typed and documented.

Three forms, told by the name: ``register_*`` (once at boot, returns descriptors), ``check_*``
(before a write, in its transaction, read-only, raises ``Rejected`` to refuse) and past-tense facts
(after commit, from the outbox, each in a transaction of its own with its receipt).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pluggy
from sqlalchemy.orm import Session

from core.api import contributions as c
from core.catalog.events import PriceChanged, ProductPublished
from core.members.events import (
    MemberErased,
    MemberFollowed,
    MemberRegistered,
    MemberTierChanged,
    MemberUnfollowed,
)
from core.orders.events import (
    AfterSaleClosed,
    AfterSaleOpened,
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    OrderReceived,
    OrderRefunded,
    OrderSettled,
    OrderShipped,
)
from core.payments.events import (
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    PaymentSuspended,
)
from core.payouts.events import PayoutFailed, PayoutSucceeded
from core.sharing.events import ReferralBound, ShareCreated, ShareScanned, ShareVisited
from core.stock.events import StockReturned

PROJECT = "banyan"
"""The name under which hooks and their implementations find each other."""

hookspec = pluggy.HookspecMarker(PROJECT)
"""Marks a hook in this module; plugins bring none of their own."""

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of ``plugin.py`` as the implementation of the hook of its name."""


class RegisterHooks:
    """Asked once at boot of every process, without request or database, whether on or off.

    What they return is checked (types, keys, addresses, regions, files); a plugin that raises or
    breaks a rule is quarantined with the reason, and the shop starts without it. They are not asked
    again when the plugin is switched on or its settings change. The descriptors say when each
    function in them is called, and what it means when that fails.
    """

    @hookspec
    def register_price_rules(self) -> Sequence[c.PriceRule]:
        """Steps of the price pipeline.

        Asked by every quote: product page, cart, checkout, placement. A rule that raises adjusts
        nothing; the sale goes on.
        """
        raise NotImplementedError

    @hookspec
    def register_blocks(self) -> Sequence[c.Block]:
        """Blocks in the store's regions."""
        raise NotImplementedError

    @hookspec
    def register_store_pages(self) -> Sequence[c.StorePage]:
        """Pages of the shop face, under ``/x/<plugin>``."""
        raise NotImplementedError

    @hookspec
    def register_admin_pages(self) -> Sequence[c.AdminPage]:
        """Pages of the merchant's face, under ``/admin/x/<plugin>``."""
        raise NotImplementedError

    @hookspec
    def register_dashboard_cards(self) -> Sequence[c.DashboardCard]:
        """Figures, to-dos and short lists on the admin's first page."""
        raise NotImplementedError

    @hookspec
    def register_product_columns(self) -> Sequence[c.ProductListColumn]:
        """Columns of the admin's product list."""
        raise NotImplementedError

    @hookspec
    def register_order_columns(self) -> Sequence[c.OrderListColumn]:
        """Columns of the admin's order list."""
        raise NotImplementedError

    @hookspec
    def register_member_columns(self) -> Sequence[c.MemberListColumn]:
        """Columns of the admin's member list."""
        raise NotImplementedError

    @hookspec
    def register_product_panels(self) -> Sequence[c.ProductPanel]:
        """Panels beside a product's editor in admin."""
        raise NotImplementedError

    @hookspec
    def register_order_panels(self) -> Sequence[c.OrderPanel]:
        """Panels beside an order in admin."""
        raise NotImplementedError

    @hookspec
    def register_member_panels(self) -> Sequence[c.MemberPanel]:
        """Panels on a member's overview in admin."""
        raise NotImplementedError

    @hookspec
    def register_product_bulk_actions(self) -> Sequence[c.ProductBulkAction]:
        """What staff may do with the ticked products of the list."""
        raise NotImplementedError

    @hookspec
    def register_order_bulk_actions(self) -> Sequence[c.OrderBulkAction]:
        """What staff may do with the ticked orders of the list."""
        raise NotImplementedError

    @hookspec
    def register_member_bulk_actions(self) -> Sequence[c.MemberBulkAction]:
        """What staff may do with the ticked members of the list."""
        raise NotImplementedError

    @hookspec
    def register_order_timelines(self) -> Sequence[c.OrderTimeline]:
        """Lines in the story of orders, for staff and, where an entry says so, for the shopper."""
        raise NotImplementedError

    @hookspec
    def register_search_providers(self) -> Sequence[c.SearchProvider]:
        """What the admin's search box finds besides orders, products and members."""
        raise NotImplementedError

    @hookspec
    def register_jobs(self) -> Sequence[c.Job]:
        """Work on a schedule: every so many seconds, or at the times of a cron line."""
        raise NotImplementedError

    @hookspec
    def register_commands(self) -> Sequence[c.Command]:
        """Subcommands of ``banyan x <plugin>``."""
        raise NotImplementedError

    @hookspec
    def register_permissions(self) -> Sequence[c.Permission]:
        """Rights that roles can hold."""
        raise NotImplementedError

    @hookspec
    def register_settings(self) -> c.SettingsSchema:
        """The plugin's settings form."""
        raise NotImplementedError

    @hookspec
    def register_gateways(self) -> Sequence[c.Gateway]:
        """Payment gateways."""
        raise NotImplementedError

    @hookspec
    def register_channels(self) -> Sequence[c.MessageChannel]:
        """Message channels."""
        raise NotImplementedError

    @hookspec
    def register_payout_channels(self) -> Sequence[c.PayoutChannel]:
        """Ways to pay people."""
        raise NotImplementedError

    @hookspec
    def register_promoters(self) -> Sequence[c.Promoters]:
        """Members approved to recommend the shop for a reward, such as distributors.

        Asked by ``core.api.web.is_promoter``, at most once a request and member.
        """
        raise NotImplementedError

    @hookspec
    def register_order_freezes(self) -> Mapping[str, Callable[[Session, Any], Any]]:
        """What to freeze on each order under the plugin's name.

        Maps the plugin's name to a function of (session, ``core.api.orders.PlacementFacts``) that
        returns JSON values; it runs inside placement, reads only, in one statement at most, and its
        answer comes back in ``OrderPaid.plan_versions[name]``. Orders placed while the plugin was
        off have none. One that raises refuses the order; five such faults an hour pause the plugin.
        """
        raise NotImplementedError


class CheckHooks:
    """Asked before a write, in its transaction, reading only, one plugin after the other.

    ``Rejected`` refuses: the refusals of all plugins are collected and shown together. Anything
    else is a fault: nothing is written, the person is told which plugin failed, and five such
    faults within an hour pause it. At most one statement each. The session refuses to write: a
    check that tries, or leaves an object to be written, has failed.
    """

    @hookspec
    def check_place_order(self, session: Session, placement: Any) -> None:
        """Before an order is stored, after its final quote; all sums in fen.

        ``placement`` is a ``core.api.orders.PlacementFacts``. Not asked for a submit that repeats
        an order which is there already, nor when the trunk itself refuses (stock, changed price).
        """

    @hookspec
    def check_bind_referral(
        self, session: Session, member_id: Any, referrer_id: Any, by_staff: bool
    ) -> None:
        """Before a member is bound to a referrer; a refusal leaves the member as they were.

        A fault refuses, too, unless ``by_staff``: the visit, sign-in, order or payment goes on.
        Not asked when the trunk's policy already says no (self, circle, protection, no consent).
        With ``by_staff`` somebody moves the member on purpose and gives a reason: refuse only what
        nobody may do.
        """

    @hookspec
    def check_request_payout(self, session: Session, request: Any) -> None:
        """Before a payout is reserved; ``request`` is a ``core.api.payouts.PayoutRequest``, in fen.

        Not asked when limits or the balance already forbid it, nor for a repeated submit.
        """


class FactHooks:
    """Told after the commit, by the worker, each in a transaction of its own with its receipt.

    What the handler writes through ``session`` and the receipt are one: the effect happens once, or
    not at all and again. Facts of one aggregate come in the order in which they happened. A fact
    reaches the plugins that are on when it happened, those held off by a pause included, and none
    that is switched on later. A handler that raises is tried again for this plugin alone after 2,
    4, 8 … seconds, then parked after eight tries: shown in admin, to be replayed or given up. It
    never pauses the plugin and never holds up other plugins. Statements: as few as the effect
    needs; external calls belong into a job.
    """

    @hookspec
    def member_registered(self, session: Session, event: MemberRegistered) -> None:
        """See :class:`core.members.events.MemberRegistered`."""

    @hookspec
    def member_erased(self, session: Session, event: MemberErased) -> None:
        """See :class:`core.members.events.MemberErased`."""

    @hookspec
    def member_tier_changed(self, session: Session, event: MemberTierChanged) -> None:
        """See :class:`core.members.events.MemberTierChanged`."""

    @hookspec
    def member_followed(self, session: Session, event: MemberFollowed) -> None:
        """See :class:`core.members.events.MemberFollowed`."""

    @hookspec
    def member_unfollowed(self, session: Session, event: MemberUnfollowed) -> None:
        """See :class:`core.members.events.MemberUnfollowed`."""

    @hookspec
    def share_created(self, session: Session, event: ShareCreated) -> None:
        """See :class:`core.sharing.events.ShareCreated`."""

    @hookspec
    def share_visited(self, session: Session, event: ShareVisited) -> None:
        """See :class:`core.sharing.events.ShareVisited`."""

    @hookspec
    def share_scanned(self, session: Session, event: ShareScanned) -> None:
        """See :class:`core.sharing.events.ShareScanned`."""

    @hookspec
    def referral_bound(self, session: Session, event: ReferralBound) -> None:
        """See :class:`core.sharing.events.ReferralBound`."""

    @hookspec
    def order_placed(self, session: Session, event: OrderPlaced) -> None:
        """See :class:`core.orders.events.OrderPlaced`."""

    @hookspec
    def order_paid(self, session: Session, event: OrderPaid) -> None:
        """See :class:`core.orders.events.OrderPaid`."""

    @hookspec
    def order_cancelled(self, session: Session, event: OrderCancelled) -> None:
        """See :class:`core.orders.events.OrderCancelled`."""

    @hookspec
    def order_shipped(self, session: Session, event: OrderShipped) -> None:
        """See :class:`core.orders.events.OrderShipped`."""

    @hookspec
    def order_received(self, session: Session, event: OrderReceived) -> None:
        """See :class:`core.orders.events.OrderReceived`."""

    @hookspec
    def order_settled(self, session: Session, event: OrderSettled) -> None:
        """See :class:`core.orders.events.OrderSettled`."""

    @hookspec
    def order_refunded(self, session: Session, event: OrderRefunded) -> None:
        """See :class:`core.orders.events.OrderRefunded`."""

    @hookspec
    def after_sale_opened(self, session: Session, event: AfterSaleOpened) -> None:
        """See :class:`core.orders.events.AfterSaleOpened`."""

    @hookspec
    def after_sale_closed(self, session: Session, event: AfterSaleClosed) -> None:
        """See :class:`core.orders.events.AfterSaleClosed`."""

    @hookspec
    def payment_succeeded(self, session: Session, event: PaymentSucceeded) -> None:
        """See :class:`core.payments.events.PaymentSucceeded`."""

    @hookspec
    def payment_failed(self, session: Session, event: PaymentFailed) -> None:
        """See :class:`core.payments.events.PaymentFailed`."""

    @hookspec
    def payment_suspended(self, session: Session, event: PaymentSuspended) -> None:
        """See :class:`core.payments.events.PaymentSuspended`."""

    @hookspec
    def payment_refunded(self, session: Session, event: PaymentRefunded) -> None:
        """See :class:`core.payments.events.PaymentRefunded`."""

    @hookspec
    def payout_succeeded(self, session: Session, event: PayoutSucceeded) -> None:
        """See :class:`core.payouts.events.PayoutSucceeded`."""

    @hookspec
    def payout_failed(self, session: Session, event: PayoutFailed) -> None:
        """See :class:`core.payouts.events.PayoutFailed`."""

    @hookspec
    def product_published(self, session: Session, event: ProductPublished) -> None:
        """See :class:`core.catalog.events.ProductPublished`."""

    @hookspec
    def price_changed(self, session: Session, event: PriceChanged) -> None:
        """See :class:`core.catalog.events.PriceChanged`."""

    @hookspec
    def stock_returned(self, session: Session, event: StockReturned) -> None:
        """See :class:`core.stock.events.StockReturned`."""
