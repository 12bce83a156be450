"""Tiers follow growth: upwards at once, downwards when it is taken back, told once."""

from datetime import timedelta

import pytest

from core.api.clock import day_bounds, local_date, now
from core.api.errors import InvalidInput, NotFound, Rejected
from plugins.membership.services import growth, ladder, staff
from plugins.membership.tests.conftest import STAFF, make_tier


def test_a_member_rises_in_the_transaction_that_gave_the_growth_and_it_is_told_once(
    club, make_member, outbox
):
    base, _silver, gold = club.ladder(0, 500, 1500)
    member = make_member()
    club.give(member, 499)
    assert club.history(member) == []
    club.give(member, 1001)
    club.give(member, 10)

    assert club.rank(member) == 3
    assert club.history(member) == [("adjustment", base, gold)]
    (event,) = outbox.events("member_tier_changed")
    assert (event.member_id, event.old_rank, event.new_rank) == (member.id, 1, 3)
    assert (event.old_tier_id, event.new_tier_id) == (base, gold)


def test_when_the_change_is_taken_back_so_is_the_tier(shop, club, make_member, outbox):
    club.ladder(0, 500)
    member = make_member()

    def fail_afterwards():
        with shop.database.write() as session:
            growth.adjust(session, member.id, 500, reason="x", actor=STAFF, request_key="1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_afterwards()

    assert (club.growth(member), club.rank(member)) == (0, 1)
    assert outbox.events("member_tier_changed") == []


def test_validity_starts_anew_with_the_tier_and_ends_with_a_day(club, make_member, clock):
    club.ladder(0, 500, validity_days=30)
    member = make_member()
    club.give(member, 100)
    clock.advance(days=10)
    club.give(member, 400)

    day = local_date(now(), "Asia/Shanghai") + timedelta(days=30)
    assert club.standing(member).valid_until == day_bounds(day, "Asia/Shanghai")[1]


def test_growth_that_is_taken_back_undoes_the_upgrade_it_gave(club, make_member):
    base, silver, gold = club.ladder(0, 500, 1500)
    member = make_member()
    club.give(member, 1600)
    club.give(member, -200)

    assert club.history(member) == [("adjustment", base, gold), ("adjustment", gold, silver)]


def test_a_refund_brings_back_the_validity_of_before_the_upgrade(
    club, make_member, make_order, maker, outbox, clock
):
    club.ladder(0, 500, 1500)
    member = make_member()
    club.give(member, 1364)
    before = club.standing(member).valid_until
    clock.advance(days=18)
    order = make_order([("POT", 1, 20_000)], member=member, received=True)
    outbox.drain()
    assert club.standing(member).valid_until == before + timedelta(days=18)
    maker.refund(order)
    outbox.drain()

    assert (club.growth(member), club.rank(member)) == (1364, 2)
    assert club.standing(member).valid_until == before


def test_each_upgrade_that_is_undone_brings_back_what_was_before_it(club, make_member, clock):
    club.ladder(0, 500, 1500, 5000, 9000)
    member = make_member()
    ends = []
    for amount in (10, 490, 1000, 7500):  # the last passes a tier by
        club.give(member, amount)
        ends.append(club.standing(member).valid_until)
        clock.advance(days=5)
    found = []
    for amount in (-3000, -4500, -1000, 1000, -1000, -490):
        club.give(member, amount)
        found.append((club.rank(member), club.standing(member).valid_until))
        clock.advance(days=1)

    first, silver, gold, highest = ends
    again = highest + timedelta(days=8)
    assert found == [(4, highest), (3, gold), (2, silver), (3, again), (2, silver), (1, first)]


def test_a_review_that_renewed_a_tier_is_not_undone_but_an_upgrade_after_it_is(
    club, make_member, clock, run_job
):
    club.ladder(0, 500, 1500)
    member = make_member()
    club.give(member, 600)
    clock.advance(days=366)
    run_job("membership.review")
    renewed = club.standing(member).valid_until
    clock.advance(days=5)
    club.give(member, 1000)
    assert club.standing(member).valid_until > renewed
    clock.advance(days=362)  # past the end of the lower tier, which the upgrade had put off
    club.give(member, -1600)
    assert (club.rank(member), club.standing(member).valid_until) == (2, renewed)
    run_job("membership.review")

    assert club.rank(member) == 1


def test_it_does_not_lower_below_what_the_last_review_or_staff_left(club, make_member):
    _base, silver, _gold = club.ladder(0, 500, 1500)
    member = make_member()
    club.set_tier(member, silver)
    club.give(member, 1600)
    assert club.rank(member) == 3
    club.give(member, -1600)

    assert club.rank(member) == 2


def test_a_store_may_leave_lowering_to_the_review(club, make_member):
    club.ladder(0, 500)
    club.rules(lowers_at_once=False)
    member = make_member()
    club.give(member, 600)
    club.give(member, -600)

    assert club.rank(member) == 2


@pytest.mark.parametrize("basis", [{"spent_fen": 20_000}, {"bought_count": 2}, {"order_count": 1}])
def test_a_tier_may_be_reached_by_spend_pieces_or_orders_and_is_lost_with_them(
    club, make_member, make_order, maker, outbox, basis
):
    club.publish(make_tier(1, 0), make_tier(2, 99_999, **basis))
    member = make_member()
    order = make_order([("POT", 2, 10_000)], member=member)
    outbox.drain()
    assert club.rank(member) == 1
    maker.receive(order)
    outbox.drain()
    assert club.rank(member) == 2

    maker.refund(order)
    outbox.drain()
    assert club.rank(member) == 1


def test_spend_outside_the_window_does_not_count(club, make_member, make_order, outbox, clock):
    club.rules(rate=0, basis_days=30)
    club.publish(make_tier(1, 0), make_tier(2, 99_999, spent_fen=30_000))
    member = make_member()
    for days in (0, 31):
        clock.advance(days=days)
        make_order([("POT", 2, 10_000)], member=member, received=True)
        outbox.drain()
        assert club.rank(member) == 1
    make_order([("POT", 1, 10_000)], member=member, received=True)
    outbox.drain()

    assert club.rank(member) == 2


def test_staff_cannot_take_more_than_there_is_nor_without_bounds_or_reason(shop, club, make_member):
    member = make_member()
    club.give(member, 100)
    for amount, reason, error in (
        (-101, "x", Rejected),
        (0, "x", InvalidInput),
        (100_001, "x", InvalidInput),
        (5, " ", InvalidInput),
        (5, "x" * 201, InvalidInput),
    ):
        with pytest.raises(error), shop.database.write() as session:
            growth.adjust(
                session, member.id, amount, reason=reason, actor=STAFF, request_key="again"
            )

    assert club.entries(member) == [("adjustment", 100)]


def test_a_form_that_is_sent_twice_gives_once(shop, club, make_member):
    member = make_member()
    for _ in range(2):
        with shop.database.write() as session:
            growth.adjust(session, member.id, 5, reason="x", actor=STAFF, request_key="one")

    assert club.growth(member) == 5


def test_a_locked_tier_is_changed_by_staff_only(shop, club, make_member):
    base, silver, gold = club.ladder(0, 500, 1500)
    member = make_member()
    club.set_tier(member, silver, is_locked=True)
    club.give(member, 2000)
    assert club.rank(member) == 2
    with shop.database.write() as session:
        staff.unlock(session, member.id, reason="done", actor=STAFF)

    assert club.history(member) == [("staff", base, silver), ("staff", silver, gold)]


def test_staff_names_a_tier_of_the_ladder_and_a_reason(shop, club, make_member):
    (silver,) = club.ladder(500)
    member = make_member()
    for tier_id, reason, error in ((member.id, "x", NotFound), (silver, "  ", InvalidInput)):
        with pytest.raises(error), shop.database.write() as session:
            staff.set_tier(session, member.id, tier_id, is_locked=True, reason=reason, actor=STAFF)

    assert club.rank(member) == 0


def test_a_new_ladder_lifts_at_once_lowers_nobody_and_moves_members_of_retired_tiers(
    club, make_member, run_job
):
    club.ladder(0, 500, 1500)
    riser, holder, orphan = make_member(), make_member(), make_member()
    base = club.tier(riser.id).id
    club.give(riser, 400)
    club.give(holder, 500)
    club.give(orphan, 1500)
    silver, gold = club.tier(holder.id), club.tier(orphan.id)
    new_silver = make_tier(2, 300)
    raised = make_tier(3, 900, id=silver.id)
    club.publish(make_tier(1, 0, id=base), new_silver, raised)
    assert club.tier(orphan.id) == gold  # until the job comes

    run_job("membership.ladder")
    run_job("membership.ladder")

    assert club.tier(riser.id).id == new_silver.id
    assert club.tier(holder.id).id == silver.id
    assert club.tier(orphan.id).id == silver.id
    assert [reason for reason, *_ in club.history(orphan)] == ["adjustment", "ladder"]
    assert len(club.history(riser)) == 1

    club.set_tier(holder, silver.id, is_locked=True)
    club.publish(make_tier(1, 0, id=base), new_silver, make_tier(3, 2000))
    run_job("membership.ladder")
    assert club.tier(holder.id).id == silver.id, "locked"
    assert club.rank(holder) == 2, "it is no rank of a tier that asks for more"


def test_following_a_new_ladder_goes_on_where_it_was_killed(shop, club, make_member):
    club.ladder(0, 500)
    members = [make_member() for _ in range(3)]
    for member in members:
        club.give(member, 400)
    club.publish(club.tier(members[0].id), make_tier(2, 300))
    seen = []
    for _ in range(4):
        with shop.database.write() as session:
            seen.append(ladder.walk_batch(session, limit=2))

    assert seen == [2, 1, None, None]
    assert [club.rank(member) for member in members] == [2, 2, 2]
