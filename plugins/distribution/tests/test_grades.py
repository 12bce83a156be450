"""Grades are measured, given, kept and taken away."""

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.api.errors import InvalidInput, NotFound
from plugins.distribution.models import Distributor, GradeEvent
from plugins.distribution.rules import Condition, Grade, Joining, Measure
from plugins.distribution.services import grades
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.programmes import current
from plugins.distribution.tests.conftest import STAFF

M = Measure
SILVER, GOLD = UUID(int=1), UUID(int=2)


def grade(key, name, rank, needs_all=True, **wanted):
    conditions = tuple(Condition(Measure(name), least) for name, least in wanted.items())
    return Grade(key, name, rank, needs_all, conditions)


@pytest.fixture
def graded(programme):
    """Publish the programme with grades; silver from 100 yuan of team sales on by default."""

    def run(*wanted, **more):
        wanted = wanted or (grade(SILVER, "银牌", 1, team_sales=10_000),)
        return programme.change(grades=wanted, **more)

    return run


def evaluate(shop, *members):
    with shop.database.write() as session:
        return grades.evaluate(session, [each.id for each in members], current(session))


def row_of(shop, member):
    with shop.database.read() as session:
        return session.get(Distributor, member.id)


def events(shop, member):
    with shop.database.read() as session:
        return session.scalars(
            sa.select(GradeEvent).where(GradeEvent.member_id == member.id).order_by(GradeEvent.id)
        ).all()


def test_settlement_raises_the_grade_once_and_keeps_the_history(
    shop, programme, graded, chain, sold
):
    published = graded()
    sold(chain.buyer)

    for member in chain.uplines:
        assert row_of(shop, member).grade_id == SILVER
        assert row_of(shop, member).graded_at is not None
    assert evaluate(shop, *chain.uplines) == 0
    (event,) = events(shop, chain.first)
    assert (event.old_grade_id, event.new_grade_id, event.actor) == (
        None,
        SILVER,
        "plugin:distribution",
    )
    assert event.programme_version == published.version


def test_the_buyers_own_grade_follows_the_settled_order(shop, programme, graded, make_member, sold):
    graded(grade(SILVER, "银牌", 1, own_sales=20_000))
    member = make_member("自购")
    programme.name(member)
    sold(member)

    assert row_of(shop, member).grade_id == SILVER


def test_the_next_order_freezes_the_new_grade(
    shop, programme, graded, chain, sold, make_order, outbox
):
    graded()
    sold(chain.buyer)
    order = make_order([("CUP", 1, 5000)], member=chain.buyer)
    outbox.drain()

    assert {row.grade_id for row in programme.rows(order.id)} == {SILVER}


def test_refunds_take_a_grade_away_only_where_the_programme_says_so(
    shop, programme, graded, chain, sold, maker, outbox, run_job
):
    graded()
    order = sold(chain.buyer)
    maker.refund(order, {"POT": 1})
    outbox.drain()
    run_job("distribution.grade")
    assert row_of(shop, chain.first).grade_id == SILVER

    graded(is_downgrading=True)
    run_job("distribution.grade")
    assert row_of(shop, chain.first).grade_id is None
    assert [(e.old_grade_id, e.new_grade_id) for e in events(shop, chain.first)] == [
        (None, SILVER),
        (SILVER, None),
    ]


def test_a_locked_grade_is_changed_by_staff_only(shop, programme, graded, chain, sold):
    graded(grade(SILVER, "银牌", 1, team_sales=10_000), grade(GOLD, "金牌", 2))
    with shop.database.write() as session:
        grades.give(
            session,
            chain.first.id,
            None,
            programme=current(session),
            is_locked=True,
            actor=STAFF,
            reason="试用期",
        )
    sold(chain.buyer)

    assert row_of(shop, chain.first).grade_id is None
    (locked,) = events(shop, chain.first)
    assert (locked.old_grade_id, locked.new_grade_id) == (None, None)
    assert (locked.is_locked, locked.reason) == (True, "试用期")
    with shop.database.write() as session:
        row = grades.give(
            session,
            chain.first.id,
            GOLD,
            programme=current(session),
            is_locked=False,
            actor=STAFF,
            reason="店主推荐",
        )
        assert (row.grade_id, row.is_grade_locked) == (GOLD, False)
    evaluate(shop, chain.first)
    assert row_of(shop, chain.first).grade_id == GOLD  # nobody reaches more
    with shop.database.read() as session:
        change, before = grades.history_of(session, chain.first.id)
    assert (change.is_locked, before.is_move) == (False, False)
    assert (change.old, change.new, change.is_by_staff, change.reason) == (
        "",
        "金牌",
        True,
        "店主推荐",
    )


