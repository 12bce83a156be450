"""Reviews at the end of validity, their dry run, and what members are told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.clock import now
from core.members.services import update_profile
from plugins.membership.models import Entry, Standing, TierEvent
from plugins.membership.rules.programme import ReviewRule
from plugins.membership.services import reviews


@pytest.fixture
def fallen(club, make_member):
    """Members of the highest tier whose growth is as given now."""

    def run(*balances):
        club.rules(lowers_at_once=False)
        ids = club.ladder(0, 500, 1500)
        members = [make_member(phone=f"+861380000{index:04}") for index in range(len(balances))]
        for member, balance in zip(members, balances, strict=True):
            club.give(member, 1500)
            if balance != 1500:
                club.give(member, balance - 1500)
        return ids, members

    return run


def state_of(shop):
    with shop.database.read() as session:
        tables = (Standing.__table__, Entry.__table__, TierEvent.__table__)
        return [session.execute(sa.select(t).order_by(t.c[0])).all() for t in tables]


@pytest.mark.parametrize(
    ("rule", "ranks"),
    [
        (ReviewRule.KEEP, [3, 3, 3]),
        (ReviewRule.STEP_DOWN, [2, 2, 3]),
        (ReviewRule.FALL, [1, 2, 3]),
    ],
)
def test_the_job_does_what_the_dry_run_said_and_nothing_before_validity_ends(
    shop, club, fallen, clock, run_job, rule, ranks
):
    _ids, members = fallen(0, 700, 1500)
    club.rules(review=rule)
    run_job("membership.review")
    assert [club.rank(member) for member in members] == [3, 3, 3]

    clock.advance(days=366)
    before = state_of(shop)
    with shop.database.read() as session:
        found = reviews.preview(session, now())
    assert state_of(shop) == before
    assert found.reviewed == 3
    assert sum(found.counts.values()) == 3
    assert found.moved == sum(rank < 3 for rank in ranks)
    said = {each.place.member_id: each.after.rank for each in found.rows}

    for _ in range(2):
        run_job("membership.review")
        assert [club.rank(member) for member in members] == ranks
    assert said == {m.id: rank for m, rank in zip(members, ranks, strict=True) if rank < 3}
    assert all(club.standing(each).valid_until > now() + timedelta(days=300) for each in members)


def test_growth_expires_after_the_judgement_and_the_tier_stays_until_the_next_one(
    club, fallen, clock, run_job
):
    _ids, (member,) = fallen(1500)
    club.rules(expiry_bps=5000, review=ReviewRule.FALL, lowers_at_once=True)
    clock.advance(days=366)
    run_job("membership.review")
    assert (club.rank(member), club.growth(member)) == (3, 750)
    club.give(member, -50)
    assert club.rank(member) == 3

    clock.advance(days=366)
    run_job("membership.review")
    assert (club.rank(member), club.growth(member)) == (2, 350)
    assert [kind for kind, _ in club.entries(member)] == [
        "adjustment", "expiry", "adjustment", "expiry",
    ]  # fmt: skip


def test_a_run_that_was_killed_goes_on_with_the_rest(shop, club, fallen, clock, outbox):
    _ids, members = fallen(0, 0, 0)
    clock.advance(days=366)
    seen = []
    for _ in range(3):
        with shop.database.write() as session:
            seen.append(reviews.review_batch(session, limit=2))

    assert seen == [2, 1, 0]
    assert [club.rank(member) for member in members] == [2, 2, 2]
    events = outbox.events("member_tier_changed")
    assert [each.reason for each in events if each.new_rank < each.old_rank] == ["review"] * 3


def test_a_locked_tier_is_not_reviewed(club, fallen, clock, run_job):
    (_base, _silver, gold), (member,) = fallen(0)
    club.set_tier(member, gold, is_locked=True)
    clock.advance(days=366)
    run_job("membership.review")

    assert club.rank(member) == 3


def test_who_would_fall_is_warned_once_and_who_is_safe_not_at_all(
    shop, club, fallen, clock, run_job
):
    _ids, (falling, safe) = fallen(0, 1500)
    clock.advance(days=340)
    run_job("membership.warn")
    assert club.messages(falling) == []

    clock.advance(days=20)
    for _ in range(2):
        run_job("membership.warn")
    (said,) = club.messages(falling)
    assert said.template == "membership.warning"
    assert "2 级" in said.body
    assert "1,500" in said.body
    assert club.messages(safe) == []

    club.give(safe, -100)  # not safe any more
    with shop.database.write() as session:
        update_profile(session, safe.id, locale="en")
    run_job("membership.warn")
    (said,) = club.messages(safe)
    assert "becomes Level 2. 100 more growth value by the end of that day keeps it" in said.body


def test_who_rose_is_told_once_unless_the_store_or_staff_did_it(club, make_member, outbox):
    _base, silver = club.ladder(0, 500)
    riser, named = make_member(phone="+8613800001111"), make_member(phone="+8613800002222")
    club.give(riser, 500)
    club.set_tier(named, silver)
    outbox.drain()
    for event in outbox.events("member_tier_changed"):
        outbox.tell("membership", event)

    (said,) = club.messages(riser)
    assert said.template == "membership.upgraded"
    assert "2 级" in said.body
    assert club.messages(named) == []


def test_a_store_that_does_not_tell_is_silent(club, make_member, outbox):
    club.ladder(0, 500)
    club.rules(tells_upgrades=False)
    member = make_member(phone="+8613800001111")
    club.give(member, 500)
    outbox.drain()

    assert club.messages(member) == []
