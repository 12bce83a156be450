"""Any history of orders, refunds, adjustments and reviews agrees with an account kept by hand."""

import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.api.clock import local_date, now
from core.api.errors import Rejected
from plugins.membership.models import Entry, Standing
from plugins.membership.rules.programme import ReviewRule
from plugins.membership.services import reviews
from plugins.membership.services.standings import last_moment
from plugins.membership.tests.any_history import Book, Order

ZONE = "Asia/Shanghai"
STEPS = st.one_of(
    st.tuples(
        st.just("order"),
        st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9000)), min_size=1, max_size=3),
    ),
    st.tuples(st.just("receive"), st.integers(0, 5)),
    st.tuples(st.just("refund"), st.integers(0, 5), st.integers(0, 2), st.integers(1, 3)),
    st.tuples(st.just("adjust"), st.integers(-200, 300).filter(bool)),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 45, 130])),
)


class Story:
    """Does each step in the shop and in the book."""

    def __init__(self, club, maker, make_order, outbox, clock, rule, expiry_bps):
        self.club, self.maker, self.make_order, self.outbox = club, maker, make_order, outbox
        self.clock = clock
        self.member, self.book = maker.member(), Book()
        self.rule, self.expiry_bps = rule, expiry_bps
        self.made = []

    def order(self, lines):
        tag = f"{self.member.id.hex}-{len(self.made)}"
        codes = [f"{tag}-{index}" for index in range(len(lines))]
        wanted = [(code, n, fen) for code, (n, fen) in zip(codes, lines, strict=True)]
        placed = self.make_order(wanted, member=self.member)
        kept = Order([n for n, _ in lines], [fen for _, fen in lines])
        self.made.append((placed, codes, kept))

    def receive(self, which):
        if which < len(self.made):
            placed, _codes, kept = self.made[which]
            if not kept.is_received and sum(kept.back) < sum(kept.pieces):
                self.maker.receive(placed)
                self.outbox.drain()
                self.book.receive(kept)

    def refund(self, which, line, count):
        if which < len(self.made):
            placed, codes, kept = self.made[which]
            line = line % len(codes)
            count = min(count, kept.pieces[line] - kept.back[line])
            if count:
                self.maker.refund(placed, {codes[line]: count})
                self.outbox.drain()
                self.book.refund(kept, line, count)

    def adjust(self, amount):
        try:
            self.club.give(self.member, amount)
        except Rejected:
            assert -amount > self.book.growth
        else:
            self.book.give(amount) if amount > 0 else self.book.take(-amount)

    def wait(self, days):
        self.clock.advance(days=days)
        self.book.wait(days, self.rule, self.expiry_bps)
        with self.club.shop.database.write() as session:
            while reviews.review_batch(session):
                over = sa.select(Standing).where(Standing.valid_until <= now())
                assert session.scalars(over).all() == [], "whoever was reviewed is not due again"

    def days_left(self):
        """Of their tier, today counted as none; ``None`` before there is a row."""
        rows = self.club.rows(Standing, self.member)
        if not rows:
            return None
        last = local_date(last_moment(rows[0].valid_until), ZONE)
        return (last - local_date(now(), ZONE)).days

    def check(self):
        self.outbox.drain()
        assert self.club.growth(self.member) == self.book.growth
        assert sum(amount for _, amount in self.club.entries(self.member)) == self.book.growth
        assert self.club.rank(self.member) == self.book.rank
        assert len(self.club.history(self.member)) == self.book.changes
        left = None if self.book.until is None else self.book.until - self.book.today
        assert self.days_left() == left
        told = [
            event
            for event in self.outbox.events("member_tier_changed")
            if event.member_id == self.member.id
        ]
        assert len(told) == self.book.changes
        for placed, _codes, kept in self.made:
            assert sorted(line.growth for line in self.club.lines(placed)) == sorted(kept.growth)
            assert sum(line.taken for line in self.club.lines(placed)) == sum(kept.taken)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(STEPS, min_size=3, max_size=9),
    rule=st.sampled_from(ReviewRule),
    expiry_bps=st.sampled_from([0, 2500, 10_000]),
)
@example(
    steps=[
        ("order", [(1, 9000)]),
        ("receive", 0),
        ("wait", 130),
        ("adjust", 30),
        ("adjust", -20),  # what the review left them stays
    ],
    rule=ReviewRule.STEP_DOWN,
    expiry_bps=10_000,
)
@example(
    steps=[
        ("adjust", 60),
        ("wait", 45),
        ("wait", 20),
        ("wait", 20),
        ("order", [(1, 9000)]),
        ("receive", 0),
        ("wait", 20),
        ("refund", 0, 0, 1),  # back to a tier whose end is past: due, and once only
        ("wait", 1),
    ],
    rule=ReviewRule.FALL,
    expiry_bps=2500,
)
def test_ledger_log_tiers_and_facts_agree_with_an_account_kept_by_hand(
    any_club, maker, make_order, outbox, clock, steps, rule, expiry_bps
):
    any_club.rules(review=rule, expiry_bps=expiry_bps)
    story = Story(any_club, maker, make_order, outbox, clock, str(rule), expiry_bps)
    for name, *arguments in steps:
        getattr(story, name)(*arguments)
        outbox.drain()
    story.check()
    for placed, codes, kept in story.made:  # in the end everything goes back
        left = [n - back for n, back in zip(kept.pieces, kept.back, strict=True)]
        if sum(left):
            maker.refund(placed)
            outbox.drain()
            gone = sum(kept.give_back(line, count) for line, count in enumerate(left) if count)
            if kept.is_received:
                story.book.take(gone)
        assert kept.left == 0
        assert len(codes) == len(any_club.lines(placed))
        assert all(line.taken == line.growth for line in any_club.lines(placed))
    assert any_club.growth(story.member) == story.book.growth
    maker.check_books()


def test_every_line_of_the_log_is_a_journal_of_the_ledger(club, make_member, make_order, outbox):
    member = make_member()
    make_order([("POT", 1, 20_000)], member=member, received=True)
    outbox.drain()
    club.give(member, -20)

    keys = {row.key for row in club.rows(Entry, member)}
    with club.shop.database.read() as session:
        found = session.execute(
            sa.text("SELECT key FROM ledger_journal WHERE kind LIKE 'growth_%'")
        ).scalars()
        assert keys == set(found)