def test_giving_a_grade_needs_a_reason_a_grade_and_a_distributor(
    shop, programme, graded, make_member
):
    graded()
    member = make_member("甲")
    with shop.database.write() as session:

        def give(grade_id, reason):
            return grades.give(
                session,
                member.id,
                grade_id,
                programme=current(session),
                is_locked=False,
                actor=STAFF,
                reason=reason,
            )

        with pytest.raises(NotFound):
            give(SILVER, "x")
    programme.name(member)
    with shop.database.write() as session:
        with pytest.raises(InvalidInput):
            give(SILVER, "  ")
        with pytest.raises(NotFound):
            give(GOLD, "x")


@pytest.mark.parametrize("state", [DistributorState.FROZEN, DistributorState.LEFT])
def test_only_active_distributors_rise(shop, programme, graded, chain, sold, state):
    sold(chain.buyer)
    graded()
    programme.move(chain.first, state, "x")

    assert evaluate(shop, *chain.uplines) == 2
    assert row_of(shop, chain.first).grade_id is None


def test_where_everybody_earns_a_grade_makes_a_distributor(
    shop, programme, graded, make_member, sold
):
    graded(joining=Joining.EVERYONE)
    upper = make_member("上")
    idle = make_member("闲")
    sold(make_member("买", referrer=upper))

    assert (row_of(shop, upper).state, row_of(shop, upper).grade_id) == ("active", SILVER)
    evaluate(shop, upper, idle)
    assert row_of(shop, idle) is None
    assert len(events(shop, upper)) == 1


def test_without_grades_nothing_is_measured(shop, programme, chain, count_statements):
    with shop.database.write() as session:
        in_force = current(session)
        with count_statements() as sent:
            assert grades.evaluate(session, [chain.first.id], in_force) == 0
    assert sent == []


def test_evaluation_costs_the_same_for_one_and_for_many(
    shop, programme, graded, make_member, count_statements
):
    everything = dict.fromkeys(map(str, M), 10**9)
    published = graded(grade(SILVER, "银牌", 1, **everything))
    many = [make_member(f"会员{n}") for n in range(20)]
    programme.name(*many)
    with shop.database.write() as session, count_statements() as sent:
        grades.evaluate(session, [each.id for each in many], published)

    assert len(sent) <= 5  # the rows, own sales, others' sales, heads, earnings


def test_a_grade_that_is_taken_out_is_replaced_for_everybody(shop, programme, graded, chain, sold):
    graded()
    sold(chain.buyer)
    graded(grade(GOLD, "金牌", 2))
    with shop.database.write() as session:
        moved = grades.replace_grade(
            session, SILVER, GOLD, version=current(session).version, actor=STAFF, reason="合并"
        )

    assert moved == 3
    assert row_of(shop, chain.third).grade_id == GOLD
    with shop.database.read() as session:
        newest, _first = grades.history_of(session, chain.third.id)
        assert (newest.old, newest.new) == ("银牌", "金牌")
        assert grades.holders(session) == {GOLD: 3}


def test_two_evaluations_at_once_write_one_event(shop, programme, graded, chain, sold):
    sold(chain.buyer)
    published = graded()
    gate, counts = threading.Barrier(4), []

    def run():
        gate.wait()
        with shop.database.write() as session:
            ids = [each.id for each in chain.uplines]
            counts.append(grades.evaluate(session, ids, published))

    racers = [threading.Thread(target=run) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)

    assert sorted(counts) == [0, 0, 0, 3]
    assert [len(events(shop, member)) for member in chain.uplines] == [1, 1, 1]
