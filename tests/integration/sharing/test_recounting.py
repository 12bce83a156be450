"""The network recounted: clean after everything that services do, and faults named and mended."""

import random
from collections import Counter
from itertools import pairwise

import pytest
import sqlalchemy as sa

from core.kernel.errors import ShopError
from core.sharing.models import Referral, ReferralTeam
from core.sharing.services import (
    bind,
    expire_referrals,
    mend_network,
    team_counts,
    transfer,
    verify_network,
)
from tests.integration.people import at_once, statements
from tests.integration.sharing.forest import check_forest


@pytest.fixture
def recount(database):
    def read():
        with database.read() as session:
            return verify_network(session)

    return read


@pytest.fixture
def tree(database, make_member):
    """Bind pairs below each other: `tree(5)` is a chain of five."""

    def make(length):
        people = [make_member() for _ in range(length)]
        for upper, lower in pairwise(people):
            with database.write() as session:
                bind(session, lower, upper, reason="test")
        return people

    return make


def change(database, statement):
    with database.write() as session:
        session.execute(statement)


def test_a_network_that_services_made_is_clean(tree, recount):
    tree(6)

    found = recount()
    assert (found.is_clean, found.referral_count, found.faults) == (True, 5, ())


def test_wrong_uplines_are_named_with_what_is_right_and_mended(database, tree, recount):
    first, second, third, fourth = tree(4)
    change(
        database,
        sa.update(Referral).where(Referral.member_id == fourth).values(upline2_id=first),
    )

    (fault, *counts) = recount().faults
    assert (fault.code, fault.member_id) == ("referral.uplines", fourth)
    assert fault.stored == f"{first}, {first}"
    assert fault.counted == f"{second}, {first}"
    assert {each.code for each in counts} == {"referral.counts"}
    with database.write() as session:
        assert mend_network(session) == 1
    assert recount().is_clean
    check_forest(database)
    assert third


def test_wrong_lost_and_needless_counts_are_named_and_mended(database, tree, recount, make_member):
    first, second, third, fourth = tree(4)
    nobody = make_member()
    with database.write() as session:
        session.execute(
            sa.update(ReferralTeam)
            .where(ReferralTeam.member_id == first)
            .values(level2_count=ReferralTeam.level2_count + 5)
        )
        session.execute(sa.delete(ReferralTeam).where(ReferralTeam.member_id == second))
        session.execute(sa.insert(ReferralTeam).values(member_id=nobody, level1_count=1))

    found = recount()
    named = {fault.member_id: (fault.stored, fault.counted) for fault in found.faults}
    assert named == {
        first: ("1, 6, 1", "1, 1, 1"),
        second: ("0, 0, 0", "1, 1, 0"),
        nobody: ("1, 0, 0", "0, 0, 0"),
    }
    assert found.fault_count == 3
    with database.write() as session:
        assert mend_network(session) == 3
    assert recount().is_clean
    check_forest(database)
    assert {third, fourth}


def test_a_circle_is_named_and_left_for_people_to_open(database, tree, recount):
    first, second, third = tree(3)
    change(
        database,
        sa.insert(Referral).values(
            member_id=first,
            referrer_id=third,
            is_locked=False,
            bound_at=sa.select(Referral.bound_at)
            .where(Referral.member_id == third)
            .scalar_subquery(),
        ),
    )

    circle = {fault.member_id for fault in recount().faults if fault.code == "referral.circle"}
    assert circle == {first, second, third}
    with database.write() as session:
        mend_network(session)
    assert {fault.code for fault in recount().faults} == {"referral.circle"}


def test_many_faults_are_counted_and_the_first_hundred_named(database, make_member, recount):
    top = make_member()
    people = [make_member() for _ in range(120)]
    with database.write() as session:
        for member_id in people:
            bind(session, member_id, top, reason="test")
        session.execute(sa.update(Referral).values(upline2_id=top))

    found = recount()
    assert sum(fault.code == "referral.uplines" for fault in found.faults) == 100
    assert found.fault_count == 121, "120 uplines, and the count that they make wrong"


@pytest.mark.parametrize("below", [2, 40])
def test_moving_a_team_takes_the_same_statements_whatever_its_size(
    database, make_member, tree, below
):
    moved, target, other = make_member(), tree(3)[-1], tree(3)[-1]
    with database.write() as session:
        bind(session, moved, other, reason="test")
        for _ in range(below):
            child, grandchild = make_member_in(session), make_member_in(session)
            bind(session, child, moved, reason="test")
            bind(session, grandchild, child, reason="test")

    with database.write() as session, statements(database) as sent:
        transfer(session, moved, target, actor="staff:1", reason="test")
    assert len(sent) <= 11
    check_forest(database)
    with database.read() as session:
        assert team_counts(session, target).level2 == below
        assert team_counts(session, other).total == 0


def make_member_in(session):
    from core.members.services import create_member

    return create_member(session, source="test")


def test_edges_that_end_together_take_their_teams_out_of_every_count(database, make_member, days):
    """Chains whose edges end at one time, some below others, and some that stay between them."""
    chance = random.Random(7)  # noqa: S311
    people = [make_member() for _ in range(30)]
    with database.write() as session:
        for place, member_id in enumerate(people[1:], 1):
            ends = chance.choice([0, 3, 3])
            above = people[max(0, place - chance.randint(1, 3))]
            bind(session, member_id, above, reason="test", protection_days=ends)
    days(4)
    with database.write() as session:
        ended = expire_referrals(session, limit=500)

    assert 5 < ended < 29
    assert len(check_forest(database)) == 29 - ended


def test_bindings_below_common_uplines_at_once_are_all_counted(database, tree, recount):
    chain = tree(4)
    newcomers = [[make_newcomer(database) for _ in range(6)] for _ in range(8)]

    def run(index):
        chooser = random.Random(index)  # noqa: S311
        for member_id in newcomers[index]:
            with database.write() as session:
                bind(session, member_id, chooser.choice(chain), reason="race")

    assert at_once(run, 8) == [None] * 8
    found = recount()
    assert (found.is_clean, found.referral_count) == (True, 3 + 48)
    check_forest(database)


def test_bindings_and_transfers_of_whole_teams_at_once_keep_every_count(
    database, make_member, tree, recount
):
    """Four bind newcomers into teams that four others move about, one below the other and back."""
    teams = [tree(4) for _ in range(4)]
    newcomers = [[make_newcomer(database) for _ in range(8)] for _ in range(4)]
    done = Counter()

    def run(index):
        chooser = random.Random(index)  # noqa: S311
        for turn in range(8):
            with database.write() as session:
                if index < 4:
                    place = chooser.choice(chooser.choice(teams))
                    bind(session, newcomers[index][turn], place, reason="race")
                    done["bound"] += 1
                    continue
                moved, target = chooser.choice(chooser.choice(teams)), chooser.choice(teams)[-1]
                try:
                    transfer(session, moved, target, actor="staff:1", reason="race")
                    done["moved"] += 1
                except ShopError:
                    done["refused"] += 1

    assert at_once(run, 8) == [None] * 8
    assert done["bound"] == 32
    assert done["moved"] > 0
    assert recount().is_clean
    check_forest(database)


def make_newcomer(database):
    with database.write() as session:
        return make_member_in(session)
