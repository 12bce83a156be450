"""What the plugin adds to pages of others, for shoppers and for staff."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from banyan_by_hand import services
from banyan_by_hand.rules import WORDS_LIMIT
from core.api.contributions import (
    Block,
    BlockContext,
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
from core.api.i18n import gettext as _
from core.api.orders import OrderView
from core.api.pages import ProductSubject
from core.api.regions import Region

VIEW, WORK = "by_hand.view", "by_hand.work"


# --- the store -----------------------------------------------------------------------------------


def can_be_wrapped(context: BlockContext) -> Mapping[str, Any] | None:
    """A line on products that can be wrapped."""
    about = context.subject
    if not isinstance(about, ProductSubject):
        return None
    return {} if services.wrappable(context.session, [about.product.id]) else None


def gift_card(context: BlockContext) -> Mapping[str, Any] | None:
    """On a paid order: the form for the card, or what was written on it."""
    order = context.subject
    if not isinstance(order, OrderView) or not order.paid_fen:
        return None
    gift, is_offered = services.gift_and_offer(context.session, order)
    is_open = not (order.shipped_at or order.closed_at or (gift and gift.wrapped_at))
    if gift is None and not (is_open and is_offered):
        return None
    return {
        "order_no": order.order_no,
        "words": gift.words if gift else "",
        "is_open": is_open,
        "limit": WORDS_LIMIT,
    }


BLOCKS = (
    Block(
        key="by_hand.wrap",
        region=Region.PRODUCT_INFO,
        template="store/wrap.html",
        context=can_be_wrapped,
        after="title",
        styles=("by_hand.css",),
        fresh_seconds=30,
        cache=("subject",),
    ),
    Block(
        key="by_hand.card",
        region=Region.ORDER_DETAIL,
        template="store/card.html",
        context=gift_card,
        weight=150,
        audience="member",
        styles=("by_hand.css",),
        scripts=("by_hand.js",),
    ),
)


# --- products ------------------------------------------------------------------------------------


def product_column(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Which products can be wrapped."""
    return dict.fromkeys(services.wrappable(session, ids), _("wrap offered"))


def product_panel(session: Session, product_id: UUID) -> Mapping[str, Any]:
    """Whether the product can be wrapped."""
    return {"is_offered": bool(services.wrappable(session, [product_id]))}


PRODUCT_COLUMN = ProductListColumn("by_hand.wrap", "Gift wrap", product_column, VIEW)
PRODUCT_PANEL = ProductPanel(
    "by_hand.wrap", "Gift wrap", "admin/product_panel.html", product_panel, VIEW
)
PRODUCT_ACTIONS = (
    ProductBulkAction(
        "by_hand.offer",
        "Offer gift wrap",
        services.offer_wrap,
        WORK,
        done="Products that can be wrapped now: %(count)s.",
        icon="gift",
    ),
    ProductBulkAction(
        "by_hand.withdraw",
        "Offer gift wrap no more",
        services.withdraw_wrap,
        WORK,
        done="Products that cannot be wrapped any more: %(count)s.",
        icon="ban",
    ),
)


# --- orders --------------------------------------------------------------------------------------


def order_column(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Which orders are gifts, and whether they are wrapped."""
    gifts = services.gifts_of(session, ids)
    return {key: _("wrapped") if at else _("to wrap") for key, at in gifts.items()}


def order_panel(session: Session, order_id: UUID) -> Mapping[str, Any] | None:
    """The words for the card."""
    gift = services.gift_of(session, order_id)
    return None if gift is None else {"gift": gift}


def order_story(session: Session, order_id: UUID) -> Sequence[TimelineEntry]:
    """That it shall be a gift, for staff; that it was wrapped, for the shopper, too."""
    gift = services.gift_of(session, order_id)
    if gift is None:
        return ()
    entries = [TimelineEntry(gift.asked_at, "The buyer wants it wrapped as a gift")]
    if gift.wrapped_at:
        entries.append(TimelineEntry(gift.wrapped_at, "Wrapped as a gift", is_public=True))
    return entries


ORDER_COLUMN = OrderListColumn("by_hand.gift", "Gift", order_column, VIEW)
ORDER_PANEL = OrderPanel("by_hand.card", "Gift card", "admin/order_panel.html", order_panel, VIEW)
ORDER_STORY = OrderTimeline("by_hand.gift", order_story)
ORDER_ACTION = OrderBulkAction(
    "by_hand.wrapped",
    "Mark as wrapped",
    services.mark_wrapped,
    WORK,
    done="Gifts wrapped: %(count)s.",
    icon="gift",
)


# --- members -------------------------------------------------------------------------------------


def member_column(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """How many gifts a member gave."""
    return {key: str(count) for key, count in services.gift_counts(session, ids).items()}


def member_panel(session: Session, member_id: UUID) -> Mapping[str, Any] | None:
    """The newest gifts of a member."""
    gifts = services.newest_gifts(session, member_id)
    return {"gifts": gifts} if gifts else None


MEMBER_COLUMN = MemberListColumn("by_hand.gifts", "Gifts given", member_column, VIEW)
MEMBER_PANEL = MemberPanel(
    "by_hand.gifts", "Gifts given", "admin/member_panel.html", member_panel, VIEW
)
MEMBER_ACTION = MemberBulkAction(
    "by_hand.forget",
    "Forget gift cards",
    services.forget_words,
    WORK,
    done="Gift cards forgotten: %(count)s.",
    icon="trash",
    is_destructive=True,
)


# --- everywhere in admin -------------------------------------------------------------------------


def find(session: Session, text: str, limit: int) -> Sequence[SearchHit]:
    """Orders by the words on their gift card."""
    return [
        SearchHit(gift.words, f"/admin/orders/{gift.order_no}", gift.order_no)
        for gift in services.find_gifts(session, text, limit)
    ]


def waiting_card(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What waits for somebody's hands; stays away when nothing does."""
    waits = services.waiting(session)
    total = waits.gifts + waits.transfers + waits.sendings
    if not total:
        return None
    hint = "gifts: %(gifts)s, transfers: %(transfers)s, payments: %(sendings)s"
    return {"value": str(total), "hint": hint, "params": vars(waits), "url": "/admin/x/by_hand"}


SEARCH = SearchProvider("by_hand.cards", "Gift cards", find, VIEW)
CARD = DashboardCard(
    "by_hand.waiting", "To do by hand", waiting_card, kind="todo", icon="hand-stop", permission=VIEW
)
