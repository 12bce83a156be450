"""What other plugins read."""

import pytest
import sqlalchemy as sa

from core.api.clock import now
from plugins.membership import api
from plugins.membership.models import Standing, TierRow


def put(shop, member, tier_id):
    with shop.database.write() as session:
        session.add(Standing(member_id=member.id, tier_id=tier_id, since_at=now()))


def test_the_ladder_comes_from_the_lowest_tier_up_without_retired_ones(shop, club):
    club.ladder(0, 500, 1500)
    with shop.database.write() as session:
        (gone,) = (row for row in session.query(TierRow) if row.rank == 2)
        gone.retired_at = now()

    with shop.database.read() as session:
        assert [(tier.rank, tier.threshold) for tier in api.tiers(session)] == [(1, 0), (3, 1500)]


def test_whoever_is_unknown_is_in_the_lowest_tier_when_it_asks_for_nothing(shop, club, make_member):
    base, silver = club.ladder(0, 500)
    unknown, known = make_member(), make_member()
    put(shop, known, silver)

    with shop.database.read() as session:
        found = api.tiers_of(session, [unknown.id, known.id])
    assert {member: tier.id for member, tier in found.items()} == {
        unknown.id: base,
        known.id: silver,
    }


@pytest.mark.parametrize("row_without_tier", [False, True])
def test_where_the_lowest_tier_has_to_be_reached_there_is_none_before(
    shop, club, make_member, row_without_tier
):
    club.ladder(100, 500)
    member = make_member()
    if row_without_tier:
        put(shop, member, None)

    assert club.tier(member.id) is None


def test_each_question_is_one_statement_at_most(shop, club, make_member, count_statements):
    club.ladder(0, 500)
    members = [make_member().id for _ in range(3)]
    with shop.database.read() as session:
        with count_statements() as sent:
            api.tiers(session)
        assert len(sent) == 1
        with count_statements() as sent:
            api.tiers_of(session, members)
        assert len(sent) == 1
        with count_statements() as sent:
            api.tier_of(session, members[0])
            api.tier_of(session, members[0])
            api.tiers_of(session, [])
        assert len(sent) == 1


@pytest.mark.parametrize("thresholds", [(0, 500), (100, 500), ()])
def test_a_rank_within_a_statement_is_that_of_the_members_tier(shop, club, make_member, thresholds):
    tiers = club.ladder(*thresholds)
    known, unknown, without = make_member(), make_member(), make_member()
    put(shop, without, None)
    if tiers:
        put(shop, known, tiers[-1])

    with shop.database.read() as session:
        for member in (known, unknown, without):
            asked = sa.select(api.rank_of(sa.literal(member.id, sa.Uuid())))
            tier = api.tier_of(session, member.id)
            assert session.scalar(asked) == (tier.rank if tier else 0)
        ladder = session.execute(sa.select(api.ladder_part())).all()
        known_tiers = [(each.id, each.rank, each.name_zh, each.name_en) for each in tiers_now(shop)]
        assert sorted(map(tuple, ladder)) == sorted(known_tiers)


def tiers_now(shop):
    with shop.database.read() as session:
        return api.tiers(session)
