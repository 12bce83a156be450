import pytest

from core.api.errors import Conflict, InvalidInput, NotFound, Rejected
from core.api.sharing import referral_of
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Joining
from plugins.distribution.services import distributors
from plugins.distribution.services.distributors import (
    RULES_VERSION,
    DistributorState,
    apply,
    check_referrer,
    leave,
    set_state,
    state_of,
)
from plugins.distribution.services.programmes import DEFAULT, current
from plugins.distribution.services.standings import standing_of

S = DistributorState


def test_joining_follows_the_plan(shop, programme, make_member):
    one, two, three = (make_member(name) for name in "甲乙丙")
    with shop.database.write() as session:
        assert apply(session, one.id, Joining.OPEN).state == S.ACTIVE
        assert apply(session, two.id, Joining.APPLICATION).state == S.APPLIED
        with pytest.raises(Rejected):
            apply(session, three.id, Joining.DESIGNATED)
        assert state_of(session, three.id, Joining.EVERYONE) == S.ACTIVE
        assert state_of(session, three.id, Joining.OPEN) is None


def test_asking_twice_changes_nothing(shop, programme, make_member):
    member = make_member("甲")
    with shop.database.write() as session:
        first = apply(session, member.id, Joining.APPLICATION, note="一")
        again = apply(session, member.id, Joining.APPLICATION, note="二")

        assert (again.state, again.note) == (first.state, "一")
        assert again.rules_version == RULES_VERSION


def test_the_moves_of_a_distributor(shop, programme, make_member):
    member = make_member("甲")
    with shop.database.write() as session:
        with pytest.raises(NotFound):
            set_state(session, member.id, S.FROZEN, actor="staff:1", reason="x")
        with pytest.raises(NotFound):
            leave(session, member.id)
        apply(session, member.id, Joining.APPLICATION)
        with pytest.raises(InvalidInput):
            set_state(session, member.id, S.REJECTED, actor="staff:1", reason="  ")
        set_state(session, member.id, S.REJECTED, actor="staff:1", reason="资料不全")
        with pytest.raises(Conflict):
            set_state(session, member.id, S.FROZEN, actor="staff:1", reason="x")
        apply(session, member.id, Joining.OPEN)
        set_state(session, member.id, S.FROZEN, actor="staff:1", reason="刷单")
        with pytest.raises(Rejected):
            apply(session, member.id, Joining.OPEN)
        leave(session, member.id)
        row = apply(session, member.id, Joining.OPEN)

        assert (row.state, row.reason) == (S.ACTIVE, "")


def test_nobody_is_bound_to_a_frozen_distributor(programme, shop, make_member):
    frozen = make_member("甲")
    programme.name(frozen)
    programme.move(frozen, S.FROZEN, "x")

    member = make_member("乙", referrer=frozen)

    with shop.database.read() as session:
        assert referral_of(session, member.id) is None


def test_a_distributor_is_bound_once_but_never_again_by_a_click(
    programme, shop, make_member, transfer
):
    first, second = make_member("甲"), make_member("乙")
    member = make_member("丙", referrer=first)
    programme.name(member)
    transfer(member, None)
    with shop.database.read() as session, pytest.raises(Rejected):
        check_referrer(session, member.id, second.id)

    newcomer = make_member("丁")
    programme.name(newcomer)
    with shop.database.read() as session:
        check_referrer(session, newcomer.id, second.id)

    transfer(member, second)  # staff may, and answers for it
    with shop.database.read() as session:
        assert referral_of(session, member.id).referrer_id == second.id


def test_an_erased_member_earns_no_more_and_leaves_no_words(programme, shop, make_member):
    member = make_member("甲")
    with shop.database.write() as session:
        apply(session, member.id, Joining.APPLICATION, note="我的电话是 1390000")
    with shop.database.write() as session:
        distributors.forget(session, member.id)

    with shop.database.read() as session:
        row = session.get(Distributor, member.id)
        assert (row.state, row.note, row.reason) == (S.LEFT, "", "")


def test_state_and_plan_come_in_one_statement(shop, programme, make_member, count_statements):
    member = make_member("甲")
    programme.name(member)
    with shop.database.read() as session:
        current(session)  # a version is read once a process
    with shop.database.read() as session, count_statements() as sent:
        standing = standing_of(session, member.id)
        assert standing_of(session, member.id) is standing

    assert len(sent) == 1
    assert standing.is_active
    assert standing.programme == programme_plan(shop)


def programme_plan(shop):
    with shop.database.read() as session:
        return current(session)


def test_before_a_plan_is_published_two_levels_by_application_hold(shop, make_member):
    member = make_member("甲")
    with shop.database.read() as session:
        standing = standing_of(session, member.id)

    assert standing.programme == DEFAULT
    assert standing.state is None
    assert not standing.is_known
