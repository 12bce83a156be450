"""What differs between two programmes, as a list for people who decide on it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from core.api.values import dataclass
from plugins.distribution.rules.programme import Plan, Programme, Rule, Scope

_FIELDS = (
    "depth", "joining", "joining_spend_fen", "joining_orders", "joining_products",
    "self_purchase", "is_compressed", "is_downgrading", "grades",
)  # fmt: skip
_PLAN_FIELDS = ("name", "rate", "pool_bps", "base", "campaign", "campaign_rate")


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Args:
        field: of the programme or plan; ``plan``: a plan came or went; ``rule``: something came to
            a plan, left it, or is paid otherwise there.
        before: its value; ``None`` where there was none.
        after: likewise.
        plan: whose field it is; as it is afterwards, or was when it is gone.
        came_from: the plan a rule moved from.
    """

    field: str
    before: Any
    after: Any
    plan: Plan | None = None
    came_from: Plan | None = None


def changes(before: Programme, after: Programme) -> list[Change]:
    """Everything that differs: the programme's own fields first, then plan by plan."""
    found = [
        Change(name, getattr(before, name), getattr(after, name))
        for name in _FIELDS
        if getattr(before, name) != getattr(after, name)
    ]
    owners = {(rule.scope, rule.target_id): plan for plan in before.plans for rule in plan.rules}
    for plan in after.plans:
        old = before.plan(plan.id)
        if old is None:
            found.append(Change("plan", None, plan, plan))
            found += _rules((), plan, owners)
        else:
            found += _plan(old, plan, owners)
    kept = {plan.id for plan in after.plans}
    found += [Change("plan", plan, None, plan) for plan in before.plans if plan.id not in kept]
    return found


def _plan(old: Plan, new: Plan, owners: dict[tuple[Scope, UUID], Plan]) -> Iterator[Change]:
    for name in _PLAN_FIELDS:
        if getattr(old, name) != getattr(new, name):
            yield Change(name, getattr(old, name), getattr(new, name), new)
    yield from _rules(old.rules, new, owners)


def _rules(
    old: tuple[Rule, ...], new: Plan, owners: dict[tuple[Scope, UUID], Plan]
) -> Iterator[Change]:
    was = {(rule.scope, rule.target_id): rule for rule in old}
    now = {(rule.scope, rule.target_id): rule for rule in new.rules}
    for key, rule in now.items():
        if was.get(key) != rule:
            owner = owners.get(key)
            moved = owner if owner is not None and owner.id != new.id else None
            yield Change("rule", was.get(key), rule, new, moved)
    for key, rule in was.items():
        if key not in now:
            yield Change("rule", rule, None, new)
