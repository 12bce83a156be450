"""What distribution adds to pages of others: hints for distributors, ways in, panels for staff."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.contributions import (
    Block,
    BlockContext,
    MemberListColumn,
    OrderPanel,
    OrderTimeline,
    Promoters,
)
from core.api.members import names_of
from core.api.orders import line_labels
from core.api.pages import ProductSubject
from core.api.regions import Region
from core.api.staff import staff_names
from core.api.web import quotes
from plugins.distribution.rules import Joining
from plugins.distribution.services.commission_list import refusals_on
from plugins.distribution.services.distributors import DistributorState, states_of
from plugins.distribution.services.estimating import card_estimates, page_estimate
from plugins.distribution.services.joining import Goal, goal_of
from plugins.distribution.services.reports import commissions, has_earned
from plugins.distribution.services.saving import card_saving_fen
from plugins.distribution.services.standings import Standing, standing_of
from plugins.distribution.services.story import story_of
from plugins.distribution.views import wording
from plugins.distribution.views.explaining import rate_words
from plugins.distribution.views.showing import DISTRIBUTOR_LABELS, STATE_LABELS

ORDER_ROWS = 300


def _standing(context: BlockContext) -> Standing:
    assert context.member_id is not None  # blocks for members are not asked for guests
    return standing_of(context.session, context.member_id)


def share_strip(context: BlockContext) -> Mapping[str, Any] | None:
    """What sharing this product is expected to earn: at least, when that depends on the SKU."""
    subject = context.subject
    standing = _standing(context)
    if not standing.is_active or not isinstance(subject, ProductSubject):
        return None
    product = subject.product
    if product.card_sku is None or not product.is_on_sale:
        return None
    estimate = page_estimate(context.session, standing, product, quotes)
    return {"product_id": product.id, **estimate._asdict()} if estimate.earn_fen else None


def card_hints(context: BlockContext) -> Mapping[str, Any] | None:
    """The same on product cards, and what oneself saves on each."""
    standing, session = _standing(context), context.session
    if not standing.is_active:
        return None
    estimates = card_estimates(session, standing, context.subject, quotes)
    hints = {
        card.id: {
            **estimates[card.id]._asdict(),
            "save_fen": card_saving_fen(session, standing, card),
        }
        for card in context.subject
    }
    return {"cards": {key: hint for key, hint in hints.items() if any(hint.values())}}


def tab(context: BlockContext) -> Mapping[str, Any] | None:
    """The way into the centre for those who earn."""
    return {} if _standing(context).is_active else None


def entry(context: BlockContext) -> Mapping[str, Any] | None:
    """The card in the member centre: the centre for distributors, the way to join for others.

    Others read nothing of what sharing earns: platforms punish shops that lure by it.
    """
    standing = _standing(context)
    if not standing.is_known and standing.joining == Joining.DESIGNATED:
        return None
    goal = None if standing.state else _goal(context.session, standing)
    return {
        "state": standing.state,
        "is_reached": goal is not None and goal.is_reached,
        "to_go": wording.to_go(goal) if goal else "",
    }


def menu(context: BlockContext) -> Mapping[str, Any] | None:
    """The way to what was earned, also for who is no distributor any more."""
    standing = _standing(context)
    is_shown = standing.has_centre or has_earned(context.session, standing.member_id)
    return {} if is_shown else None


def _goal(session: Session, standing: Standing) -> Goal | None:
    """What they must reach to join; measured once a session, for card and menu."""
    key = f"distribution.goal.{standing.member_id}"
    if key not in session.info:
        session.info[key] = goal_of(session, standing.member_id, standing.programme)
    known: Goal | None = session.info[key]
    return known


PROMOTERS = Promoters(
    key="distribution.active",
    label="Active distributors",
    includes=lambda session, member_id: standing_of(session, member_id).is_active,
)

BLOCKS = (
    Block(
        key="distribution.share_strip",
        region=Region.PRODUCT_INFO,
        template="store/share_strip.html",
        context=share_strip,
        weight=400,
        audience="member",
        styles=("hints.css",),
    ),
    Block(
        key="distribution.card_hint",
        region=Region.CARD_AFTER_PRICE,
        template="store/card_hint.html",
        context=card_hints,
        audience="member",
        styles=("hints.css",),
    ),
    Block(
        key="distribution.tab",
        region=Region.TABBAR,
        template="store/tab.html",
        context=tab,
        weight=300,
        audience="member",
    ),
    Block(
        key="distribution.entry",
        region=Region.MEMBER_HOME_CARDS,
        template="store/entry.html",
        context=entry,
        audience="member",
        styles=("hints.css",),
    ),
    Block(
        key="distribution.menu",
        region=Region.MEMBER_HOME_MENU,
        template="store/menu.html",
        context=menu,
        weight=50,
        audience="member",
    ),
)


def order_panel(session: Session, order_id: UUID) -> Mapping[str, Any] | None:
    """Who earns what on an order; stays away when nobody does."""
    rows = commissions(session, order_id=order_id, limit=ORDER_ROWS)
    if not rows:
        return None
    names = names_of(session, {row.beneficiary_id for row in rows})
    lines = line_labels(session, {row.order_line_id for row in rows})
    is_taken_back = any(row.shown_state == "reversed" for row in rows)
    refusals = refusals_on(session, order_id) if is_taken_back else {}
    return {
        "rows": sorted(rows, key=lambda row: (row.order_line_id, row.level)),
        "names": names,
        "lines": lines,
        "labels": {key: str(label) for key, label in STATE_LABELS.items()},
        "rates": {row.id: rate_words(row) for row in rows},
        "refusals": refusals,
        "deciders": staff_names(session, {refusal.actor for refusal in refusals.values()}),
        "left_fen": sum(row.left_fen for row in rows),
    }


ORDER_STORY = OrderTimeline("distribution.story", story_of)
ORDER_PANEL = OrderPanel(
    key="distribution.commissions",
    label="Commissions",
    template="admin/order_panel.html",
    load=order_panel,
    permission="distribution.view",
)


def member_column(session: Session, member_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """State of those who are or were distributors."""
    return {
        member_id: str(DISTRIBUTOR_LABELS[DistributorState(state)])
        for member_id, state in states_of(session, member_ids).items()
    }


MEMBER_COLUMN = MemberListColumn("distribution.state", "Distributor", member_column)
