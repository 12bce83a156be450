"""Applications are judged one by one, also when many are ticked."""

import pytest

from core.api.errors import Conflict, InvalidInput, NotFound
from plugins.distribution.rules import Joining
from plugins.distribution.services.distributors import DistributorState, apply, states_of
from plugins.distribution.services.review import applicants, decide, export_applicants, name_many
from plugins.distribution.tests.conftest import STAFF

S = DistributorState


@pytest.fixture
def applied(shop, programme, clock, make_member):
    def run(name, **more):
        member = make_member(name, **more)
        clock.advance(minutes=1)
        with shop.database.write() as session:
            apply(session, member.id, Joining.APPLICATION, real_name=f"{name}名", note="想分享")
        return member

    return run


def states(shop, *members):
    with shop.database.read() as session:
        found = states_of(session, [each.id for each in members])
    return [found.get(each.id) for each in members]


def test_the_queue_shows_who_waits_longest_first_with_spending_and_referrer(
    shop, applied, make_member, make_order, count_statements
):
    upper = make_member("上")
    first, second = applied("甲", referrer=upper), applied("乙")
    make_order([("CUP", 2, 5000)], member=first)

    with shop.database.read() as session, count_statements() as sent:
        rows, total = applicants(session, state=S.APPLIED, limit=10)

    assert len(sent) == 4
    assert total == 2
    assert [row.member_id for row in rows] == [first.id, second.id]
    assert (rows[0].spending.net_fen, rows[0].spending.order_count) == (10_000, 1)
    assert (rows[0].referrer_id, rows[1].referrer_id) == (upper.id, None)
    assert (rows[0].real_name, rows[0].note) == ("甲名", "想分享")


def test_an_application_is_decided_once(shop, applied, make_member):
    one, two, passer_by = applied("甲"), applied("乙"), make_member("路人")
    with shop.database.write() as session:
        assert decide(session, one.id, accept=True, actor=STAFF).state == S.ACTIVE
        with pytest.raises(Conflict):
            decide(session, one.id, accept=False, actor=STAFF, reason="x")
        with pytest.raises(InvalidInput):
            decide(session, two.id, accept=False, actor=STAFF)
        assert decide(session, two.id, accept=False, actor=STAFF, reason="资料不全").state == (
            S.REJECTED
        )
        with pytest.raises(NotFound):
            decide(session, passer_by.id, accept=True, actor=STAFF)


def test_export_walks_over_everybody(shop, applied):
    one, two = applied("甲"), applied("乙")
    with shop.database.read() as session:
        found = [row for chunk in export_applicants(session, state=S.APPLIED) for row in chunk]

    assert {row.member_id for row in found} == {one.id, two.id}


def test_many_members_are_named_in_three_statements_and_frozen_ones_stay(
    shop, programme, applied, make_member, count_statements
):
    waiting, newcomer, active, frozen = (
        applied("候"), make_member("新"), make_member("在"), make_member("冻"),
    )  # fmt: skip
    programme.name(active, frozen)
    programme.move(frozen, S.FROZEN, "刷单")
    ids = [each.id for each in (waiting, newcomer, active, frozen)]
    with shop.database.write() as session, count_statements() as sent:
        assert name_many(session, ids, actor=STAFF) == 2

    assert len(sent) == 3
    assert states(shop, waiting, newcomer, active, frozen) == [
        "active", "active", "active", "frozen",
    ]  # fmt: skip
