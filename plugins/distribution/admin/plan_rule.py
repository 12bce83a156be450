"""One thing that belongs to a plan: what is paid on it, with a matrix of its own."""

from dataclasses import replace
from typing import Any

from flask import request

from core.api.errors import NotFound, ShopError
from core.api.i18n import gettext as _
from core.api.web import notice, reader, translate_error
from plugins.distribution.admin.plan_page import (
    change_draft,
    go_to,
    key_of,
    my_draft,
    plan_or_404,
    show_plan_page,
)
from plugins.distribution.admin.plan_rates import RateGrid
from plugins.distribution.rules import Plan, Rule, Treatment
from plugins.distribution.rules.editing import put, take_out
from plugins.distribution.services.naming import things_named


def show(plan_id: str, key: str) -> str:
    """What is paid on it, as a form."""
    plan = plan_or_404(my_draft().programme, plan_id)
    rule = _rule_or_404(plan, key)
    return _page(plan, rule, RateGrid.of("own", rule.rate))


def save(plan_id: str, key: str) -> Any:
    """Keep it in the draft, or take the thing out of the plan."""
    programme = my_draft().programme
    plan = plan_or_404(programme, plan_id)
    rule = _rule_or_404(plan, key)
    own = RateGrid.typed("own", request.form, programme.grades, rule.rate)
    treatment = request.form.get("treatment", "")
    if request.form.get("do") == "remove":
        return _kept(
            plan,
            rule,
            own,
            lambda before: take_out(before, plan.id, [(rule.scope, rule.target_id)]),
        )
    chosen = Treatment(treatment) if treatment in set(Treatment) else rule.treatment
    rate = own.rate(programme.grades) if chosen == Treatment.OWN else None
    if chosen == Treatment.OWN and own.is_empty:
        own.refuse(1, _("This field is required."))
    typed = replace(rule, treatment=chosen, rate=rate)
    if chosen == Treatment.OWN and own.errors:
        return _page(plan, typed, own), 422
    return _kept(plan, typed, own, lambda before: put(before, plan.id, [typed]))


def _kept(plan: Plan, rule: Rule, own: RateGrid, change: Any) -> Any:
    try:
        change_draft(change)
    except ShopError as error:
        return _page(plan, rule, own, [translate_error(error)]), error.status
    notice("Saved in your draft. Nothing is in force before you publish it.")
    return go_to(f"/plans/{plan.id}/goods")


def _rule_or_404(plan: Plan, key: str) -> Rule:
    wanted = key_of(key)
    for rule in plan.rules:
        if (rule.scope, rule.target_id) == wanted:
            return rule
    raise NotFound("distribution.no_rule", "This does not belong to the plan.")


def _page(plan: Plan, rule: Rule, own: RateGrid, errors: Any = ()) -> str:
    draft = my_draft()
    names = things_named(reader(), [(rule.scope, rule.target_id)])
    return show_plan_page(
        "plan_rule.html",
        "plans",
        draft,
        plan=plan,
        programme=draft.programme,
        rule=rule,
        thing=names.get((rule.scope, rule.target_id)),
        own=own,
        errors=list(errors),
    )
