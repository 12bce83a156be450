"""What a programme must fulfil before it is published."""

from collections.abc import Iterator
from uuid import UUID

from core.api.errors import InvalidInput
from core.api.money import BPS
from plugins.distribution.rules.grades import Grade
from plugins.distribution.rules.programme import (
    MAX_DEPTH,
    Campaign,
    Joining,
    Plan,
    Programme,
    Rate,
    RateKind,
    Scope,
    Treatment,
)

NAME_LIMIT = 40
FIXED_LIMIT_FEN = 10_000_000
"""The largest fixed sum a piece: 100 000 yuan."""


def check_programme(programme: Programme) -> None:
    """Refuse a programme that contradicts itself or could pay more than a line brought in.

    Raises:
        InvalidInput: naming the field that is wrong, as ``plan.<id>.<field>`` for those of a plan.
    """
    if not 1 <= programme.depth <= MAX_DEPTH:
        raise InvalidInput("distribution.depth", "The depth is 1, 2 or 3 levels.", field="depth")
    _check_joining(programme)
    _check_grades(programme.grades)
    known = {grade.id for grade in programme.grades}
    for plan in programme.plans:
        _check_plan(plan, is_first=plan is programme.default_plan)
        for rate in _rates(plan):
            if not known.issuperset(rate.by_grade):
                raise InvalidInput(
                    "distribution.plan_grade",
                    "The plan “%(plan)s” has rates of a grade that is gone.",
                    plan=plan.name,
                    field=f"plan.{plan.id}.rate",
                )
    _check_owners(programme)


def _check_joining(programme: Programme) -> None:
    wanted = {
        Joining.SPEND: ("joining_spend", programme.joining_spend_fen > 0),
        Joining.ORDERS: ("joining_orders", programme.joining_orders > 0),
        Joining.PURCHASE: ("joining_products", bool(programme.joining_products)),
    }
    field, is_given = wanted.get(programme.joining, ("", True))
    if not is_given and programme.joining == Joining.PURCHASE:
        raise InvalidInput(
            "distribution.joining_products", "Choose at least one product.", field=field
        )
    if not is_given:
        raise InvalidInput(
            "distribution.joining", "Say what a member must reach to join.", field=field
        )


def _check_grades(grades: tuple[Grade, ...]) -> None:
    names = [grade.name.strip() for grade in grades]
    if any(not name or len(name) > NAME_LIMIT for name in names):
        raise InvalidInput(
            "distribution.grade_name", "A grade needs a name of at most 40 signs.", field="grades"
        )
    if len(set(names)) < len(names) or len({grade.rank for grade in grades}) < len(grades):
        raise InvalidInput(
            "distribution.grade_twice", "Each grade has its own name and rank.", field="grades"
        )
    if any(each.at_least <= 0 for grade in grades for each in grade.conditions):
        raise InvalidInput(
            "distribution.grade_condition", "A condition asks for more than 0.", field="grades"
        )


def _check_plan(plan: Plan, *, is_first: bool) -> None:
    where = f"plan.{plan.id}."
    if not (plan.name.strip() or is_first) or len(plan.name) > NAME_LIMIT:
        raise InvalidInput(
            "distribution.plan_name",
            "A plan needs a name of at most 40 signs.",
            field=where + "name",
        )
    if not 0 < plan.pool_bps <= BPS:
        raise InvalidInput(
            "distribution.pool",
            "The pool is more than 0 and at most 100 percent.",
            field=where + "pool",
        )
    if plan.campaign == Campaign.OWN and plan.campaign_rate is None:
        raise InvalidInput(
            "distribution.campaign_rate",
            "Give the rates that lines of a campaign have.",
            field=where + "campaign",
        )
    if any(rule.treatment == Treatment.OWN and rule.rate is None for rule in plan.rules):
        raise InvalidInput(
            "distribution.rule_rate", "A rule of its own needs rates.", field=where + "rules"
        )
    if any(rule.scope in {Scope.PLAN, Scope.CAMPAIGN} for rule in plan.rules):
        raise InvalidInput(
            "distribution.rule_scope",
            "A rule names a SKU, a product or a category.",
            field=where + "rules",
        )
    for rate in _rates(plan):
        for levels in (rate.levels, *rate.by_grade.values()):
            for level, number in enumerate(levels, 1):
                _check_number(rate.kind, number, f"{where}rate{level}")


def _check_number(kind: RateKind, number: int, field: str) -> None:
    if kind == RateKind.BPS and not 0 <= number <= BPS:
        raise InvalidInput("distribution.rates", "A rate is from 0 to 100 percent.", field=field)
    if kind == RateKind.FIXED and not 0 <= number <= FIXED_LIMIT_FEN:
        raise InvalidInput(
            "distribution.fixed",
            "A fixed sum a piece is from 0 to 100,000 yuan.",
            field=field,
        )


def _rates(plan: Plan) -> Iterator[Rate]:
    yield plan.rate
    if plan.campaign_rate is not None:
        yield plan.campaign_rate
    for rule in plan.rules:
        if rule.rate is not None:
            yield rule.rate


def _check_owners(programme: Programme) -> None:
    """No SKU, product or category belongs to two plans, nor twice to one."""
    owners: dict[tuple[Scope, UUID], Plan] = {}
    for plan in programme.plans:
        for rule in plan.rules:
            key = rule.scope, rule.target_id
            if key in owners:
                raise InvalidInput(
                    "distribution.rule_twice",
                    "Something of the plan “%(plan)s” belongs to “%(other)s” already.",
                    plan=plan.name,
                    other=owners[key].name,
                    field=f"plan.{plan.id}.rules",
                )
            owners[key] = plan
