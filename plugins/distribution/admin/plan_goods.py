"""What belongs to a plan: the list of it, a search for more, and moving from other plans."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from core.api.catalog import Page
from core.api.errors import ShopError
from core.api.i18n import gettext as _
from core.api.values import dataclass
from core.api.web import notice, reader, translate_error
from plugins.distribution.admin.page import page_number, search_text
from plugins.distribution.admin.plan_page import (
    change_draft,
    go_to,
    key_of,
    my_draft,
    plan_or_404,
    show_plan_page,
)
from plugins.distribution.admin.plan_rates import RateGrid
from plugins.distribution.admin.plan_wording import rule_text
from plugins.distribution.rules import Plan, Programme, Rule, Scope, Treatment
from plugins.distribution.rules.editing import Key, owner_of, put, take_out
from plugins.distribution.services.naming import Thing, find_things, things_named

PER_PAGE = 50


@dataclass(frozen=True)
class RuleRow:
    """A thing that belongs to a plan, as the list shows it. ``thing`` is ``None`` once deleted."""

    rule: Rule
    thing: Thing | None
    pays: str

    @property
    def key(self) -> str:
        """As fields and addresses name it."""
        return f"{self.rule.scope}:{self.rule.target_id}"


@dataclass(frozen=True)
class Hit:
    """Something the search found, and the plan it belongs to already."""

    thing: Thing
    owner: Plan | None

    @property
    def key(self) -> str:
        """As fields name it."""
        return f"{self.thing.scope}:{self.thing.id}"


def show(plan_id: str) -> str:
    """The list, and what a search finds."""
    return page(plan_or_404(my_draft().programme, plan_id))


def change(plan_id: str) -> Any:
    """Add what is ticked, move it here from other plans, pay it otherwise, or take it out.

    ``do``: ``add`` (asks before it takes from another plan), ``move``, ``plan``, ``none``,
    ``remove``.
    """
    programme = my_draft().programme
    plan = plan_or_404(programme, plan_id)
    keys = [key for key in map(key_of, request.form.getlist("pick")) if key is not None]
    own = RateGrid.typed("own", request.form, programme.grades)
    do = request.form.get("do", "add")
    if not keys:
        return page(plan, own=own, errors=[_("Tick what you mean first.")]), 422
    if do in {"add", "move"}:
        return _add(programme, plan, keys, own, moves=do == "move")
    known = {(rule.scope, rule.target_id): rule for rule in plan.rules}
    keys = [key for key in keys if key in known]
    if do == "remove":
        return _kept(plan, lambda before: take_out(before, plan.id, keys), "taken", len(keys))
    treatment = Treatment.NONE if do == "none" else Treatment.PLAN
    rules = [Rule(*key, treatment) for key in keys]
    return _kept(plan, lambda before: put(before, plan.id, rules), "changed", len(keys))


def _add(
    programme: Programme, plan: Plan, keys: Sequence[Key], own: RateGrid, *, moves: bool
) -> Any:
    treatment = request.form.get("treatment", Treatment.PLAN)
    rate = own.rate(programme.grades) if treatment == Treatment.OWN else None
    if treatment == Treatment.OWN and own.is_empty:
        own.refuse(1, _("This field is required."))
    if treatment == Treatment.OWN and own.errors:
        return page(plan, own=own), 422
    if treatment not in set(Treatment):
        treatment = Treatment.PLAN
    rules = {key: Rule(*key, Treatment(treatment), rate) for key in keys}
    asked = {} if moves else elsewhere(programme, plan, keys)
    taken = [rule for key, rule in rules.items() if key not in asked]
    if not asked:
        return _kept(plan, lambda before: put(before, plan.id, taken), "added", len(taken))
    try:
        if taken:
            change_draft(lambda before: put(before, plan.id, taken))
    except ShopError as error:
        return page(plan, own=own, errors=[translate_error(error)]), error.status
    return page(plan_or_404(my_draft().programme, str(plan.id)), own=own, asked=asked), 409


def elsewhere(programme: Programme, plan: Plan, keys: Sequence[Key]) -> Mapping[Key, Plan]:
    """Things that belong to another plan by name."""
    owners = {key: owner_of(programme, key) for key in keys}
    return {key: owner for key, owner in owners.items() if owner and owner.id != plan.id}


_SENTENCES = {
    "added": "%(count)s are in your draft now.",
    "changed": "%(count)s are paid otherwise in your draft now.",
    "taken": "%(count)s no longer belong to the plan in your draft.",
}


def _kept(plan: Plan, change_it: Any, done: str, count: int) -> Any:
    try:
        change_draft(change_it)
    except ShopError as error:
        return page(plan, errors=[translate_error(error)]), error.status
    notice(_SENTENCES[done], count=count)
    return go_to(f"/plans/{plan.id}/goods")


def page(
    plan: Plan,
    *,
    own: RateGrid | None = None,
    asked: Mapping[Key, Plan] | None = None,
    errors: Sequence[str] = (),
    pasted: Any = None,
) -> str:
    """The page about what belongs to a plan."""
    session, draft = reader(), my_draft()
    programme, number, query = draft.programme, page_number(), search_text()
    own = own or RateGrid.of("own", None)
    some = plan.rules[(number - 1) * PER_PAGE : number * PER_PAGE]
    asked = asked or {}
    names = things_named(session, [*((rule.scope, rule.target_id) for rule in some), *asked])
    rows = [
        RuleRow(
            rule,
            names.get((rule.scope, rule.target_id)),
            rule_text(rule, programme.depth, programme.grades),
        )
        for rule in some
    ]
    hits = [Hit(thing, owner_of(programme, thing.key)) for thing in find_things(session, query)]
    return show_plan_page(
        "plan_goods.html",
        "plans",
        draft,
        plan=plan,
        programme=programme,
        page=Page(tuple(rows), len(plan.rules), number, PER_PAGE),
        hits=hits,
        query=query,
        own=own,
        asked=[Hit(names[key], owner) for key, owner in asked.items() if key in names],
        treatment=request.form.get("treatment", Treatment.PLAN),
        ticked=frozenset(request.form.getlist("pick")),
        pasted=pasted,
        errors=list(errors),
        scopes=Scope,
    )
