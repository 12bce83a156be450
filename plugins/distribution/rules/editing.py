"""Changes to a programme, each giving a new one: plans come and go, things move between them."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from plugins.distribution.rules.programme import (
    Plan,
    Programme,
    Rate,
    Rule,
    Scope,
    Treatment,
)

Key = tuple[Scope, UUID]
"""A SKU, product or category."""


def with_plan(programme: Programme, plan: Plan) -> Programme:
    """The programme with this plan in place of its former self, or last when it is new."""
    if programme.plan(plan.id) is None:
        return replace(programme, plans=(*programme.plans, plan))
    plans = tuple(plan if each.id == plan.id else each for each in programme.plans)
    return replace(programme, plans=plans)


def without_plan(programme: Programme, plan_id: UUID) -> Programme:
    """The programme without a plan; what belonged to it falls to the default plan, which stays."""
    first, *others = programme.plans
    return replace(programme, plans=(first, *(plan for plan in others if plan.id != plan_id)))


def copy_of(plan: Plan, new_id: UUID, name: str) -> Plan:
    """A plan that pays the same; what belongs to the original stays there."""
    return replace(plan, id=new_id, name=name, rules=())


def owner_of(programme: Programme, key: Key) -> Plan | None:
    """The plan that a SKU, product or category belongs to by name."""
    for plan in programme.plans:
        if any((rule.scope, rule.target_id) == key for rule in plan.rules):
            return plan
    return None


def put(programme: Programme, plan_id: UUID, rules: Iterable[Rule]) -> Programme:
    """Let things belong to a plan, wherever they belonged before; those known keep their place."""
    fresh = {(rule.scope, rule.target_id): rule for rule in rules}
    plans = []
    for plan in programme.plans:
        kept = []
        for rule in plan.rules:
            key = rule.scope, rule.target_id
            if key not in fresh:
                kept.append(rule)
            elif plan.id == plan_id:
                kept.append(fresh[key])
        if plan.id == plan_id:
            known = {(rule.scope, rule.target_id) for rule in kept}
            kept += [rule for key, rule in fresh.items() if key not in known]
        plans.append(replace(plan, rules=tuple(kept)))
    return replace(programme, plans=tuple(plans))


def take_out(programme: Programme, plan_id: UUID, keys: Collection[Key]) -> Programme:
    """Let things no longer belong to a plan."""
    plan = programme.plan(plan_id)
    if plan is None:
        return programme
    gone = set(keys)
    kept = tuple(rule for rule in plan.rules if (rule.scope, rule.target_id) not in gone)
    return with_plan(programme, replace(plan, rules=kept))


def opt_out(programme: Programme, product_ids: Iterable[UUID]) -> Programme:
    """Pay nothing on products: in the plan each belongs to, in the default plan for the others."""
    for product_id in product_ids:
        owner = owner_of(programme, (Scope.PRODUCT, product_id)) or programme.default_plan
        rule = Rule(Scope.PRODUCT, product_id, Treatment.NONE)
        programme = put(programme, owner.id, [rule])
    return programme


def rebase(base: Programme, mine: Programme, newer: Programme) -> Programme:
    """What ``mine`` changed about ``base``, done to ``newer``; where both changed, mine counts.

    Plans are taken as wholes. What both gave to different plans belongs to mine. Rates of grades
    that are gone are left out.
    """
    fields = (
        "depth", "joining", "joining_spend_fen", "joining_orders", "joining_products",
        "self_purchase", "is_compressed", "is_downgrading", "grades",
    )  # fmt: skip
    changed = {
        name: getattr(mine, name) for name in fields if getattr(mine, name) != getattr(base, name)
    }
    result = replace(newer, **changed)
    for plan in base.plans[1:]:
        if mine.plan(plan.id) is None:
            result = without_plan(result, plan.id)
    for plan in mine.plans:
        if plan != base.plan(plan.id):
            result = put(with_plan(result, replace(plan, rules=())), plan.id, plan.rules)
    return without_lost_grades(result)


def without_lost_grades(programme: Programme) -> Programme:
    """The programme without rates of grades that it does not have."""
    known = {grade.id for grade in programme.grades}

    def kept(rate: Rate) -> Rate:
        by_grade = {key: levels for key, levels in rate.by_grade.items() if key in known}
        return rate if len(by_grade) == len(rate.by_grade) else replace(rate, by_grade=by_grade)

    plans = tuple(
        replace(
            plan,
            rate=kept(plan.rate),
            campaign_rate=kept(plan.campaign_rate) if plan.campaign_rate else None,
            rules=tuple(
                replace(rule, rate=kept(rule.rate)) if rule.rate else rule for rule in plan.rules
            ),
        )
        for plan in programme.plans
    )
    return replace(programme, plans=plans)
