"""Whole programmes for tests: the one in force with some parts changed, and plans in few words."""

from dataclasses import replace
from uuid import UUID

from core.api.db import new_id
from plugins.distribution.rules import Plan, Rate, RateKind, Rule, Treatment
from plugins.distribution.services import programmes

STAFF = "staff:00000000-0000-0000-0000-000000000001"


def bps(*numbers, by_grade=None):
    """A rate in basis points per level."""
    return _rate(RateKind.BPS, numbers, by_grade)


def fixed(*numbers, by_grade=None):
    """A rate in fen a piece per level."""
    return _rate(RateKind.FIXED, numbers, by_grade)


def _rate(kind, numbers, by_grade):
    own = {key: padded(levels) for key, levels in (by_grade or {}).items()}
    return Rate(kind, padded(numbers), own)


def padded(numbers):
    first, second, third = [*numbers, 0, 0, 0][:3]
    return first, second, third


def plan(name, rate, *rules, pool_bps=10_000, **more):
    """A plan of its own beside the default one."""
    return Plan(id=new_id(), name=name, rate=rate, pool_bps=pool_bps, rules=rules, **more)


def own(scope, target_id: UUID, rate):
    """A rule with a rate of its own."""
    return Rule(scope, target_id, Treatment.OWN, rate)


def opt_out(scope, target_id: UUID):
    """A rule by which nothing is paid."""
    return Rule(scope, target_id, Treatment.NONE)


def publish(shop, *more_plans, default=None, **changes):
    """Put a changed programme in force.

    Args:
        shop: whose.
        more_plans: in place of those beside the default plan.
        default: changes of the default plan.
        changes: of the programme.
    """
    with shop.database.write() as session:
        before = programmes.current(session)
        first = replace(before.default_plan, **(default or {}))
        return programmes.publish(
            session,
            replace(before, plans=(first, *more_plans), **changes),
            actor=STAFF,
            actor_name="店主",
            acknowledged=True,
        )
