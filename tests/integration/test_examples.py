"""Plays the money stories of docs/examples through the services; the pages say how to read them."""

import re
import tomllib

import pytest

from core.api.db import new_token
from core.api.ledger import balances, member_owner
from core.api.money import parse_yuan
from core.api.payouts import WALLET_CHANNEL, PayoutRequest, request_payout
from core.config import ROOT
from plugins.distribution.rules import Joining
from plugins.distribution.services.accounts import AVAILABLE
from plugins.distribution.services.distributors import DistributorState, set_state
from plugins.distribution.services.programmes import publish_plan

PAGES = sorted(path for path in (ROOT / "docs/examples").glob("*.md") if path.name != "README.md")
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"(\d+) (\w+) at (\S+)")
UPLINES = ("first", "second", "third")
STAFF = "staff:00000000-0000-0000-0000-000000000001"


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def story(request):
    (block,) = BLOCK.findall(request.param.read_text(encoding="utf-8"))
    return tomllib.loads(block)


@pytest.fixture
def plugins_on(story):
    return ("distribution", *story.get("plugins", ()))


class Stage:
    """The people of a story and the acts they perform."""

    def __init__(self, shop, maker, clock, outbox, run_job):
        self.shop, self.maker = shop, maker
        self.clock, self.outbox, self.run_job = clock, outbox, run_job
        self.uplines = {}
        referrer = None
        for name in reversed(UPLINES):
            referrer = self.uplines[name] = maker.member(name, referrer=referrer)
        self.buyer = maker.member("buyer", referrer=referrer)
        self.newest = None
        for name in UPLINES:
            self.move(name, DistributorState.ACTIVE)

    def publish(self, rates):
        with self.shop.database.write() as session:
            publish_plan(
                session,
                depth=len(rates),
                rates_bps=[rate * 100 for rate in rates],
                pool_bps=10_000,
                joining=Joining.OPEN,
                actor=STAFF,
                actor_name="店主",
                acknowledged=True,
            )

    def move(self, name, state, reason=""):
        with self.shop.database.write() as session:
            set_state(session, self.uplines[name].id, state, actor=STAFF, reason=reason)

    def order(self, step):
        wanted = [LINE.fullmatch(line).groups() for line in step["lines"]]
        lines = [(code, int(pieces), parse_yuan(price)) for pieces, code, price in wanted]
        self.newest = self.maker.order(lines, member=self.buyer)
        assert self.newest.total_fen == parse_yuan(step["total"])

    def receive(self, _step):
        self.maker.receive(self.newest)

    def settle(self, _step):
        self.outbox.drain()
        self.clock.advance(days=8)
        self.run_job("orders.settle")
        self.outbox.drain()
        self.run_job("distribution.settle")

    def refund(self, step):
        self.outbox.drain()
        self.maker.refund(self.newest, step.get("pieces"))

    def payout(self, step):
        wanted = PayoutRequest(
            member_id=self.uplines[step["who"]].id,
            source_kind=AVAILABLE,
            channel=WALLET_CHANNEL,
            amount_fen=parse_yuan(step["amount"]),
            request_key=new_token(),
        )
        with self.shop.database.write() as session:
            payout = request_payout(
                session,
                wanted,
                settings=self.shop.settings(),
                check=self.shop.extensions().check,
            )
        self.maker.approve_payout(payout.id)

    def freeze(self, step):
        self.move(step["who"], DistributorState.FROZEN, "story")

    def accounts(self):
        """Everybody's accounts that are not empty, in fen, by the names that stories use."""
        found = {}
        with self.shop.database.read() as session:
            for name, member in self.uplines.items():
                held = balances(session, member_owner(member.id))
                found[name] = {k.removeprefix("commission_"): v for k, v in held.items() if v}
        return found


def test_a_money_story_comes_true(story, shop, maker, clock, outbox, run_job):
    stage = Stage(shop, maker, clock, outbox, run_job)
    stage.publish(story["rates"])

    for number, step in enumerate(story["step"], 1):
        getattr(stage, step["act"])(step)
        outbox.drain()
        expected = {
            name: {kind: signed_fen(text) for kind, text in step.get(name, {}).items()}
            for name in UPLINES
        }
        assert stage.accounts() == expected, f"after step {number}, {step['act']}"
    maker.check_books()


def test_every_story_is_listed():
    listed = (ROOT / "docs/examples/README.md").read_text(encoding="utf-8")

    assert [page.name for page in PAGES if f"({page.name})" not in listed] == []


def signed_fen(text):
    return -parse_yuan(text[1:]) if text.startswith("-") else parse_yuan(text)
