"""The whole life of orders, driven through the public services from what the database says.

Each step looks where an order stands and takes it one further, so whoever comes after a crash goes
on without knowing what happened before.
"""

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID

import sqlalchemy as sa

from core.api.testing.making import ADDRESS, Maker
from core.db import state
from core.db.outbox import EventDelivery, OutboxEvent
from core.host.shop import Shop
from core.kernel.clock import now
from core.members import services as members
from core.orders import services as orders
from core.orders.models import AfterSale, Order, OrderLine
from core.orders.states import AfterSaleKind
from core.payments import services as payments
from core.payments.models import Refund
from core.payments.types import PaymentOutcome, PaymentResult, StartResult
from core.sharing import services as sharing
from core.worker.jobs import run_now
from core.worker.relay import Relay
from plugins.distribution.models import Commission
from plugins.distribution.rules import Joining
from plugins.distribution.services.programmes import publish_plan

ON_HAND = 100_000
PRICE_FEN = 10_000
PIECES, BACK = 2, 1
GATEWAY = "life"
RATES = (1000, 500, 200)
ACTOR = "life"
ENTRIES = ("placed", "paid", "shipped", "received", "settled", "after_sale", "refunded")
FACTS = (
    "order_placed",
    "order_paid",
    "payment_succeeded",
    "order_shipped",
    "order_received",
    "order_settled",
    "order_refunded",
)


@dataclass(frozen=True)
class Cast:
    """Who plays: a buyer with an address and three uplines, and a SKU of its own."""

    buyer: UUID
    address: UUID
    sku: UUID
    uplines: tuple[UUID, ...]

    def to_json(self) -> dict[str, object]:
        return {
            name: list(map(str, value)) if isinstance(value, tuple) else str(value)
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, given: dict[str, object]) -> "Cast":
        buyer, address, sku = (UUID(str(given[name])) for name in ("buyer", "address", "sku"))
        return cls(buyer, address, sku, tuple(map(UUID, given["uplines"])))


def make_cast(shop: Shop) -> Cast:
    """Make the players; distribution is on."""
    with shop.database.write() as session:
        publish_plan(
            session,
            depth=3,
            rates_bps=RATES,
            pool_bps=3000,
            joining=Joining.EVERYONE,
            actor=ACTOR,
            actor_name=ACTOR,
            acknowledged=True,
        )
    made = Maker(shop).product("命", skus=[("LIFE-1", PRICE_FEN, ON_HAND)])
    with shop.database.write() as session:
        line: list[UUID] = []
        for _ in range(4):
            member_id = members.create_member(session, source=ACTOR)
            if line:
                sharing.bind(session, member_id, line[-1], reason=ACTOR, check=shop.plugins.check)
            line.append(member_id)
        address = members.add_address(session, line[-1], ADDRESS)
    return Cast(line[-1], address.id, made.skus["LIFE-1"], tuple(line[-2::-1]))


