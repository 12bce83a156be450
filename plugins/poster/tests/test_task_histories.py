"""Whatever happens, in whatever order: fan tasks say what a second bookkeeper says."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core.api.clock import local_date, now
from core.api.errors import ShopError
from core.api.ledger import WALLET, balance, member_owner
from core.ledger.services import verify
from core.members import services as members
from core.members.types import AddressForm
from plugins.poster.models import Fan, Reward
from plugins.poster.services import task_holds, tasks
from plugins.poster.services.task_budget import budget_left
from plugins.poster.tests.fan_model import FanModel
from plugins.poster.tests.fan_stage import STAFF, FanStage, gift, money

ZONE = "Asia/Shanghai"
BUDGET = 700
ACTS = [
    *["welcome"] * 7,
    *["let_a_window_pass"] * 4,
    *["come_or_go", "leave_late", "move_in", "decide"] * 2,
    *["arrive", "erase", "erase_taker", "wait", "hear", "work", "raise_budget"],
]


@pytest.fixture
def plugins_on():
    return ("poster",)


class Histories(RuleBasedStateMachine):
    """Two takers and the people they bring; facts are told late, the clock leaps."""

    house = None

    @initialize(needs_follow=st.booleans())
    def open(self, needs_follow):
        stage, self.clock = self.house["stage"], self.house["clock"]
        self.stage, self.shop = stage, stage.shop
        self.task = stage.task(
            money(2, 500),
            gift(3),
            needs_follow=needs_follow,
            window_days=3,
            per_day=4,
            per_month=0,
            budget_fen=BUDGET,
            days=900,
        )
        self.takers = [stage.taker(self.task, name) for name in "甲乙"]
        self.ids = []
        self.model = FanModel(
            [each.id for each in self.takers],
            needs_follow=needs_follow,
            window_hours=72,
            per_day=4,
            budget=BUDGET,
        )

    def today(self):
        return local_date(now(), ZONE)

    @rule(act=st.sampled_from(ACTS), number=st.integers(0, 3), flag=st.booleans())
    def act(self, act, number, flag):
        """One act; all by one rule, so that no history goes without some of them."""
        getattr(self, act)(number, flag)

    def arrive(self, number, _flag=False):
        taker = self.takers[number % 2]
        fan = self.stage.fan(taker, drain=False)
        self.ids.append(fan)
        self.model.register(fan, taker.id, self.today())

    def welcome(self, number, _flag):
        """Somebody registers, follows where it is asked for, and the store hears of it."""
        self.arrive(number)
        if self.model.needs_follow:
            self.come_or_go(0, True)
        self.hear()

    def let_a_window_pass(self, _number, _flag):
        self.wait(3)
        self.work()

    def leave_late(self, number, _flag):
        """Somebody leaves when their window is over, and the store hears of it before it works."""
        self.wait(3)
        self.come_or_go(number, False)
        self.hear()

    def one_of(self, number):
        return self.ids[-1 - number % len(self.ids)] if self.ids else None

    def come_or_go(self, number, does):
        if fan := self.one_of(number):
            self.stage.follow(fan, does, drain=False)
            self.model.follow(fan, does, self.today())

    def erase(self, number, _flag):
        fan = self.one_of(number)
        if fan and fan not in self.model.erased:
            self.stage.erase(fan, drain=False)
            self.model.erase(fan)

    def erase_taker(self, number, flag):
        taker = self.takers[number % 2].id
        if taker in self.model.erased or not flag or len(self.ids) < 6:
            return
        try:
            self.stage.erase(taker, drain=False)
        except ShopError:  # there is money in the wallet
            return
        self.model.erase(taker)

    def move_in(self, number, _flag):
        """A fan takes the address of their taker into their book."""
        fan = self.one_of(number)
        row = self.model.fans.get(fan)
        if row is None or fan in self.model.erased or row["taker"] in self.model.erased:
            return
        with self.stage.write() as session:
            (home, *_more) = members.addresses_of(session, row["taker"])
            form = AddressForm(
                "收件人", "13800000001", home.province, home.city, home.detail, home.district
            )
            members.add_address(session, fan, form)
        self.model.moved.add(fan)

    def wait(self, number, _flag=False):
        hours = (1, 23, 25, 72)[number]
        self.clock.advance(hours=hours)
        self.model.hours += hours

    def hear(self, _number=0, _flag=False):
        self.stage.outbox.drain()
        self.model.deliver()

    def work(self, _number=0, _flag=False):
        self.stage.finish()
        self.model.finish()

    def decide(self, _number, release):
        one = next((each for each in self.model.rewards if each["state"] == "held"), None)
        if one is None:
            return
        with self.stage.write() as session:
            (row,) = (
                each
                for each in session.query(Reward).filter_by(task_id=self.task)
                if (each.holder_id, each.step) == (one["taker"], one["step"])
            )
            decide = task_holds.release if release else task_holds.reject
            decide(session, row.id, actor=STAFF, note="看过了")
        self.model.decide(one, release=release)

    def raise_budget(self, _number, _flag):
        with self.stage.write() as session:
            task = tasks.task_of(session, self.task)
            whole, _spent = tasks.budget_of(session, self.task)
            form = tasks.TaskForm(
                task.name_zh, task.name_en, task.starts_at, task.ends_at, task.rules, whole + 300
            )
            tasks.change_task(session, self.task, form, seen_revision=task.revision, actor=STAFF)
        self.model.left += 300

    @invariant()
    def both_say_the_same(self):
        if hasattr(self, "model"):
            assert self.seen() == self.said()

    def seen(self):
        with self.stage.read() as session:
            fans = session.query(Fan).filter_by(task_id=self.task)
            rewards = session.query(Reward).filter_by(task_id=self.task)
            return {
                "fans": {each.fan_id: each.state for each in fans},
                "doubted": {each.fan_id for each in fans if each.doubts},
                "rewards": {(each.holder_id, each.step): each.state for each in rewards},
                "left": budget_left(session, self.task),
                "wallets": {
                    taker.id: balance(session, member_owner(taker.id), WALLET)
                    for taker in self.takers
                },
            }

    def said(self):
        model = self.model
        return {
            "fans": {fan: one["state"] for fan, one in model.fans.items()},
            "doubted": {fan for fan, one in model.fans.items() if one["doubted"]},
            "rewards": {(each["taker"], each["step"]): each["state"] for each in model.rewards},
            "left": model.left,
            "wallets": model.wallets,
        }

    def teardown(self):
        if not hasattr(self, "model"):
            return
        self.hear()
        self.work()
        before, outbox = self.seen(), self.stage.outbox
        ids = {*self.ids, *(each.id for each in self.takers)}
        events = [each for each in outbox.events() if getattr(each, "member_id", None) in ids]
        for event in [*events, *reversed(events)]:
            if event.name != "member_registered":
                outbox.tell("poster", event)
        self.stage.finish()
        assert self.seen() == before
        with self.stage.read() as session:
            assert verify(session).is_clean


@pytest.mark.slow
def test_any_history_leaves_what_a_second_bookkeeper_has(shop, maker, outbox, run_job, clock):
    house = {"stage": FanStage(shop, maker, outbox, run_job), "clock": clock}
    is_sqlite = shop.database.engine.dialect.name == "sqlite"
    run_state_machine_as_test(
        type("InHouse", (Histories,), {"house": house}),
        settings=settings(
            max_examples=10 if is_sqlite else 3,
            stateful_step_count=30,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
