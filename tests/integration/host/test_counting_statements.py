"""The kit counts the statements of each call by itself, however alike the calls are."""

import sqlalchemy as sa

from core.api.testing.costs import over_budget, statements_of


def test_calls_that_follow_each_other_are_not_added_up(shop):
    with statements_of(shop, "probe") as most:
        for _ in range(50):
            with shop.plugins.guard("probe", "price:probe.rule"), shop.database.read() as session:
                session.execute(sa.text("SELECT 1"))

    assert most == {"price:probe.rule": 1}
    assert over_budget(most) == []


def test_two_statements_of_one_call_are(shop):
    with (
        statements_of(shop, "probe") as most,
        shop.plugins.guard("probe", "price:probe.rule"),
        shop.database.read() as session,
    ):
        session.execute(sa.text("SELECT 1"))
        session.execute(sa.text("SELECT 2"))

    assert over_budget(most) == ["price:probe.rule makes 2 statements, 1 are allowed"]
