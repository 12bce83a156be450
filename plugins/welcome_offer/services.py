"""Who is new, what they pay, and how often the offer was used. Nothing here commits."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.contributions import PriceRule
from core.api.events import OrderPaid
from core.api.orders import has_order
from core.api.pricing import Stage
from core.api.values import dataclass
from plugins.welcome_offer.models import OfferDay, OfferUse
from plugins.welcome_offer.rules import KEY, Offer, adjust


@dataclass(frozen=True)
class Figures:
    """Orders that used the offer, and what it took off them in fen."""

    orders: int
    amount_fen: int


def is_new(session: Session, member_id: UUID | None) -> bool:
    """Whether the next order of this member is their first. Guests are not asked: nobody knows.

    One statement a session: the price and the invitation ask on the same page.
    """
    if member_id is None:
        return False
    key = "welcome_offer.is_new", member_id
    known: bool | None = session.info.get(key)
    if known is None:
        known = session.info[key] = not has_order(session, member_id)
    return known


def price_rule(settings: Mapping[str, Any]) -> PriceRule:
    """The rule of the present settings; one statement tells whether the member is new."""
    offer = Offer.of(settings)
    return PriceRule(
        KEY,
        Stage.PROMOTION,
        apply=lambda draft, is_first: adjust(offer, draft, is_first),
        load=lambda session, request: is_new(session, request.member_id) or None,
    )


PRICE_RULE = PriceRule(
    KEY,
    Stage.PROMOTION,
    apply=lambda _draft, _loaded: (),
    configure=price_rule,
    audience="member",
)


def note_use(session: Session, event: OrderPaid) -> None:
    """Remember a paid order that used the offer; a repeat of the fact changes nothing."""
    amount_fen = event.plan_versions.get("welcome_offer")
    if amount_fen and session.get(OfferUse, event.order_id) is None:
        session.add(OfferUse(order_id=event.order_id, amount_fen=amount_fen, paid_at=event.paid_at))


def figures(session: Session, *, day: date | None = None, zone: str = "UTC") -> Figures:
    """Use of the offer on one day of the store's calendar, or ever. One statement."""
    counted = sa.select(sa.func.count(), sa.func.sum(OfferUse.amount_fen))
    if day is not None:
        start, end = day_bounds(day, zone)
        counted = counted.where(OfferUse.paid_at >= start, OfferUse.paid_at < end)
    orders, fen = session.execute(counted).one()
    return Figures(orders, int(fen or 0))


def store_days(session: Session, zone: str) -> int:
    """Write the row of every finished day that lacks one, and yesterday's anew.

    Returns:
        How many rows were written.
    """
    yesterday = local_date(now(), zone) - timedelta(days=1)
    last = session.scalar(sa.select(sa.func.max(OfferDay.day)))
    first = session.scalar(sa.select(sa.func.min(OfferUse.paid_at)))
    if first is None:
        return 0
    day = min(last + timedelta(days=1), yesterday) if last else local_date(first, zone)
    written = 0
    while day <= yesterday:
        found = figures(session, day=day, zone=zone)
        session.merge(OfferDay(day=day, orders=found.orders, amount_fen=found.amount_fen))
        day, written = day + timedelta(days=1), written + 1
    session.flush()
    return written


def days(session: Session, limit: int = 30) -> Sequence[OfferDay]:
    """The newest days, newest first."""
    return session.scalars(sa.select(OfferDay).order_by(OfferDay.day.desc()).limit(limit)).all()
