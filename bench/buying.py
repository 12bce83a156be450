"""An order through the services as pages do it: placed, payment begun, payment confirmed."""

import random
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import sqlalchemy as sa

from bench.clients import Worked
from core.catalog.models import Sku
from core.config import Config
from core.db.engine import Database
from core.host.shop import Shop, open_shop
from core.kernel.errors import Conflict
from core.kernel.ids import new_token
from core.orders import services as orders
from core.orders.types import PlacedOrder
from core.payments import services as payments
from core.payments.types import PaymentOutcome, PaymentResult, StartResult
from core.worker.process import BREATH_SECONDS
from core.worker.relay import Relay

GATEWAY = "bench"
Buyer = tuple[UUID, UUID, str]


class Buying:
    """Buys in one process, with a shop of its own."""

    def __init__(self, shop: Shop, buyers: Sequence[Buyer], skus: Sequence[UUID]) -> None:
        self.shop, self.buyers, self._skus = shop, buyers, skus
        self._turn = 0
        with shop.database.read() as session:
            self._prices = dict(session.execute(sa.select(Sku.id, Sku.price_fen)).all())

    def buy(self, worked: Worked, lines: int | None = None) -> PlacedOrder:
        """One order of one or two lines, timed in its two acts."""
        self._turn += 1
        member_id, address_id, _ = self.buyers[self._turn % len(self.buyers)]
        number = lines or 1 + self._turn % 2
        wants = dict.fromkeys(random.sample(self._skus, number), 1)
        total = self._total(wants)
        try:
            placed = worked.timed("place", lambda: self._place(member_id, address_id, wants, total))
        except Conflict as changed:  # a newcomer's price: the page would have shown it
            total = changed.params["quote"].total_fen
            placed = worked.timed("place", lambda: self._place(member_id, address_id, wants, total))
        worked.timed("pay", lambda: self._pay(placed))
        return placed

    def _total(self, wants: dict[UUID, int]) -> int:
        settings = self.shop.settings()
        goods = sum(self._prices[sku_id] for sku_id in wants)
        is_free = settings.free_freight_from_fen and goods >= settings.free_freight_from_fen
        return goods + (0 if is_free else settings.freight_fen)

    def _place(
        self, member_id: UUID, address_id: UUID, wants: dict[UUID, int], total_fen: int
    ) -> PlacedOrder:
        with self.shop.database.write() as session:
            return orders.place_order(
                session,
                member_id=member_id,
                address_id=address_id,
                expected_total_fen=total_fen,
                request_key=new_token(18),
                settings=self.shop.settings(),
                extensions=self.shop.extensions(),
                wants=wants,
            )

    def _pay(self, placed: PlacedOrder) -> None:
        with self.shop.database.write() as session:
            attempt = payments.start_attempt(
                session,
                order_id=placed.order_id,
                amount_fen=placed.total_fen,
                gateway_key=GATEWAY,
                expires_at=placed.expires_at,
            )
            started = StartResult(f"bench-{attempt.payment_no}", "")
            payments.attach_start(session, attempt.payment_no, started)
        word = PaymentResult(
            attempt.payment_no, started.gateway_ref, PaymentOutcome.SUCCEEDED, placed.total_fen
        )
        with self.shop.database.write() as session:
            orders.confirm_payment(session, word, extensions=self.shop.extensions())


def prepare(
    config: Config, shares: Sequence[Sequence[Buyer]], skus: Sequence[UUID]
) -> list[Callable[[Worked], None]]:
    """A process that serves people, in which each share of the buyers buys by a thread."""
    shop = open_shop(config, Database(config.database_url, serves_people=True))
    clients = [Buying(shop, buyers, skus) for buyers in shares]
    for client in clients:
        for _ in range(2 * len(client.buyers)):
            client.buy(Worked())
    return [client.buy for client in clients]


def prepare_relay(config: Config) -> Callable[[Worked], None]:
    """A client that takes facts to the plugins, as a worker does."""
    shop = open_shop(config)
    relay = Relay(shop.database, shop.plugins)
    relay.drain()

    def step(_worked: Worked) -> None:
        if relay.step().is_idle or shop.database.is_sqlite:
            time.sleep(BREATH_SECONDS)

    return step
