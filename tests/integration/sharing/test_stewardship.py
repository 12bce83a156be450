from itertools import pairwise
from uuid import uuid4

import pytest

from core.kernel.errors import InvalidInput, NotFound, Rejected
from core.members.services import block_member
from core.sharing.services import (
    bind,
    chain_of,
    history_of,
    referral_of,
    set_lock,
    team_counts,
    transfer,
)
from core.sharing.types import TeamCounts
from tests.integration.people import facts


@pytest.fixture
def line(database, make_member):
    """Five members, each referred by the one before."""
    people = [make_member(name) for name in ("甲", "乙", "丙", "丁", "戊")]
    with database.write() as session:
        for upper, lower in pairwise(people):
            bind(session, lower, upper, reason="test")
    return people


@pytest.fixture
def move(database):
    def run(member_id, new_referrer_id, reason="wrong shop assistant", **more):
        with database.write() as session:
            return transfer(
                session, member_id, new_referrer_id, actor="staff:1", reason=reason, **more
            )

    return run


def chain(database, member_id):
    with database.read() as session:
        return [upline for _, upline in chain_of(session, member_id)]


def test_a_transfer_moves_the_member_with_everybody_below(database, make_member, line, move):
    a, b, c, d, e = line
    other = make_member("庚")
    view = move(c, other)

    assert (view.referrer_id, view.upline2_id) == (other, None)
    assert chain(database, c) == [other]
    assert chain(database, d) == [c, other]
    assert chain(database, e) == [d, c, other]
    with database.read() as session:
        assert team_counts(session, a) == TeamCounts(1, 0, 0)
        assert team_counts(session, b) == TeamCounts(0, 0, 0)
        assert team_counts(session, other) == TeamCounts(1, 1, 1)
        stored = referral_of(session, e)
    assert (stored.upline2_id, stored.upline3_id) == (c, other)


def test_a_transfer_is_told_with_actor_and_reason(database, make_member, line, move):
    _, b, c, *_ = line
    other = make_member()
    move(c, other, reason="  a wrong\nlink ")
    with database.read() as session:
        event = history_of(session, c)[0]
    assert (event.kind, event.actor, event.reason) == ("transferred", "staff:1", "a wrong link")
    assert (event.old_referrer_id, event.new_referrer_id) == (b, other)
    fact = facts(database, "referral_bound")[-1]
    assert (fact["previous_referrer_id"], fact["reason"]) == (str(b), "transfer")


def test_a_referral_can_be_ended_by_hand(database, line, move):
    _, b, c, d, _ = line
    assert move(c, None) is None
    assert chain(database, c) == []
    assert chain(database, d) == [c]
    with database.read() as session:
        event = history_of(session, c)[0]
        assert team_counts(session, b) == TeamCounts()
    assert (event.kind, event.old_referrer_id, event.new_referrer_id) == ("transferred", b, None)


def test_a_transfer_needs_a_reason_and_a_change(line, move):
    _, b, c, *_ = line
    for wrong in ({"reason": " "}, {"reason": "\n"}):
        with pytest.raises(InvalidInput):
            move(c, None, **wrong)
    with pytest.raises(InvalidInput):
        move(c, b)


def test_a_transfer_makes_no_circle(line, move):
    a, _, c, d, e = line
    for member_id, below in ((a, c), (a, e), (c, d), (c, e)):
        with pytest.raises(Rejected) as refusal:
            move(member_id, below)
        assert refusal.value.code == "referral.circle"
    with pytest.raises(Rejected):
        move(c, c)


def test_a_transfer_goes_to_active_members_only(database, make_member, line, move):
    blocked = make_member()
    with database.write() as session:
        block_member(session, blocked)
    for nobody in (blocked, uuid4()):
        with pytest.raises(Rejected) as refusal:
            move(line[2], nobody)
        assert refusal.value.code == "referral.unknown"
    with pytest.raises(NotFound):
        move(uuid4(), line[0])


def test_a_locked_member_is_not_moved_until_unlocked(database, make_member, line, move):
    c, other = line[2], make_member()
    with database.write() as session:
        set_lock(session, c, is_locked=True, actor="staff:1", reason="contract")
    with pytest.raises(Rejected) as refusal:
        move(c, other)
    assert refusal.value.code == "referral.locked"
    with database.write() as session:
        set_lock(session, c, is_locked=False, actor="staff:1", reason="contract ended")
    move(c, other)
    with database.read() as session:
        kinds = [event.kind for event in history_of(session, c)]
    assert kinds == ["transferred", "unlocked", "locked", "bound"]


def test_a_lock_needs_a_referral_and_a_reason(database, line):
    with pytest.raises(NotFound), database.write() as session:
        set_lock(session, line[0], is_locked=True, actor="staff:1", reason="contract")
    with pytest.raises(InvalidInput), database.write() as session:
        set_lock(session, line[1], is_locked=True, actor="staff:1", reason=" ")


def test_what_is_over_neither_blocks_a_transfer_nor_makes_a_circle(
    database, make_member, move, days
):
    a, b, c = make_member(), make_member(), make_member()
    with database.write() as session:
        bind(session, b, a, reason="test", protection_days=10)
        bind(session, c, b, reason="test")
    days(11)
    move(a, c)
    assert chain(database, a) == [c, b]
    assert chain(database, b) == []
