"""The process killed at any step between placement and settlement: nothing lost, nothing twice."""

import random
import sys

import pytest
import sqlalchemy as sa

from tests.integration.crashes.killed import killed
from tests.integration.crashes.life import Life, make_cast
from tests.integration.crashes.reckoning import problems

KILLS = 20


@pytest.fixture
def plugins_on():
    return ("distribution",)


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_when_processes_are_killed_at_random_points(shop):
    seed = random.SystemRandom().randrange(10**9)
    sys.stdout.write(f"seed {seed}\n")  # shown when the test fails
    found = killed(shop.config, make_cast(shop), kills=KILLS, seed=seed)
    assert found["orders"] >= 1
    assert found["problems"] == []


def test_the_checks_notice_what_is_missing_and_what_is_doubled(shop):
    cast = make_cast(shop)
    life = Life(shop, cast)
    life.carry_on(until=2)
    life.finish()
    assert problems(shop, cast) == []
    with shop.database.write() as session:
        session.execute(sa.text("DELETE FROM plugin_distribution_commission WHERE level = 3"))
        session.execute(sa.text("DELETE FROM order_entry WHERE kind = 'shipped'"))
        session.execute(sa.text("UPDATE stock_level SET on_hand = on_hand - 1"))
    found = " ".join(problems(shop, cast))
    assert all(word in found for word in ("commission is missing", "stories", "stock: "))
