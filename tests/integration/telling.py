"""The stage on which money stories are played: people, a programme, and what each act does."""

from dataclasses import replace

from core.api.db import new_id, new_token
from core.api.ledger import balances, member_owner
from core.api.money import parse_yuan
from core.api.payouts import WALLET_CHANNEL, PayoutRequest, request_payout
from core.settings.services import save_settings
from plugins.distribution.rules import Base, Grade, Joining, Plan, Rate, RateKind, SelfPurchase
from plugins.distribution.services import grades, programmes
from plugins.distribution.services.accounts import AVAILABLE
from plugins.distribution.services.distributors import DistributorState, set_state

UPLINES = ("first", "second", "third")
PEOPLE = (*UPLINES, "buyer", "other")
STAFF = "staff:00000000-0000-0000-0000-000000000001"


def percent(number):
    """Basis points of a percentage of a story, such as 12 or 2.5."""
    return round(number * 100)


def signed_fen(text):
    """Fen of an amount in yuan, which may be below zero."""
    return -parse_yuan(text[1:]) if text.startswith("-") else parse_yuan(text)


class Stage:
    """The people of a story and the acts they perform."""

    def __init__(self, shop, maker, clock, outbox, run_job):
        self.shop, self.maker = shop, maker
        self.clock, self.outbox, self.run_job = clock, outbox, run_job
        self.people, self.grades, self.costs, self.newest = {}, {}, {}, None

    def open(self, story):
        """Bring the people and the rules of a story upon the stage."""
        referrer = None
        for name in reversed(UPLINES):
            referrer = self.people[name] = self.maker.member(name, referrer=referrer)
        self.people["buyer"] = self.maker.member("buyer", referrer=referrer)
        self.people["other"] = self.maker.member("other")
        self.costs = {code: parse_yuan(yuan) for code, yuan in story.get("costs", {}).items()}
        self._publish(story)
        for name in (*UPLINES, "other", *(["buyer"] if "self_purchase" in story else [])):
            self.move(name, DistributorState.ACTIVE)
        if "payouts" in story:
            share = {key: percent(number) for key, number in story["payouts"].items()}
            with self.shop.database.write() as session:
                save_settings(
                    session, {"payout_fee_bps": share["fee"], "payout_tax_bps": share["tax"]}
                )
            self.shop.counters.refresh(force=True)

    def _publish(self, story):
        self.grades = {
            name: Grade(id=new_id(), name=name, rank=rank)
            for rank, name in enumerate(story.get("grades", {}), 1)
        }
        plan = Plan(
            id=programmes.DEFAULT_PLAN_ID,
            name="",
            rate=self._rate(story),
            pool_bps=percent(story.get("pool", 100)),
            base=Base(story.get("base", "paid")),
        )
        programme = replace(
            programmes.DEFAULT,
            depth=len(story.get("rates") or story["sums"]),
            joining=Joining.OPEN,
            plans=(plan,),
            grades=tuple(self.grades.values()),
            is_compressed=story.get("compressed", False),
            self_purchase=SelfPurchase(story.get("self_purchase", "off")),
        )
        with self.shop.database.write() as session:
            programmes.publish(
                session, programme, actor=STAFF, actor_name="店主", acknowledged=True
            )

    def _rate(self, story):
        if "sums" in story:
            return Rate(RateKind.FIXED, three(map(parse_yuan, story["sums"])))
        own = {
            self.grades[name].id: three(map(percent, rates))
            for name, rates in story.get("grades", {}).items()
        }
        return Rate(RateKind.BPS, three(map(percent, story["rates"])), own)

    def move(self, name, state, reason=""):
        """Bring somebody into a state as a distributor."""
        with self.shop.database.write() as session:
            set_state(session, self.people[name].id, state, actor=STAFF, reason=reason)

    def place(self, step):
        """The buyer orders and has not paid yet."""
        for _, code, price in step["lines"]:
            if code in self.costs:
                skus = [(code, price, 1000)]
                self.maker.product(code, skus=skus, cost_fen=self.costs.pop(code))
        lines = [(code, pieces, price) for pieces, code, price in step["lines"]]
        self.newest = self.maker.order(lines, member=self.people["buyer"], paid=False)
        assert self.newest.total_fen == parse_yuan(step["total"])

    def pay(self, _step):
        """The newest order is paid."""
        self.maker.pay(self.newest)

    def order(self, step):
        """The buyer orders and pays."""
        self.place(step)
        self.pay(step)

    def receive(self, _step):
        """The parcel arrives."""
        self.maker.receive(self.newest)

    def settle(self, _step):
        """The after-sale window passes."""
        self.outbox.drain()
        self.clock.advance(days=8)
        self.run_job("orders.settle")
        self.outbox.drain()
        self.run_job("distribution.settle")

    def refund(self, step):
        """Pieces go back."""
        self.outbox.drain()
        self.maker.refund(self.newest, step.get("pieces"))

    def payout(self, step):
        """A payout is asked for and released."""
        wanted = PayoutRequest(
            member_id=self.people[step["who"]].id,
            source_kind=AVAILABLE,
            channel=WALLET_CHANNEL,
            amount_fen=parse_yuan(step["amount"]),
            request_key=new_token(),
        )
        settings, check = self.shop.settings(), self.shop.extensions().check
        with self.shop.database.write() as session:
            payout = request_payout(session, wanted, settings=settings, check=check)
        self.maker.approve_payout(payout.id)

    def freeze(self, step):
        """Staff freezes a distributor."""
        self.move(step["who"], DistributorState.FROZEN, "story")

    def transfer(self, step):
        """Staff gives the buyer another referrer."""
        self.maker.transfer(self.people["buyer"], self.people[step["to"]])

    def grade(self, step):
        """Staff gives somebody a grade."""
        with self.shop.database.write() as session:
            grades.give(
                session,
                self.people[step["who"]].id,
                self.grades[step["grade"]].id,
                programme=programmes.current(session),
                is_locked=False,
                actor=STAFF,
                reason="story",
            )

    def accounts(self):
        """Everybody's accounts that are not empty, in fen, by the names that stories use."""
        found = {}
        with self.shop.database.read() as session:
            for name, member in self.people.items():
                held = balances(session, member_owner(member.id))
                found[name] = {k.removeprefix("commission_"): v for k, v in held.items() if v}
        return found


def three(numbers):
    """A number for each of three levels."""
    first, second, third = [*numbers, 0, 0][:3]
    return first, second, third
