"""Growth tasks: once ever or day by day, and only when the shop can see that they are done."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import InvalidInput, Rejected
from core.api.events import MemberRegistered, ShareVisited
from core.members.services import update_profile
from plugins.membership.rules.programme import Task
from plugins.membership.services import tasks
from plugins.membership.services.documents import rules_of
from plugins.membership.tests.conftest import make_tier


@pytest.fixture
def collect(shop):
    def run(member, task):
        with shop.database.write() as session:
            return tasks.collect(session, member.id, task)

    return run


@pytest.fixture
def check_in(shop):
    def run(member):
        with shop.database.write() as session:
            return tasks.check_in(session, member.id)

    return run


def visit(member, visitor, at=None, visitor_member_id=None):
    return ShareVisited(
        share_id=new_id(), sharer_id=member.id, visitor=visitor,
        visitor_member_id=visitor_member_id, kind="visit", at=at or now(),
    )  # fmt: skip


def test_joining_gives_growth_once(club, make_member, outbox):
    club.rules(tasks={Task.REGISTER: 10})
    member = make_member()
    outbox.drain()
    outbox.tell(
        "membership", MemberRegistered(member_id=member.id, source="phone", registered_at=now())
    )

    assert club.entries(member) == [("task", 10)]


def test_one_check_in_a_day_of_the_store(club, make_member, check_in, clock):
    club.rules(tasks={Task.CHECK_IN: 2})
    member = make_member()
    clock.set_to(now().replace(hour=15, minute=50, second=0) + timedelta(days=1))  # 23:50 there
    assert [check_in(member), check_in(member)] == [True, False]
    clock.advance(days=1, seconds=1200)
    assert check_in(member)

    assert club.growth(member) == 4


def test_many_taps_at_once_give_once_and_one_rise(club, make_member, check_in, outbox):
    club.ladder(0, 2)
    club.rules(tasks={Task.CHECK_IN: 2})
    member = make_member()
    with ThreadPoolExecutor(6) as taps:
        done = list(taps.map(check_in, [member] * 6))

    assert sorted(done) == [False] * 5 + [True]
    assert (club.growth(member), club.rank(member)) == (2, 2)
    assert len(outbox.events("member_tier_changed")) == 1


def test_opened_shares_count_up_to_the_cap_each_visitor_once_a_day(club, make_member, outbox):
    club.rules(tasks={Task.SHARE: 3}, shares_a_day=2)
    member = make_member()
    for visitor in ("a", "a", "b", "c"):
        outbox.tell("membership", visit(member, visitor))
    outbox.tell("membership", visit(member, "d", at=now() + timedelta(days=1)))
    outbox.tell("membership", visit(make_member(), "e", visitor_member_id=member.id))

    assert club.growth(member) == 9


def test_own_visits_of_ones_own_share_give_nothing(club, make_member, outbox):
    club.rules(tasks={Task.SHARE: 3})
    member = make_member()
    outbox.tell("membership", visit(member, "a", visitor_member_id=member.id))

    assert club.growth(member) == 0


def test_tasks_are_collected_once_they_are_done(shop, club, make_member, collect):
    club.rules(tasks={Task.PROFILE: 5, Task.PHONE: 7, Task.ADDRESS: 9})
    member = make_member()
    for task in (Task.PROFILE, Task.PHONE):
        with pytest.raises(Rejected, match="not done"):
            collect(member, task)
    assert collect(member, Task.ADDRESS)
    with shop.database.write() as session:
        update_profile(session, member.id, birthday_on=date(1990, 5, 1))
    assert [collect(member, Task.PROFILE), collect(member, Task.PROFILE)] == [True, False]

    assert club.growth(member) == 14


@pytest.mark.parametrize("task", [Task.FIRST_ORDER, Task.REGISTER, Task.SHARE, Task.CHECK_IN])
def test_what_the_shop_sees_by_itself_is_not_collected(club, make_member, collect, task):
    club.rules(tasks={task: 5})
    with pytest.raises(InvalidInput):
        collect(make_member(), task)


def test_what_is_not_offered_gives_nothing(club, make_member, collect, check_in):
    member = make_member()
    for act in (lambda: collect(member, Task.ADDRESS), lambda: check_in(member)):
        with pytest.raises(Rejected, match="not offered"):
            act()


def test_the_first_order_gives_once_and_is_open_again_when_all_of_it_goes_back(
    club, make_member, make_order, maker, outbox
):
    club.rules(rate=0, tasks={Task.FIRST_ORDER: 50})
    member = make_member()
    first, _second = (
        make_order([("POT", 1, 10_000)], member=member, received=True) for _ in range(2)
    )
    outbox.drain()
    assert club.growth(member) == 50
    maker.refund(first)
    outbox.drain()
    assert club.growth(member) == 0
    make_order([("POT", 1, 10_000)], member=member, received=True)
    outbox.drain()

    assert club.entries(member) == [("task", 50), ("refund", -50), ("task", 50)]


@pytest.mark.parametrize("is_received_first", [True, False])
def test_an_order_of_which_only_a_gift_is_left_is_no_first_order(
    club, make_member, make_order, maker, outbox, is_received_first
):
    club.publish(make_tier(1, 0), make_tier(2, 99_999, order_count=1), make_tier(3, 999_999))
    club.rules(rate=0, tasks={Task.FIRST_ORDER: 50})
    member = make_member()
    order = make_order([("POT", 1, 10_000), ("GIFT", 1, 100)], member=member)
    (event,) = outbox.events("order_paid")
    pot, gift = event.lines
    outbox.tell("membership", replace(event, lines=(pot, replace(gift, paid_fen=0))))
    steps = [lambda: maker.receive(order), lambda: maker.refund(order, {"POT": 1})]
    for step in steps if is_received_first else reversed(steps):
        step()
        outbox.drain()

    assert (club.growth(member), club.rank(member)) == (0, 1)


def test_a_members_list_shows_what_is_done_and_what_a_button_gets(
    shop, club, make_member, check_in, outbox
):
    club.rules(tasks={Task.CHECK_IN: 1, Task.SHARE: 2, Task.ADDRESS: 3, Task.PHONE: 4})
    member = make_member()
    check_in(member)
    outbox.tell("membership", visit(member, "a"))
    with shop.database.read() as session:
        found = tasks.standings(session, member.id, rules_of(session))

    assert {each.task: (each.is_done, each.can_collect, each.times) for each in found} == {
        Task.CHECK_IN: (True, False, 1),
        Task.SHARE: (False, False, 1),
        Task.ADDRESS: (False, True, 0),
        Task.PHONE: (False, False, 0),
    }
