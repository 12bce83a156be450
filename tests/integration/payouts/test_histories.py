"""Whatever happens to payouts, in whatever order: no fen is lost, and none is paid twice."""

from collections import Counter

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

from core.api.testing.fakes import FakePayouts, no_answer, refusal
from core.db.engine import Database
from core.db.outbox import OutboxEvent
from core.kernel import clock
from core.kernel.errors import ShopError
from core.ledger.services import WALLET, balances, member_owner, verify
from core.payouts import services as payouts
from core.payouts.jobs import run_due_payouts
from core.payouts.rules import GIVEN_BACK
from core.settings.rules import StoreSettings
from tests.integration.payouts.conftest import EARNED, PAID, RESERVED, REVIEWER, ask, earner

pytestmark = pytest.mark.slow

STORE = StoreSettings(
    payouts_per_day=10_000, payout_min_fen=10, payout_fee_fen=3, payout_fee_bps=60,
    payout_tax_bps=500, payout_by_bank_card=True,
)  # fmt: skip
CARD = {"name": "林小山", "number": "6222021234567890", "bank": "招商银行"}
EARNS = 100_000
MOODS = {
    "pays": {"is_instant": True, "trouble": None, "forgets_to_answer": False},
    "asks the recipient": {"is_instant": False, "trouble": None, "forgets_to_answer": False},
    "pays and is silent": {"is_instant": True, "trouble": None, "forgets_to_answer": True},
    "is silent": {"trouble": no_answer()},
    "refuses": {"trouble": refusal()},
}
WHO, RELEASED = st.integers(0, 1), st.sampled_from([True, True, False])
AMOUNTS = st.sampled_from([9, 10, 777, 5000, 60_000])