@dataclass
class Life:
    """Lives of orders in one process."""

    shop: Shop
    cast: Cast

    def __post_init__(self) -> None:
        self.relay = Relay(self.shop.database, self.shop.plugins)
        self.shop.counters.refresh(force=True)

    def carry_on(self, *, until: int | None = None) -> None:
        """Bring every order begun to its end; then begin new ones, for ever or until so many."""
        done = self._finished()
        for number in count() if until is None else range(max(until, self.begun())):
            if f"life-{number}" not in done:
                self.live(f"life-{number}")

    def finish(self, seconds: float = 20) -> None:
        """Bring everything to its end, with nothing left to deliver or to settle."""
        self.carry_on(until=0)
        deadline = time.monotonic() + seconds
        while self._waiting():
            if time.monotonic() > deadline:
                raise AssertionError("some facts are never delivered")
            self.relay.drain()
            run_now(self.shop, "distribution.settle")
            time.sleep(0.02)

    def live(self, key: str) -> None:
        """One order from wherever it stands to its end."""
        for _ in range(200):
            if self._step(key):
                return
        raise AssertionError(f"order {key} makes no progress")

    def _step(self, key: str) -> bool:
        with self.shop.database.read() as session:
            order = session.scalar(
                sa.select(Order).where(Order.member_id == self.cast.buyer, Order.request_key == key)
            )
        if order is None:
            self._place(key)
        elif order.payment_state == "pending":
            self._pay(order)
            self.relay.drain()
        elif order.fulfilment_state == "pending":
            with self.shop.database.write() as session:
                orders.ship(session, order.order_no, carrier="SF", tracking_no="SF1", actor=ACTOR)
        elif order.fulfilment_state == "shipped":
            settings = self.shop.settings()
            with self.shop.database.write() as session:
                orders.confirm_receipt(session, order.order_no, actor=ACTOR, settings=settings)
            self.relay.drain()
        elif order.settled_at is None:
            self._settle(order)
        elif order.payment_state == "paid":
            self._give_half_back(order)
        else:
            self.relay.drain()
            return True
        return False

    def _place(self, key: str) -> None:
        settings, extensions = self.shop.settings(), self.shop.extensions()
        wants, buyer = {self.cast.sku: PIECES}, self.cast.buyer
        with self.shop.database.read() as session:
            view = orders.wants_view(
                session,
                wants,
                member_id=buyer,
                settings=settings,
                extensions=extensions,
                province=ADDRESS.province,
            )
        assert view.quote is not None
        with self.shop.database.write() as session:
            orders.place_order(
                session,
                member_id=buyer,
                address_id=self.cast.address,
                expected_total_fen=view.quote.total_fen,
                request_key=key,
                settings=settings,
                extensions=extensions,
                wants=wants,
            )

    def _pay(self, order: Order) -> None:
        with self.shop.database.write() as session:
            attempt = payments.start_attempt(
                session,
                order_id=order.id,
                amount_fen=order.total_fen,
                gateway_key=GATEWAY,
                expires_at=order.expires_at,
            )
        reference = f"life-{attempt.payment_no}"
        with self.shop.database.write() as session:
            payments.attach_start(session, attempt.payment_no, StartResult(reference, ""))
        word = PaymentResult(
            attempt.payment_no, reference, PaymentOutcome.SUCCEEDED, order.total_fen
        )
        for _ in range(2):  # gateways repeat themselves
            with self.shop.database.write() as session:
                orders.confirm_payment(session, word, extensions=self.shop.extensions())

    def _settle(self, order: Order) -> None:
        assert order.aftersale_until is not None
        if order.aftersale_until > now():
            offset = self.shop.counters.refresh(force=True).get(state.CLOCK_OFFSET, 0)
            week = int(timedelta(days=8).total_seconds())
            with self.shop.database.write() as session:
                state.put(session, state.CLOCK_OFFSET, offset + week)
            self.shop.counters.refresh(force=True)
        with self.shop.database.write() as session:
            settled = orders.settle_due(session)
        self.relay.drain()
        run_now(self.shop, "distribution.settle")
        if not settled:
            time.sleep(0.05)  # a dead process's lock goes when the database notices

    def _give_half_back(self, order: Order) -> None:
        with self.shop.database.read() as session:
            wish = session.scalar(sa.select(AfterSale).where(AfterSale.order_id == order.id))
            line_id = session.scalars(
                sa.select(OrderLine.id).where(OrderLine.order_id == order.id)
            ).one()
            refund_id = session.scalar(sa.select(Refund.id).where(Refund.order_id == order.id))
        if refund_id is not None:
            for _ in range(2):
                with self.shop.database.write() as session:
                    orders.refund_done(session, refund_id)
        elif wish is not None:
            with self.shop.database.write() as session:
                orders.approve_after_sale(session, wish.id, actor=ACTOR)
        else:
            with self.shop.database.write() as session:
                orders.open_by_staff(
                    session,
                    order_no=order.order_no,
                    kind=AfterSaleKind.RETURN,
                    wants={line_id: BACK},
                    reason="other",
                    actor=ACTOR,
                )

    def begun(self) -> int:
        """How many orders there are."""
        query = sa.select(sa.func.count()).where(Order.member_id == self.cast.buyer)
        with self.shop.database.read() as session:
            return session.scalar(query) or 0

    def _finished(self) -> set[str]:
        query = sa.select(Order.request_key).where(
            Order.member_id == self.cast.buyer,
            Order.settled_at.is_not(None),
            Order.payment_state == "partially_refunded",
        )
        with self.shop.database.read() as session:
            return set(session.scalars(query))

    def _waiting(self) -> int:
        undispatched = sa.select(sa.func.count()).where(OutboxEvent.dispatched_at.is_(None))
        undelivered = sa.select(sa.func.count()).where(EventDelivery.state != "done")
        unsettled = sa.select(sa.func.count()).where(Commission.due_at.is_not(None))
        with self.shop.database.read() as session:
            session.connection()
            open_rows = (undispatched, undelivered, unsettled)
            return sum(session.scalar(query) or 0 for query in open_rows)
