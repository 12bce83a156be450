"""The plans: the list of them, and what comes and goes; all in the draft of who works on it."""

from collections.abc import Sequence
from typing import Any

from flask import request

from core.api.db import new_id
from core.api.errors import ShopError
from core.api.i18n import gettext as _
from core.api.web import notice, reader, staff, translate_error, writing
from plugins.distribution.admin.plan_page import (
    change_draft,
    go_to,
    my_draft,
    plan_or_404,
    show_plan_page,
)
from plugins.distribution.admin.plan_wording import SELF_LABELS, plan_name
from plugins.distribution.forms import JOINING_LABELS
from plugins.distribution.rules import (
    Plan,
    Programme,
    Rate,
    RateKind,
    Rule,
    Scope,
    Treatment,
)
from plugins.distribution.rules.checking import NAME_LIMIT
from plugins.distribution.rules.editing import copy_of, opt_out, put, with_plan, without_plan
from plugins.distribution.services.drafts import discard, draft_of, pick, save_draft, take_over
from plugins.distribution.services.naming import things_named
from plugins.distribution.services.programmes import history

RECENT = 4


def show() -> str:
    """The plans of the draft, or of the version in force when nothing was changed."""
    return _page()


def _page(errors: Sequence[str] = (), *, name_error: str = "") -> str:
    """The plans; after a refusal the form for a new one, as it was sent."""
    session, draft = reader(), my_draft()
    picked = things_named(session, [(Scope.PRODUCT, key) for key in draft.picked])
    return show_plan_page(
        "plan.html",
        "plans",
        draft,
        programme=draft.programme,
        history=history(session, RECENT),
        picked=list(picked.values()),
        joining_labels=JOINING_LABELS,
        self_labels=SELF_LABELS,
        errors=list(errors),
        name=request.form.get("name", "").strip()[:80],
        copied=request.form.get("copy", ""),
        name_error=name_error,
    )


def make() -> Any:
    """A new plan, empty or as a copy of another; on to its editor."""
    name = " ".join(request.form.get("name", "").split())
    if not name or len(name) > NAME_LIMIT:
        return _page(name_error=_("A plan needs a name of at most 40 signs.")), 422
    programme = my_draft().programme
    if any(name == plan_name(plan) for plan in programme.plans):
        return _page(name_error=_("Another plan has this name.")), 422
    made = _new_plan(programme, name, request.form.get("copy", ""))
    try:
        change_draft(lambda before: with_plan(before, made))
    except ShopError as error:
        return _page([translate_error(error)]), error.status
    notice("The plan is in your draft. Give it rates and say what belongs to it.")
    return go_to(f"/plans/{made.id}")


def _new_plan(programme: Programme, name: str, copied: str) -> Plan:
    if copied:
        return copy_of(plan_or_404(programme, copied), new_id(), name)
    pool = programme.default_plan.pool_bps
    return Plan(new_id(), name, Rate(RateKind.BPS, (0, 0, 0)), pool)


def remove(plan_id: str) -> Any:
    """Take a plan out of the draft; what belonged to it falls to the default plan."""
    plan = plan_or_404(my_draft().programme, plan_id)
    try:
        change_draft(lambda before: without_plan(before, plan.id))
    except ShopError as error:
        return _page([translate_error(error)]), error.status
    notice("“%(plan)s” is removed from your draft.", plan=plan_name(plan))
    return go_to("")


def reset() -> Any:
    """Throw the draft away, or do its changes to what somebody else published meanwhile."""
    with writing() as session:
        if request.form.get("do") == "take_over":
            take_over(session, staff().actor)
            sentence = "Your changes now stand upon the version in force."
        else:
            discard(session, staff().actor)
            sentence = "Your draft is thrown away; you see the version in force."
    notice(sentence)
    return go_to("/publish" if request.form.get("do") == "take_over" else "")


def assign() -> Any:
    """Put the products that were picked in the product list into a plan, or forget them."""
    actor, wanted = staff().actor, request.form.get("plan", "")
    try:
        with writing() as session:
            draft = draft_of(session, actor)
            if wanted:
                save_draft(session, actor, _assigned(draft.programme, draft.picked, wanted))
            pick(session, actor, ())
    except ShopError as error:
        return _page([translate_error(error)]), error.status
    if wanted:
        notice("%(count)s products are in your draft now.", count=len(draft.picked))
    return go_to("")


def _assigned(programme: Programme, products: Any, wanted: str) -> Programme:
    if wanted == Treatment.NONE:
        return opt_out(programme, products)
    plan = plan_or_404(programme, wanted)
    return put(programme, plan.id, [Rule(Scope.PRODUCT, key, Treatment.PLAN) for key in products])
