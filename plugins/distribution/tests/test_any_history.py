"""Whatever happens, in whatever order: the books say what a second bookkeeper says."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.api.contributions import PriceRule
from core.api.db import new_id
from core.api.errors import ShopError
from core.api.orders import order_detail
from core.api.pricing import Adjustment, Stage
from plugins.distribution.admin.watching import FIELDS
from plugins.distribution.models import Distributor
from plugins.distribution.rules import (
    Base,
    Campaign,
    Grade,
    Joining,
    Plan,
    Rate,
    RateKind,
    Rule,
    Scope,
    SelfPurchase,
    Treatment,
)
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.tests.any_programme import (
    GRADES,
    PEOPLE,
    TREE,
    WARES,
    baskets,
    people,
    said,
)
from plugins.distribution.tests.bookkeeper import Bookkeeper, PlanSaid, RateSaid, Said
from plugins.distribution.tests.conftest import ask_for
from plugins.distribution.tests.programmes import publish


class Histories(RuleBasedStateMachine):
    """Random trade of five people in one store; what the trunk refuses is part of life."""

    house = None

    def __init__(self):
        super().__init__()
        shop, maker = self.house.shop, self.house.maker
        self.books, self.members, self.orders = Bookkeeper(WARES), {}, []
        self.is_anybody_let_in = False
        for name in PEOPLE:
            self.members[name] = maker.member(name, referrer=self.members.get(TREE.get(name)))
        self.books.referrer = dict(TREE)
        for name in "abcd":
            self.house.programme.name(self.members[name])
            self.books.active.add(name)
        self.grades = {
            name: Grade(id=new_id(), name=name, rank=rank) for rank, name in enumerate(GRADES, 1)
        }
        self.shop = shop
        self.say(
            Said(
                depth=3,
                own="off",
                compressed=False,
                default=PlanSaid(RateSaid("bps", (1000, 500, 200)), 3000),
            )
        )

    def rate(self, told):
        own = {self.grades[name].id: levels for name, levels in told.by_grade.items()}
        return Rate(RateKind(told.kind), told.levels, own)

    def plan_parts(self, told):
        is_own = told.campaign == "own"
        return {
            "rate": self.rate(told.rate),
            "pool_bps": told.pool,
            "base": Base(told.base),
            "campaign": Campaign(told.campaign),
            "campaign_rate": self.rate(told.campaign_rate) if is_own else None,
        }

    @rule(told=said)
    def say(self, told):
        """A new programme comes into force."""
        second = ()
        if told.second is not None:
            scope, treatment = Scope(told.scope), Treatment(told.treatment)
            rate = self.rate(told.own_rate) if treatment == Treatment.OWN else None
            named = Rule(scope, self.house.ids[scope], treatment, rate)
            parts = self.plan_parts(told.second)
            second = (Plan(id=new_id(), name="第二", rules=(named,), **parts),)
        publish(
            self.shop,
            *second,
            default=self.plan_parts(told.default),
            depth=told.depth,
            joining=Joining.OPEN,
            self_purchase=SelfPurchase(told.own),
            is_compressed=told.compressed,
            grades=tuple(self.grades.values()),
        )
        self.books.said = told

    @rule(buyer=people, basket=baskets)
    def buy(self, buyer, basket):
        self.order(buyer, basket, is_paid=True)

    @rule(buyer=people, basket=baskets)
    def buy_more(self, buyer, basket):
        self.order(buyer, basket, is_paid=True)

    @rule(told=said, buyer=people, basket=baskets, other=people, more=baskets)
    def buy_by_a_new_programme(self, told, buyer, basket, other, more):
        self.say(told)
        self.order(buyer, basket, is_paid=True)
        self.order(other, more, is_paid=True)

    @rule(buyer=people, basket=baskets, who=people, name=st.sampled_from(GRADES))
    def get_a_grade_before_the_payment(self, buyer, basket, who, name):
        order, deal = self.order(buyer, basket, is_paid=False)
        self.grade(who, name)
        self.pay_one(order, deal)

    @rule(told=said, buyer=people, basket=baskets)
    def buy_below_a_frozen_upline(self, told, buyer, basket):
        self.say(told)
        for who in self.books.uplines(buyer)[:1]:
            self.move(who, "frozen")
        self.order(buyer, basket, is_paid=True)

    @rule(buyer=people, basket=baskets)
    def place(self, buyer, basket):
        self.order(buyer, basket, is_paid=False)

    def order(self, buyer, basket, *, is_paid):
        lines = [(code, pieces, 0) for code, pieces in basket.items()]
        order = self.house.maker.order(lines, member=self.members[buyer], paid=False)
        deal = self.books.place(buyer, basket)
        with self.shop.database.read() as session:
            view = order_detail(session, order.order_no)
        assert {line.sku_code: line.paid_fen for line in view.lines} == deal.paid
        self.orders.append((order, deal))
        if is_paid:
            self.pay_one(order, deal)
        return order, deal

    def pay_one(self, order, deal):
        self.house.maker.pay(order)
        self.house.outbox.drain()
        self.books.pay(deal)

    def some(self, index, *states):
        """An order that stands in one of some states, or none."""
        found = [(order, deal) for order, deal in self.orders if deal.state in states]
        return found[index % len(found)] if found else (None, None)

    @rule(index=st.integers(0, 9))
    def pay(self, index):
        order, deal = self.some(index, "placed")
        if order is not None:
            self.pay_one(order, deal)

    @rule(index=st.integers(0, 9))
    def receive(self, index):
        order, deal = self.some(index, "paid")
        if order is None:
            return
        try:
            self.house.maker.receive(order)
        except ShopError:  # all of it went back
            return
        self.house.outbox.drain()
        self.books.receive(deal)

    @rule(index=st.integers(0, 9), codes=st.sets(st.sampled_from("PCSD"), min_size=1))
    def one_piece_back(self, index, codes):
        self.give_back(index, codes, 1)

    @rule(index=st.integers(0, 9))
    def all_back(self, index):
        self.give_back(index, set("PCSD"), 4)

    def give_back(self, index, codes, most):
        order, deal = self.some(index, "paid", "received", "settled")
        if order is None:
            return
        with self.shop.database.read() as session:
            view = order_detail(session, order.order_no)
        left = {line.sku_code: line.left_quantity for line in view.lines}
        pieces = {code: min(most, count) for code, count in left.items() if code[0] in codes}
        try:
            self.house.maker.refund(order, {code: count for code, count in pieces.items() if count})
        except ShopError:
            return
        self.house.outbox.drain()
        with self.shop.database.read() as session:
            view = order_detail(session, order.order_no)
        self.books.refunded(deal, {line.sku_code: line.refunded_fen for line in view.lines})

    @rule()
    def a_week_passes(self):
        self.house.settle()
        self.books.a_week_passes()

    @rule(who=people, whom=people | st.none())
    def transfer(self, who, whom):
        try:
            self.house.maker.transfer(self.members[who], self.members[whom] if whom else None)
        except ShopError:
            return
        self.books.referrer[who] = whom

    @rule(who=people, state=st.sampled_from(["active", "active", "frozen", "left"]))
    def move(self, who, state):
        try:
            self.house.programme.move(self.members[who], DistributorState(state), "story")
        except ShopError:
            return
        if state == "active":
            self.is_anybody_let_in = True
            self.books.active.add(who)
        else:
            self.books.active.discard(who)

    @rule(who=people, name=st.sampled_from(GRADES) | st.none())
    def grade(self, who, name):
        with self.shop.database.write() as session:
            row = session.get(Distributor, self.members[who].id)
            if row is not None:
                row.grade_id = self.grades[name].id if name else None
                self.books.grade[who] = name

    @rule(who=people, share=st.sampled_from([1, 2, 3]))
    def ask(self, who, share):
        """Somebody asks for all they have, for half of it, or for a fen more than they have."""
        has = self.books.accounts(who).get("available", 0)
        fen = has + 1 if share == 3 else has // share
        try:
            payout = ask_for(self.shop, self.members[who], fen)
        except ShopError:
            return
        assert 0 < fen <= has
        self.books.payouts.append({"who": who, "fen": fen, "state": "asked", "id": payout.id})

    @precondition(lambda self: any(each["state"] == "asked" for each in self.books.payouts))
    @rule(is_paid=st.booleans())
    def decide(self, is_paid):
        payout = next(each for each in self.books.payouts if each["state"] == "asked")
        if is_paid:
            self.house.maker.approve_payout(payout["id"])
        else:
            self.house.maker.reject_payout(payout["id"])
        payout["state"] = "paid" if is_paid else "rejected"

    @invariant()
    def both_keep_the_same_accounts(self):
        assert self.held() == {name: self.books.accounts(name) for name in PEOPLE}

    def held(self):
        return {
            name: {
                kind.removeprefix("commission_"): fen
                for kind, fen in self.house.programme.accounts(member).items()
            }
            for name, member in self.members.items()
        }

    def teardown(self):
        if not self.members:
            return
        before, outbox = self.held(), self.house.outbox
        outbox.drain()
        events = [each for each in outbox.events() if each.name.startswith("order_")]
        own = {order.id for order, _ in self.orders}
        events = [each for each in events if each.order_id in own]
        if self.is_anybody_let_in:  # a payment told without its receipt is judged by who is in now
            events = [each for each in events if each.name != "order_paid"]
        for event in [*events, *reversed(events)]:
            outbox.tell("distribution", event)
        self.house.run_job("distribution.settle")
        assert self.held() == before

        paid = {}
        for row in (row for order, _ in self.orders for row in self.house.programme.rows(order.id)):
            paid.setdefault((row.order_line_id, row.base_fen), []).append(row)
        for (_, base), rows in paid.items():
            assert sum(row.amount_fen for row in rows) <= base
            assert all(0 <= row.reversed_fen <= row.amount_fen for row in rows)
        self.house.maker.check_books()


class House:
    """What the machine moves: the fixtures of one test, by name."""

    def __init__(self, **parts):
        self.__dict__.update(parts)


@pytest.fixture
def house(shop, programme, maker, outbox, settle, run_job, make_plugin, shelf):
    """A store with the four wares, a promotion on one of them, and nobody who holds anything."""
    shop.plugins.save_settings(
        "distribution", {name: False for name in FIELDS if name.startswith("watch_")}, "test"
    )
    ids = {}
    for ware in WARES:
        made = maker.product(
            ware.code,
            skus=[(ware.code, ware.price, 1_000_000)],
            cost_fen=ware.cost,
            category_id=shelf if ware.on_shelf else None,
        )
        ids[ware.code] = made
    pot, sale = ids["POT"], ids["SALE"]
    off = next(ware.off for ware in WARES if ware.off)
    promotion = PriceRule(
        "probe.sale",
        Stage.PROMOTION,
        lambda draft, _: [
            Adjustment(-off * line.quantity, "Sale", line=index)
            for index, line in enumerate(draft.request.lines)
            if line.product_id == sale.id
        ],
    )
    make_plugin("probe", price_rules=[promotion])
    named = {Scope.SKU: pot.skus["POT"], Scope.PRODUCT: pot.id, Scope.CATEGORY: shelf}
    return House(
        shop=shop,
        programme=programme,
        maker=maker,
        outbox=outbox,
        settle=settle,
        run_job=run_job,
        ids=named,
    )


@pytest.fixture
def shelf(shop):
    """The shelf of pots and cups."""
    from core.catalog import services as catalog
    from core.catalog.types import CategoryDraft

    with shop.database.write() as session:
        return catalog.create_category(session, CategoryDraft("茶", slug="tea"))


@pytest.mark.slow
def test_any_history_leaves_the_books_as_a_second_bookkeeper_has_them(house):
    is_sqlite = house.shop.database.engine.dialect.name == "sqlite"
    machine = type("InHouse", (Histories,), {"house": house})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15 if is_sqlite else 6,
            stateful_step_count=30 if is_sqlite else 15,
            deadline=None,
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
