from itertools import pairwise

import pytest

from core.kernel.errors import InvalidInput
from core.sharing.services import bind, referrers_of, team_counts, team_page
from core.sharing.services.teams import team_counts_of
from core.sharing.types import TeamCounts
from tests.integration.people import statements


@pytest.fixture
def team(database, make_member):
    """甲 with three direct members; the first of them has two, one of those one more."""
    top = make_member("甲")
    first = [make_member(f"一{n}") for n in range(3)]
    second = [make_member(f"二{n}") for n in range(2)]
    third = make_member("三")
    with database.write() as session:
        for member_id in first:
            bind(session, member_id, top, reason="test")
        for member_id in second:
            bind(session, member_id, first[0], reason="test")
        bind(session, third, second[0], reason="test")
    return top, first, second, third


def page(database, member_id, level, **more):
    with database.read() as session:
        return team_page(session, member_id, level=level, **more)


def test_each_level_is_a_list_of_its_own(database, team):
    top, first, second, third = team
    assert [m.member_id for m in page(database, top, 1).items] == first[::-1]
    assert [m.member_id for m in page(database, top, 2).items] == second[::-1]
    (deepest,) = page(database, top, 3).items
    assert (deepest.member_id, deepest.name, deepest.level) == (third, "三", 3)
    assert deepest.referrer_id == second[0]


def test_the_list_is_sorted_searched_and_paged(database, team):
    top, first, *_ = team
    assert [m.member_id for m in page(database, top, 1, sort="old").items] == first
    assert [m.direct_count for m in page(database, top, 1, sort="direct").items] == [2, 0, 0]
    assert [m.name for m in page(database, top, 1, query="一2").items] == ["一2"]
    second_page = page(database, top, 1, sort="old", page=2, per_page=2)
    assert [m.member_id for m in second_page.items] == first[2:]
    assert (second_page.total, second_page.count) == (3, 2)


def test_a_member_without_a_nickname_is_shown_masked(database, make_member):
    top, plain = make_member("甲"), make_member("", phone="+8613812345678")
    with database.write() as session:
        bind(session, plain, top, reason="test")
    (member,) = page(database, top, 1).items
    assert member.name == "138****5678"


def test_a_page_costs_two_statements_whatever_the_size(database, team, make_member):
    top, *_ = team
    with database.read() as session, statements(database) as sent:
        team_page(session, top, level=1)
    assert len(sent) == 2


def test_counts_are_one_row(database, team):
    with database.read() as session, statements(database) as sent:
        assert team_counts(session, team[0]) == TeamCounts(3, 2, 1)
    assert len(sent) == 1
    assert TeamCounts(3, 2, 1).total == 6


def test_level_four_does_not_exist(database, team, make_member):
    with pytest.raises(InvalidInput):
        page(database, team[0], 4)
    with pytest.raises(InvalidInput):
        page(database, team[0], 1, sort="rich")
    fourth = make_member()
    with database.write() as session:
        bind(session, fourth, team[3], reason="test")
        assert team_counts(session, team[0]) == TeamCounts(3, 2, 1)


def test_referrers_of_a_page_of_members_are_one_statement(database, make_member):
    people = [make_member() for _ in range(4)]
    with database.write() as session:
        for upper, lower in pairwise(people):
            bind(session, lower, upper, reason="test")
        with statements(database) as sent:
            found = referrers_of(session, people)
    assert found == dict(zip(people[1:], people, strict=False))
    assert len(sent) == 1


def test_counts_of_many_members_are_one_statement(database, team, make_member):
    top, first, second, _third = team
    alone = make_member()
    with database.read() as session, statements(database) as sent:
        counts = team_counts_of(session, [top, first[0], second[0], alone])

    assert len(sent) == 1
    assert counts == {
        top: TeamCounts(3, 2, 1),
        first[0]: TeamCounts(2, 1, 0),
        second[0]: TeamCounts(1, 0, 0),
    }
