"""A programme as the document that is stored, and back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from plugins.distribution.rules.grades import Condition, Grade, Measure
from plugins.distribution.rules.programme import (
    Base,
    Campaign,
    Joining,
    Levels,
    Plan,
    Programme,
    Rate,
    RateKind,
    Rule,
    Scope,
    SelfPurchase,
    Treatment,
)


def to_json(programme: Programme) -> dict[str, Any]:
    """Everything of a programme but its version."""
    return {
        "depth": programme.depth,
        "joining": str(programme.joining),
        "joining_spend_fen": programme.joining_spend_fen,
        "joining_orders": programme.joining_orders,
        "joining_products": [str(key) for key in programme.joining_products],
        "self_purchase": str(programme.self_purchase),
        "is_compressed": programme.is_compressed,
        "is_downgrading": programme.is_downgrading,
        "grades": [_grade_json(grade) for grade in programme.grades],
        "plans": [_plan_json(plan) for plan in programme.plans],
    }


def from_json(version: int, body: Mapping[str, Any]) -> Programme:
    """The programme of a stored document."""
    return Programme(
        version=version,
        depth=body["depth"],
        joining=Joining(body["joining"]),
        plans=tuple(map(_plan, body["plans"])),
        joining_spend_fen=body["joining_spend_fen"],
        joining_orders=body["joining_orders"],
        joining_products=tuple(map(UUID, body["joining_products"])),
        self_purchase=SelfPurchase(body["self_purchase"]),
        is_compressed=body["is_compressed"],
        is_downgrading=body["is_downgrading"],
        grades=tuple(map(_grade, body["grades"])),
    )


def _grade_json(grade: Grade) -> dict[str, Any]:
    return {
        "id": str(grade.id),
        "name": grade.name,
        "rank": grade.rank,
        "needs_all": grade.needs_all,
        "conditions": {str(each.measure): each.at_least for each in grade.conditions},
    }


def _grade(body: Mapping[str, Any]) -> Grade:
    conditions = [Condition(Measure(key), least) for key, least in body["conditions"].items()]
    return Grade(
        id=UUID(body["id"]),
        name=body["name"],
        rank=body["rank"],
        needs_all=body["needs_all"],
        conditions=tuple(conditions),
    )


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "id": str(plan.id),
        "name": plan.name,
        "rate": _rate_json(plan.rate),
        "pool_bps": plan.pool_bps,
        "base": str(plan.base),
        "campaign": str(plan.campaign),
        "campaign_rate": _rate_json(plan.campaign_rate),
        "rules": [
            [str(rule.scope), str(rule.target_id), str(rule.treatment), _rate_json(rule.rate)]
            for rule in plan.rules
        ],
    }


def _plan(body: Mapping[str, Any]) -> Plan:
    rate = _rate(body["rate"])
    assert rate is not None  # only rules and campaigns may have none
    return Plan(
        id=UUID(body["id"]),
        name=body["name"],
        rate=rate,
        pool_bps=body["pool_bps"],
        base=Base(body["base"]),
        campaign=Campaign(body["campaign"]),
        campaign_rate=_rate(body["campaign_rate"]),
        rules=tuple(
            Rule(Scope(scope), UUID(target), Treatment(treatment), _rate(own))
            for scope, target, treatment, own in body["rules"]
        ),
    )


def _rate_json(rate: Rate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    by_grade = {str(grade_id): list(levels) for grade_id, levels in rate.by_grade.items()}
    return {"kind": str(rate.kind), "levels": list(rate.levels), "by_grade": by_grade}


def _rate(body: Mapping[str, Any] | None) -> Rate | None:
    if body is None:
        return None
    by_grade = {UUID(key): _levels(levels) for key, levels in body["by_grade"].items()}
    return Rate(RateKind(body["kind"]), _levels(body["levels"]), by_grade)


def _levels(numbers: Sequence[int]) -> Levels:
    first, second, third = numbers
    return first, second, third
