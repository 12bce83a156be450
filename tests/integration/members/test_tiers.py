from uuid import uuid4

import pytest

from core.api.members import tell_tier_change
from core.kernel.errors import InvariantError
from tests.integration.people import facts


def test_a_change_of_tier_is_told_with_both_tiers(database, make_member):
    member_id, silver, gold = make_member("林知夏"), uuid4(), uuid4()
    with database.write() as session:
        tell_tier_change(
            session,
            member_id,
            old_tier_id=silver,
            new_tier_id=gold,
            old_rank=2,
            new_rank=3,
            reason="growth",
        )

    (fact,) = facts(database, "member_tier_changed")
    assert (fact["old_tier_id"], fact["new_tier_id"]) == (str(silver), str(gold))
    assert (fact["old_rank"], fact["new_rank"], fact["reason"]) == (2, 3, "growth")


def test_a_tier_that_stays_is_no_change(database, make_member):
    member_id, silver = make_member("林知夏"), uuid4()
    with database.write() as session, pytest.raises(InvariantError, match="same"):
        tell_tier_change(
            session,
            member_id,
            old_tier_id=silver,
            new_tier_id=silver,
            old_rank=2,
            new_rank=2,
            reason="growth",
        )

    assert facts(database, "member_tier_changed") == []