class Histories(RuleBasedStateMachine):
    """Random payouts of two members; what the trunk refuses is part of life."""

    cards = Bundle("cards")
    banks = Bundle("banks")
    wallets = Bundle("wallets")
    made = cards | banks | wallets
    database = None

    def __init__(self):
        super().__init__()
        self.people = [earner(self.database, EARNS) for _ in range(2)]
        self.channel = FakePayouts()
        self.known = []

    def attempt_to(self, act, *arguments, **more):
        try:
            with self.database.write() as session:
                return act(session, *arguments, **more)
        except ShopError:
            return None

    @rule(target=cards, who=WHO, amount=AMOUNTS, is_released=RELEASED)
    def ask_by_card(self, who, amount, is_released):
        return self.ask(who, amount, "bank_card", CARD, is_released)

    @rule(target=banks, who=WHO, amount=AMOUNTS, is_released=RELEASED)
    def ask_by_bank(self, who, amount, is_released):
        return self.ask(who, amount, "bank", {"name": "林小山"}, is_released)

    @rule(target=wallets, who=WHO, amount=AMOUNTS, is_released=RELEASED)
    def ask_for_the_wallet(self, who, amount, is_released):
        return self.ask(who, amount, "wallet", {}, is_released)

    def ask(self, who, amount, channel, account, is_released):
        try:
            found = ask(
                self.database, self.people[who], amount, key=str(len(self.known)),
                channel=channel, account=account, settings=STORE,
            )  # fmt: skip
        except ShopError:
            return None
        self.known.append(found)
        if is_released:
            self.approve(found)
        return found

    @rule(payout=made)
    def release(self, payout):
        self.approve(payout)

    def approve(self, payout):
        if payout:
            self.attempt_to(payouts.approve, payout.id, REVIEWER)

    @rule(payout=made)
    def reject(self, payout):
        if payout and payout.payout_no not in self.channel.paid:  # staff looked there first
            self.attempt_to(payouts.reject, payout.id, REVIEWER, "no")

    @rule(payout=made)
    def retry(self, payout):
        if payout:
            self.attempt_to(payouts.retry_payout, payout.id, REVIEWER)

    @rule()
    def export(self):
        self.attempt_to(payouts.export_batch, "bank_card", REVIEWER, locale="en")

    @rule(payout=cards, change=st.sampled_from([0, 0, 0, 1]), reference=st.sampled_from("AB"))
    def confirm(self, payout, change, reference):
        if payout:
            self.attempt_to(
                payouts.confirm_by_hand, payout.payout_no, channel="bank_card",
                net_fen=payout.net_fen + change, reference=reference, actor=REVIEWER,
            )  # fmt: skip

    @rule(payout=cards)
    def fail(self, payout):
        if payout:
            self.attempt_to(
                payouts.fail_by_hand, payout.payout_no, channel="bank_card", reason="no",
                actor=REVIEWER,
            )  # fmt: skip

    @rule(
        mood=st.sampled_from([*sorted(MOODS), "asks the recipient"]),
        minutes=st.sampled_from([0, 1, 10, 500]),
    )
    def run(self, mood, minutes):
        for name, value in MOODS[mood].items():
            setattr(self.channel, name, value)
        clock.set_offset(clock.offset_seconds() + minutes * 60)
        run_due_payouts(self.database, {"bank": self.channel})

    @rule(payout=banks, is_taken=st.booleans(), is_told=st.booleans())
    def recipient(self, payout, is_taken, is_told):
        known = payout and self.channel.statuses.get(payout.payout_no)
        if known and known.outcome == "waiting":
            act = self.channel.confirm if is_taken else self.channel.let_expire
            act(payout.payout_no)
            if is_told:
                self.attempt_to(
                    payouts.payout_reported,
                    self.channel.statuses[payout.payout_no],
                    channel="bank",
                )

    @rule(payout=banks)
    def call_back(self, payout):
        known = payout and self.channel.statuses.get(payout.payout_no)
        if known:
            self.attempt_to(payouts.payout_reported, known, channel="bank")

    @invariant()
    def books_are_what_the_payouts_say(self):
        with self.database.read() as session:
            assert verify(session).is_clean
            for person in self.people:
                mine = payouts.list_payouts(session, member_id=person, limit=1000)
                ended = {"paid": 0, "back": 0, "open": 0, "wallet": 0}
                for each in mine:
                    end = "back" if each.state in GIVEN_BACK else "open"
                    ended["paid" if each.state == "paid" else end] += each.amount_fen
                    if each.state == "paid" and each.channel == "wallet":
                        ended["wallet"] += each.net_fen
                found = balances(session, member_owner(person), [EARNED, RESERVED, PAID, WALLET])
                assert found == {
                    EARNED: EARNS - ended["paid"] - ended["open"],
                    RESERVED: ended["open"],
                    PAID: ended["paid"],
                    WALLET: ended["wallet"],
                }

    @invariant()
    def what_the_channel_paid_is_never_given_back(self):
        with self.database.read() as session:
            for each in self.known:
                state = payouts.find_payout(session, each.id).state
                known = self.channel.statuses.get(each.payout_no)
                if known and known.outcome == "paid":
                    assert state not in GIVEN_BACK
                if state == "paid" and each.channel == "bank":
                    assert known.outcome == "paid"

    @invariant()
    def each_end_is_told_once_and_each_step_leads_on(self):
        with self.database.read() as session:
            events = session.query(OutboxEvent.name, OutboxEvent.payload).all()
            told = Counter(payload["payout_id"] for name, payload in events)
            for each in self.known:
                found = payouts.find_payout(session, each.id)
                is_over = found.state == "paid" or found.state in GIVEN_BACK
                assert told[str(each.id)] == is_over
                assert found.steps[-1].state == found.state

    def teardown(self):
        clock.set_offset(0)


def test_any_history_of_payouts_keeps_the_books(sqlite_url, monkeypatch):
    database = Database(sqlite_url)
    monkeypatch.setattr(Histories, "database", database)
    try:
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=20,
                stateful_step_count=60,
                deadline=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        database.dispose()
