"""Whatever happens to orders, in whatever order: books balance and nothing is given twice."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core.db.engine import Database
from core.kernel import clock
from core.kernel.errors import ShopError
from core.orders import services as orders
from core.orders.states import PaymentState
from core.pricing.types import Adjustment, PriceRule, Stage
from tests.integration.orders.trading import STAFF, Trade

pytestmark = pytest.mark.slow


class Histories(RuleBasedStateMachine):
    """Random trade; steps that the shop refuses are part of life."""

    placed = Bundle("placed")
    attempts = Bundle("attempts")
    asked = Bundle("asked")
    refunds = Bundle("refunds")
    database = None

    def __init__(self):
        super().__init__()
        self.trade = Trade(self.database)
        odd = PriceRule("test.odd", Stage.COUPON, lambda draft, _: [Adjustment(-7, "Seven fen")])
        self.trade.extend(rules=[odd])
        self.buyer = self.trade.buyer()
        self.wares = [self.trade.ware(price, 20) for price in (999, 3333)]
        self.orders = []

    def attempt_to(self, act, *arguments, **more):
        try:
            return act(*arguments, **more)
        except ShopError:
            return None

    @rule(target=placed, pieces=st.tuples(st.integers(1, 4), st.integers(1, 4)))
    def place(self, pieces):
        wants = list(zip(self.wares, pieces, strict=True))
        order = self.attempt_to(self.trade.place, self.buyer, *wants)
        if order is not None:
            self.orders.append(order)
        return order

    @rule(target=placed, until=st.sampled_from(["paid", "shipped", "received"]))
    def buy(self, until):
        wants = [(ware, 2) for ware in self.wares]
        order = self.attempt_to(self.trade.bought, self.buyer, *wants, until=until)
        if order is not None:
            self.orders.append(order)
        return order

    @rule(target=attempts, order=placed, gateway=st.sampled_from(["one", "two"]))
    def start(self, order, gateway):
        return order and self.trade.attempt(order, gateway)

    @rule(attempt=attempts, change=st.sampled_from([0, 0, 0, 0, -1, 500]))
    def pay(self, attempt, change):
        if attempt:
            word = self.trade.word(attempt, amount_fen=attempt.amount_fen + change)
            self.attempt_to(self.trade.confirm, word)

    @rule(order=placed)
    def pay_in_full(self, order):
        if order:
            self.attempt_to(self.trade.pay, order)

    @rule(order=placed)
    def cancel(self, order):
        def act():
            with self.trade.write() as session:
                orders.cancel_order(session, order.order_no, actor="x", reason="")

        if order:
            self.attempt_to(act)

    @rule(order=placed)
    def ship(self, order):
        if order:
            self.attempt_to(self.trade.ship, order)

    @rule(order=placed)
    def receive(self, order):
        if order:
            self.attempt_to(self.trade.receive, order, self.buyer)

    @rule(
        target=asked,
        order=placed,
        ware=st.integers(0, 1),
        pieces=st.integers(0, 4),
        kind=st.sampled_from(["refund", "return"]),
    )
    def ask(self, order, ware, pieces, kind):
        wanted = (self.wares[ware], pieces)
        return order and self.attempt_to(self.trade.ask, self.buyer, order, wanted, kind=kind)

    @rule(target=refunds, sale=asked)
    def approve(self, sale):
        return sale and self.attempt_to(self.trade.approve, sale)

    @rule(sale=asked)
    def reject(self, sale):
        def act():
            with self.trade.write() as session:
                orders.reject_after_sale(session, sale, actor=STAFF, answer="no")

        if sale:
            self.attempt_to(act)

    @rule(order=placed, ware=st.integers(0, 1), pieces=st.integers(1, 3))
    def return_and_refund(self, order, ware, pieces):
        sale = self.ask(order, ware, pieces, "return")
        refund = self.approve(sale)
        self.give_back(refund)

    @rule(refund=refunds)
    def give_back(self, refund):
        if refund:
            with self.trade.write() as session:
                orders.refund_done(session, refund)

    @rule(hours=st.sampled_from([1, 1, 24, 24 * 8]))
    def time_passes(self, hours):
        self.trade.advance(hours=hours)
        with self.trade.write() as session:
            orders.expire_unpaid(session)
            orders.auto_receive(session, settings=self.trade.settings)
            orders.settle_due(session)

    @invariant()
    def books_balance(self):
        self.trade.check_books()

    @invariant()
    def every_order_adds_up(self):
        for placed in self.orders:
            order = self.trade.order(placed)
            lines = order.lines
            assert sum(line.paid_fen for line in lines) == order.goods_fen
            assert order.total_fen == order.goods_fen + order.freight_fen
            assert all(line.left_fen >= 0 and line.left_quantity >= 0 for line in lines)
            assert sum(line.refunded_fen for line in lines) <= order.refunded_fen <= order.paid_fen
            assert (order.payment_state == PaymentState.REFUNDED) == (
                0 < order.paid_fen == order.refunded_fen
            )
            asked = [sale for sale in order.after_sales if sale.state in {"requested", "approved"}]
            assert not (asked and order.settled_at and order.settled_at < asked[0].created_at)

    def teardown(self):
        clock.set_offset(0)
        names = ("order_paid", "order_settled", "order_cancelled")
        told = [(fact.name, fact.order_id) for fact in self.trade.facts(*names)]
        assert len(told) == len(set(told))


def test_any_history_of_orders_keeps_the_books(sqlite_url, monkeypatch):
    database = Database(sqlite_url)
    monkeypatch.setattr(Histories, "database", database)
    try:
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=10,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        database.dispose()
