"""What is lost, doubled or half done in the life of orders, reckoned from their number alone."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import EventDelivery, OutboxEvent
from core.host.shop import Shop
from core.ledger import services as ledger
from core.orders.models import Order, OrderEntry, OrderLine
from core.payments.models import PaymentAttempt, Refund
from core.stock.models import StockHold, StockLevel, StockMovement
from plugins.distribution.models import Commission
from tests.integration.crashes.life import (
    BACK,
    ENTRIES,
    FACTS,
    GATEWAY,
    ON_HAND,
    PIECES,
    RATES,
    Cast,
)


def broken_books(shop: Shop) -> list[str]:
    """What is wrong in the ledger; holds at every moment, also between two steps."""
    with shop.database.read() as session:
        return [str(problem) for problem in ledger.verify(session).problems]


def problems(shop: Shop, cast: Cast) -> list[str]:
    """What is lost, doubled or half done once every order came to its end; empty when all is well.

    Every order was sold two pieces and one came back, so each figure follows from their number.
    """
    with shop.database.read() as session:
        paid = dict(
            session.execute(
                sa.select(Order.id, Order.paid_fen).where(Order.member_id == cast.buyer)
            ).all()
        )
        found = list(_differences(session, cast, paid))
    return broken_books(shop) + found


def _differences(session: Session, cast: Cast, paid: dict[UUID, int]) -> Iterator[str]:
    number = len(paid)
    mine = sa.select(Order.id).where(Order.member_id == cast.buyer)

    def same(what: str, seen: object, expected: object) -> Iterator[str]:
        if seen != expected:
            yield f"{what}: {seen} instead of {expected}"

    def rows(model: type, *conditions: object) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0

    keys = set(session.scalars(sa.select(Order.request_key).where(Order.member_id == cast.buyer)))
    yield from same("orders", keys, {f"life-{index}" for index in range(number)})
    entries = Counter(
        session.execute(
            sa.select(OrderEntry.order_id, OrderEntry.kind).where(
                OrderEntry.order_id.in_(mine), OrderEntry.kind.in_(ENTRIES)
            )
        ).all()
    )
    once = {(order_id, kind): 1 for order_id in paid for kind in ENTRIES}
    yield from same("stories", dict(entries), once)
    facts = Counter(
        session.execute(
            sa.select(OutboxEvent.aggregate, OutboxEvent.name).where(
                OutboxEvent.name.in_(FACTS), OutboxEvent.aggregate.in_(map(str, paid))
            )
        ).all()
    )
    for name in FACTS:
        counts = [times for (_, fact), times in facts.items() if fact == name]
        yield from same(f"{name} facts", counts, [1] * number)
    yield from same("payments", rows(PaymentAttempt, PaymentAttempt.order_id.in_(mine)), number)
    yield from same("refunds", rows(Refund, Refund.order_id.in_(mine)), number)
    yield from _of_commissions(session, cast, paid)
    yield from _of_stock(session, cast, number)
    refunded = session.scalar(
        sa.select(sa.func.sum(Refund.amount_fen)).where(Refund.state == "succeeded")
    )
    yield from same(
        "money at the gateway",
        ledger.platform_balance(session, f"gateway:{GATEWAY}"),
        sum(paid.values()) - (refunded or 0),
    )
    waits = rows(EventDelivery, EventDelivery.state != "done")
    yield from same("deliveries not done", waits, 0)


def _of_commissions(session: Session, cast: Cast, paid: dict[UUID, int]) -> Iterator[str]:
    """Three commissions an order at 10, 5 and 2 % of its line, each shrunk to half."""
    lines = dict(
        session.execute(
            sa.select(OrderLine.order_id, OrderLine.paid_fen).where(OrderLine.order_id.in_(paid))
        ).all()
    )
    seen = Counter(
        session.execute(
            sa.select(
                Commission.order_id,
                Commission.beneficiary_id,
                Commission.level,
                Commission.state,
                Commission.amount_fen,
                Commission.reversed_fen,
            ).where(Commission.buyer_id == cast.buyer)
        ).all()
    )
    expected = Counter(
        (order_id, upline, level, "available", fen * rate // 10_000, fen * rate // 20_000)
        for order_id, fen in lines.items()
        for level, (upline, rate) in enumerate(zip(cast.uplines, RATES, strict=True), 1)
    )
    for row in (seen - expected).elements():
        yield f"a commission too much: {row}"
    for row in (expected - seen).elements():
        yield f"a commission is missing: {row}"
    for upline, rate in zip(cast.uplines, RATES, strict=True):
        earned = sum(fen * rate // 10_000 - fen * rate // 20_000 for fen in lines.values())
        kept = {
            kind: fen
            for kind, fen in ledger.balances(session, ledger.member_owner(upline)).items()
            if fen
        }
        if kept != ({"commission_available": earned} if earned else {}):
            yield f"accounts of an upline: {kept} instead of {earned} available"


def _of_stock(session: Session, cast: Cast, number: int) -> Iterator[str]:
    level = session.execute(
        sa.select(StockLevel.on_hand, StockLevel.allocated).where(StockLevel.sku_id == cast.sku)
    ).one()
    if tuple(level) != (ON_HAND - number * (PIECES - BACK), 0):
        yield f"stock: {level} after {number} orders"
    moved = session.execute(
        sa.select(StockMovement.kind, sa.func.count(), sa.func.sum(StockMovement.quantity))
        .where(StockMovement.sku_id == cast.sku, StockMovement.kind.in_(("sold", "returned")))
        .group_by(StockMovement.kind)
    ).all()
    seen = {kind: (times, int(pieces)) for kind, times, pieces in moved}
    expected = {"sold": (number, -PIECES * number), "returned": (number, BACK * number)}
    if number and seen != expected:
        yield f"stock movements: {seen} instead of {expected}"
    held = session.scalar(
        sa.select(sa.func.count())
        .select_from(StockHold)
        .where(StockHold.sku_id == cast.sku, StockHold.state == "held")
    )
    if held:
        yield f"{held} stock holds are left"
