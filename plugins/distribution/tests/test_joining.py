import threading

import pytest

from core.api.errors import Conflict, InvalidInput, NotFound, Rejected
from core.api.sharing import referral_of
from core.messages.services.queue import messages_of
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Joining
from plugins.distribution.services import distributors, notices
from plugins.distribution.services.distributors import (
    RULES_VERSION,
    DistributorState,
    apply,
    check_referrer,
    leave,
    set_state,
    standing,
    states_of,
)
from plugins.distribution.services.joining import Application, goal_of, join
from plugins.distribution.services.programmes import DEFAULT, current
from plugins.distribution.services.standings import standing_of

S = DistributorState


def state_of(session, member_id, joining):
    return standing(states_of(session, [member_id]).get(member_id), joining)


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
        set_state(session, member.id, S.ACTIVE, actor="staff:1")
        set_state(session, member.id, S.FROZEN, actor="staff:1", reason="刷单")
        with pytest.raises(Rejected):
            apply(session, member.id, Joining.OPEN)
        set_state(session, member.id, S.ACTIVE, actor="staff:1")
        leave(session, member.id)
        row = apply(session, member.id, Joining.OPEN)

        assert (row.state, row.reason) == (S.ACTIVE, "")


@pytest.mark.parametrize("state", [S.FROZEN, S.REJECTED])
def test_who_was_frozen_or_refused_comes_back_by_review_only(shop, programme, make_member, state):
    member = make_member("甲")
    with shop.database.write() as session:
        before = Joining.OPEN if state == S.FROZEN else Joining.APPLICATION
        apply(session, member.id, before)
        set_state(session, member.id, state, actor="staff:1", reason="刷单")
        if state == S.FROZEN:
            leave(session, member.id)
        row = apply(session, member.id, Joining.OPEN)
        assert (row.state, row.reason) == (S.APPLIED, "刷单")

        leave(session, member.id)  # withdrawing the application is no way around it
        row = apply(session, member.id, Joining.OPEN)
        assert (row.state, row.reason) == (S.APPLIED, "刷单")

        set_state(session, member.id, S.ACTIVE, actor="staff:1")
        leave(session, member.id)
        assert apply(session, member.id, Joining.OPEN).state == S.ACTIVE


def test_members_are_told_what_staff_decides_and_nothing_else(shop, programme, clock, make_member):
    member = make_member("甲", phone="+8613911112222")
    named = make_member("乙", phone="+8613911113333")
    with shop.database.write() as session:
        apply(session, member.id, Joining.APPLICATION)
        set_state(session, named.id, S.ACTIVE, actor="staff:1")
    for state in (S.REJECTED, S.ACTIVE, S.ACTIVE, S.FROZEN, S.ACTIVE):
        clock.advance(minutes=1)
        with shop.database.write() as session:
            set_state(session, member.id, state, actor="staff:1", reason="看过")
    with shop.database.write() as session:
        leave(session, member.id)
        apply(session, member.id, Joining.OPEN)

        told = [said.template for said in messages_of(session, member.id)]
        assert told == [notices.REFUSED, notices.ACCEPTED, notices.FROZEN, notices.RESTORED]
        assert [said.template for said in messages_of(session, named.id)] == [notices.ACCEPTED]


def test_where_everybody_earns_a_member_can_leave_and_come_back(shop, programme, make_member):
    member = make_member("甲")
    with shop.database.write() as session:
        with pytest.raises(NotFound):
            leave(session, member.id, Joining.OPEN)
        leave(session, member.id, Joining.EVERYONE)
        assert state_of(session, member.id, Joining.EVERYONE) == S.LEFT
        assert apply(session, member.id, Joining.EVERYONE).state == S.ACTIVE


def test_two_requests_at_once_make_one_distributor(shop, programme, make_member):
    member, gate, states = make_member("甲"), threading.Barrier(3), []

    def run():
        gate.wait()
        with shop.database.write() as session:
            states.append(apply(session, member.id, Joining.APPLICATION).state)

    racers = [threading.Thread(target=run) for _ in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)

    assert states == [S.APPLIED] * 3


AGREED = Application(RULES_VERSION, real_name="张三")


