"""Any history of bookings leaves balanced books that agree with a model in plain Python."""

from collections import defaultdict
from contextlib import suppress
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db.engine import Database
from core.kernel.errors import Rejected
from core.ledger.services import (
    PLATFORM,
    WALLET,
    JournalEntry,
    Leg,
    balances,
    book_many,
    member_owner,
    platform_balance,
    verify,
)

OWNERS = [PLATFORM, member_owner(UUID(int=1)), member_owner(UUID(int=2))]
KINDS = [WALLET, "test_saved", "test_owed"]
GUARDED = {WALLET, "test_saved"}


class Undone(Exception):
    """The unit of work was looked at; nothing of it shall stay."""


accounts = st.tuples(st.sampled_from(OWNERS), st.sampled_from(KINDS))
amounts = st.integers(-120, 120).filter(bool)
covers = st.booleans()


@st.composite
def entries(draw):
    """A balanced journal under one of few keys, so that keys repeat."""
    assets = draw(st.lists(st.sampled_from(["CNY", "points"]), min_size=1, max_size=2, unique=True))
    legs = []
    for asset in assets:
        changes = draw(st.lists(st.tuples(accounts, amounts, covers), min_size=1, max_size=3))
        rest = -sum(amount for _, amount, _ in changes)
        last = draw(accounts)
        legs += [
            Leg(*account, amount, asset, cover and account[0] != PLATFORM)
            for account, amount, cover in changes
        ]
        legs += [Leg(*last, rest, asset)] if rest else []
        if len(legs) < 2:
            legs = []
    if not legs:
        legs = [Leg(PLATFORM, "gifts", -10), Leg(OWNERS[1], WALLET, 10)]
    key = f"key:{draw(st.integers(0, 15))}"
    return JournalEntry(key, "play", "test", "system", legs)


histories = st.lists(
    st.lists(entries(), min_size=1, max_size=4, unique_by=lambda entry: entry.key), max_size=12
)


class Model:
    """The same rules with dictionaries."""

    def __init__(self):
        self.keys = set()
        self.held = defaultdict(int)
        self.opened = set()

    def book_many(self, group):
        fresh = [entry for entry in group if entry.key not in self.keys]
        change, covering = defaultdict(int), set()
        for leg in (leg for entry in fresh for leg in entry.legs):
            account = (leg.owner, leg.kind, leg.asset)
            change[account] += leg.amount
            if leg.must_cover or (leg.owner != PLATFORM and leg.kind in GUARDED):
                covering.add(account)
        for account in covering:
            if change[account] < 0 and self.held[account] + change[account] < 0:
                raise Rejected("ledger.short", "no")
        self.keys |= {entry.key for entry in fresh}
        for account, amount in change.items():
            self.held[account] += amount
        return len(fresh)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories)
def test_postings_sum_to_zero_after_any_history_and_verify_agrees_with_a_model(
    database: Database, history
):
    model = Model()
    with suppress(Undone), database.write() as session:
        for group in history:
            try:
                expected = model.book_many(group)
            except Rejected:
                expected = None
            try:
                with session.begin_nested():
                    booked = book_many(session, group)
            except Rejected:
                booked = None
            assert booked == expected
        for asset in ("CNY", "points"):
            for owner in OWNERS[1:]:
                held = balances(session, owner, KINDS, asset=asset)
                assert held == {kind: model.held[owner, kind, asset] for kind in KINDS}
            assert all(
                platform_balance(session, kind, asset) == model.held[PLATFORM, kind, asset]
                for kind in [*KINDS, "gifts"]
            )
        report = verify(session)
        assert report.is_clean, report.problems
        assert report.journals == len(model.keys)
        raise Undone
