from itertools import pairwise

import pytest

from core.members.services import block_member, erase_member
from core.sharing.services import (
    bind,
    chain_of,
    expire_referrals,
    referral_of,
    set_lock,
    team_counts,
)
from core.sharing.types import TeamCounts, Verdict
from tests.integration.people import statements
from tests.integration.sharing.looking import chain, story


def test_nobody_is_bound_to_somebody_below_however_deep(database, make_member):
    people = [make_member() for _ in range(6)]
    with database.write() as session:
        for upper, lower in pairwise(people):
            assert bind(session, lower, upper, reason="test").verdict == Verdict.BOUND
    for below in people[1:]:
        with database.write() as session:
            outcome = bind(session, people[0], below, reason="test")
        assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "referral.circle")


def test_nobody_is_bound_to_a_blocked_or_erased_member(database, make_member):
    blocked, erased, member_id = make_member(), make_member(), make_member()
    with database.write() as session:
        block_member(session, blocked)
        erase_member(session, erased)
    for referrer in (blocked, erased):
        with database.write() as session:
            outcome = bind(session, member_id, referrer, reason="test")
        assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "referral.unknown")


def test_a_refusal_is_written_once_for_each_referrer_and_reason(database, make_member):
    a, b = make_member(), make_member()
    with database.write() as session:
        bind(session, b, a, reason="test")
    for _ in range(3):
        with database.write() as session:
            bind(session, a, b, reason="test")
    assert story(database, a) == [("refused", "referral.circle")]


def test_expiry_sets_right_the_whole_subtree_and_the_counts(database, make_member, days):
    a, b, c, d, e = (make_member() for _ in range(5))
    with database.write() as session:
        bind(session, b, a, reason="test")
        bind(session, c, b, reason="test", protection_days=10)
        bind(session, d, c, reason="test")
        bind(session, e, d, reason="test")
    assert chain(database, e) == [d, c, b]
    days(11)
    assert chain(database, e) == [d, c]  # even before the job has run
    with database.write() as session:
        assert expire_referrals(session) == 1
        assert expire_referrals(session) == 0
    with database.read() as session:
        view = referral_of(session, e)
        assert (view.referrer_id, view.upline2_id, view.upline3_id) == (d, c, None)
        assert team_counts(session, a) == TeamCounts(1, 0, 0)
        assert team_counts(session, b) == TeamCounts(0, 0, 0)
        assert team_counts(session, c) == TeamCounts(1, 1, 0)
    assert story(database, c) == [("bound", "test"), ("expired", "protection ended")]


def test_a_locked_referral_outlives_its_protection(database, make_member, days):
    a, b, member_id = make_member(), make_member(), make_member()
    with database.write() as session:
        bind(session, member_id, a, reason="test", protection_days=10)
        set_lock(session, member_id, is_locked=True, actor="staff:1", reason="contract")
    days(11)
    with database.write() as session:
        assert expire_referrals(session) == 0
        assert bind(session, member_id, b, reason="test").verdict == Verdict.KEPT
    assert chain(database, member_id) == [a]


def test_a_member_with_a_team_brings_it_along(database, make_member):
    a, b, c, d, e = (make_member() for _ in range(5))
    with database.write() as session:
        bind(session, e, d, reason="test")
        bind(session, d, c, reason="test")
        bind(session, b, a, reason="test")
        bind(session, c, b, reason="test")
    assert chain(database, e) == [d, c, b]
    assert chain(database, d) == [c, b, a]
    with database.read() as session:
        assert team_counts(session, a) == TeamCounts(1, 1, 1)
        assert team_counts(session, b) == TeamCounts(1, 1, 1)


def test_a_chain_is_one_statement(database, make_member):
    people = [make_member() for _ in range(5)]
    with database.write() as session:
        for upper, lower in pairwise(people):
            bind(session, lower, upper, reason="test")
        with statements(database) as sent:
            found = chain_of(session, people[-1])
    assert len(sent) == 1
    assert found == ((1, people[3]), (2, people[2]), (3, people[1]))


@pytest.mark.parametrize("depth", [1, 9])
def test_binding_a_newcomer_takes_the_same_statements_however_deep(database, make_member, depth):
    above = [make_member() for _ in range(depth)]
    for upper, lower in pairwise(above):
        with database.write() as session:
            bind(session, lower, upper, reason="test")
    newcomer = make_member()

    with database.write() as session, statements(database) as sent:
        bind(session, newcomer, above[-1], reason="registration")
    assert len(sent) == (5 if database.is_sqlite else 6), sent
