"""The plan versions and commissions of a store survive the way to programmes and back."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.api.db import UtcDateTime, new_id
from core.db import migrate
from core.host import migrations
from plugins.distribution.models import Commission, DayTotal, Distributor, MonthTotal
from plugins.distribution.rules import Joining, SelfPurchase
from plugins.distribution.services import programmes
from plugins.distribution.services.recounting import differences
from plugins.distribution.tests.programmes import fixed, publish

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PLAN = sa.table(
    "plugin_distribution_plan_version",
    sa.column("id", sa.Uuid()),
    *[
        sa.column(name, sa.Integer())
        for name in ("version", "depth", "rate1_bps", "rate2_bps", "rate3_bps", "pool_bps")
    ],
    sa.column("joining", sa.String()),
    sa.column("actor", sa.String()),
    sa.column("created_at", UtcDateTime()),
)
"""As migration 0001 made it."""


def plan_row(version, depth, rates, pool_bps, joining):
    return {
        "id": new_id(),
        "version": version,
        "depth": depth,
        "rate1_bps": rates[0],
        "rate2_bps": rates[1],
        "rate3_bps": rates[2],
        "pool_bps": pool_bps,
        "joining": joining,
        "actor": f"staff:{version}",
        "created_at": AT,
    }


OLD_PLANS = [
    plan_row(1, 2, (1000, 500, 0), 3000, "application"),
    plan_row(2, 3, (3000, 1000, 500), 2000, "everyone"),
    plan_row(3, 1, (1234, 0, 0), 10_000, "designated"),
]


@pytest.fixture
def track(shop):
    return migrations.track_of(shop.plugins.plugins["distribution"].manifest)


@pytest.fixture
def before_programmes(shop, programme, chain, make_order, outbox, track):
    """A store with commissions, as it was before there were programmes, and its plan versions."""
    order = make_order([("POT", 1, 26_800), ("CUP", 2, 5000)], member=chain.buyer)
    outbox.drain()
    with shop.database.write() as session:
        session.execute(sa.delete(programmes.ProgrammeVersion))
    engine = shop.database.engine
    migrate.downgrade(engine, "0001", track)
    with engine.begin() as connection:
        connection.execute(sa.insert(PLAN), OLD_PLANS)
    return order


def commissions(shop):
    with shop.database.read() as session:
        query = sa.select(Commission).order_by(Commission.order_line_id, Commission.level)
        return session.scalars(query).all()


def test_plan_versions_become_programmes_under_their_number(shop, before_programmes, track):
    migrate.upgrade(shop.database.engine, track)

    with shop.database.read() as session:
        newest_first = programmes.history(session)
        assert programmes.current(session).version == 3
    for version, row in zip(reversed(newest_first), OLD_PLANS, strict=True):
        found = version.programme
        assert (found.version, found.depth, found.joining) == (
            row["version"],
            row["depth"],
            Joining(row["joining"]),
        )
        (plan,) = found.plans
        assert plan.id == programmes.DEFAULT_PLAN_ID
        assert plan.rate.levels == (row["rate1_bps"], row["rate2_bps"], row["rate3_bps"])
        assert plan.pool_bps == row["pool_bps"]
        assert found.self_purchase == SelfPurchase.OFF
        assert not found.is_compressed
        assert (version.actor, version.at) == (row["actor"], AT)


def test_commissions_and_distributors_come_along(shop, before_programmes, chain, track):
    migrate.upgrade(shop.database.engine, track)

    rows = commissions(shop)
    assert [(row.level, row.amount_fen, row.line_paid_fen) for row in rows] == [
        (1, 2680, 26_800),
        (2, 1340, 26_800),
        (3, 536, 26_800),
        (1, 1000, 10_000),
        (2, 500, 10_000),
        (3, 200, 10_000),
    ]
    assert {(row.kind, row.scope, row.is_held, row.due_at, row.plan_id) for row in rows} == {
        ("bps", "plan", False, None, None)
    }
    assert all(row.checked_at == row.accrued_at for row in rows)  # nobody is suspected later on
    with shop.database.read() as session:
        assert session.scalars(sa.select(DayTotal.earned_fen)).all() == [6256]
        assert session.scalar(sa.select(sa.func.sum(MonthTotal.earned_fen))) == 6256
        assert differences(session) == []
        people = session.scalars(sa.select(Distributor)).all()
    assert {row.member_id for row in people} == {each.id for each in chain.uplines}
    assert {(row.state, row.grade_id, row.is_grade_locked) for row in people} == {
        ("active", None, False)
    }


def test_refunds_of_what_was_earned_before_still_reverse_by_their_share(
    shop, before_programmes, maker, outbox, track
):
    migrate.upgrade(shop.database.engine, track)
    maker.refund(before_programmes, {"CUP": 1})
    outbox.drain()

    assert [row.reversed_fen for row in commissions(shop)] == [0, 0, 0, 500, 250, 100]
    maker.check_books()


def test_on_the_way_back_every_version_keeps_its_number_rates_and_author(
    shop, before_programmes, track
):
    engine = shop.database.engine
    for _ in range(2):
        migrate.upgrade(engine, track)
        migrate.downgrade(engine, "0001", track)

    with engine.begin() as connection:
        rows = connection.execute(sa.select(PLAN).order_by(PLAN.c.version)).mappings().all()
    assert [dict(row) for row in rows] == OLD_PLANS


def test_on_the_way_back_a_new_way_of_joining_becomes_review_and_fixed_sums_become_nothing(
    shop, programme, track
):
    publish(
        shop, joining=Joining.SPEND, joining_spend_fen=10_000, default={"rate": fixed(500, 300)}
    )
    migrate.downgrade(shop.database.engine, "0001", track)

    with shop.database.engine.begin() as connection:
        rows = connection.execute(sa.select(PLAN).order_by(PLAN.c.version)).all()
    newest = rows[-1]
    assert (newest.joining, newest.rate1_bps, newest.rate2_bps) == ("application", 0, 0)