def goal(shop, member):
    with shop.database.read() as session:
        return goal_of(session, member.id, current(session))


def test_spending_enough_opens_the_door_and_a_refund_closes_it(
    shop, programme, make_member, make_order, maker, outbox
):
    programme.change(joining=Joining.SPEND, joining_spend_fen=20_000)
    member = make_member("甲")
    order = make_order([("CUP", 3, 5000)], member=member)
    make_order([("CUP", 9, 5000)], member=member, paid=False)

    assert (goal(shop, member).missing, goal(shop, member).percent) == (5000, 75)
    with shop.database.write() as session, pytest.raises(Rejected):
        join(session, member.id, AGREED)
    make_order([("CUP", 1, 5000)], member=member)
    assert goal(shop, member).is_reached

    maker.refund(order, {"CUP": 1})
    outbox.drain()
    with shop.database.write() as session, pytest.raises(Rejected):
        join(session, member.id, AGREED)  # the page still offered it
    make_order([("CUP", 1, 5000)], member=member)
    with shop.database.write() as session:
        assert join(session, member.id, AGREED).state == S.ACTIVE


def test_so_many_effective_orders_open_the_door(shop, programme, make_member, make_order, maker):
    programme.change(joining=Joining.ORDERS, joining_orders=2)
    member = make_member("甲")
    gone = make_order([("CUP", 1, 5000)], member=member)
    make_order([("CUP", 1, 5000)], member=member)
    maker.refund(gone, {"CUP": 1})
    assert (goal(shop, member).reached, goal(shop, member).missing) == (1, 1)
    with shop.database.write() as session, pytest.raises(Rejected):
        join(session, member.id, AGREED)

    make_order([("CUP", 2, 5000)], member=member)
    with shop.database.write() as session:
        assert join(session, member.id, AGREED).state == S.ACTIVE


def test_buying_one_of_the_named_products_and_keeping_it_opens_the_door(
    shop, programme, make_member, make_product, make_order, maker
):
    wanted = make_product("礼包", skus=[("GIFT", 9900, 10)])
    programme.change(joining=Joining.PURCHASE, joining_products=(wanted.id,))
    member = make_member("甲")
    make_order([("CUP", 1, 5000)], member=member)
    assert not goal(shop, member).is_reached

    order = make_order([("GIFT", 1, 9900)], member=member)
    assert goal(shop, member).is_reached
    maker.refund(order, {"GIFT": 1})
    with shop.database.write() as session, pytest.raises(Rejected):
        join(session, member.id, AGREED)
    make_order([("GIFT", 1, 9900)], member=member)
    with shop.database.write() as session:
        assert join(session, member.id, AGREED).state == S.ACTIVE


def test_other_ways_ask_for_nothing_bought(shop, programme, make_member):
    for joining in (Joining.EVERYONE, Joining.OPEN, Joining.APPLICATION, Joining.DESIGNATED):
        programme.change(joining=joining)
        assert goal(shop, make_member()) is None


def test_an_application_needs_the_rules_of_today_and_a_name(shop, programme, make_member):
    programme.change(joining=Joining.APPLICATION)
    member = make_member("甲")
    with shop.database.write() as session:
        for wanted, field in (
            (Application("2020-01", real_name="张三"), "rules"),
            (Application(RULES_VERSION, real_name="  "), "real_name"),
            (Application(RULES_VERSION, real_name="长" * 41), "real_name"),
            (Application(RULES_VERSION, real_name="张三", note="长" * 201), "note"),
        ):
            with pytest.raises(InvalidInput) as refused:
                join(session, member.id, wanted)
            assert refused.value.params["field"] == field
        row = join(session, member.id, Application(RULES_VERSION, " 张三 ", "在小区群分享"))

        assert (row.state, row.real_name, row.note) == (S.APPLIED, "张三", "在小区群分享")
        assert row.rules_version == RULES_VERSION


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
        apply(session, member.id, Joining.APPLICATION, note="我的电话是 1390000", real_name="张三")
    with shop.database.write() as session:
        distributors.forget(session, member.id)

    with shop.database.read() as session:
        row = session.get(Distributor, member.id)
        assert (row.state, row.note, row.real_name, row.reason) == (S.LEFT, "", "", "")


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
