"""One plan: name, matrices, pool and base, beside a calculator that takes them as typed."""

from typing import Any

from flask import request

from core.api.errors import InvalidInput, ShopError
from core.api.web import notice, reader, translate_error
from plugins.distribution.admin.plan_basket import read_calculator, work_out
from plugins.distribution.admin.plan_forms import PlanForm
from plugins.distribution.admin.plan_page import (
    change_draft,
    go_to,
    my_draft,
    plan_or_404,
    show_plan_page,
)
from plugins.distribution.rules import Plan, Programme, check_programme
from plugins.distribution.rules.editing import with_plan


def show(plan_id: str) -> str:
    """The plan of the draft as a form."""
    plan = plan_or_404(my_draft().programme, plan_id)
    return _page(plan, PlanForm.of(plan))


def save(plan_id: str) -> Any:
    """Keep what was typed in the draft, or only work it out.

    ``do``: ``save``, ``publish`` (save and go there), ``calculate``, ``chain``; ``use`` takes a SKU
    into the calculator.
    """
    programme = my_draft().programme
    plan = plan_or_404(programme, plan_id)
    form = PlanForm.typed(request.form, plan, programme)
    typed = form.plan(plan, programme)
    do = "calculate" if "use" in request.form else request.form.get("do", "save")
    if typed is None:
        return _page(plan, form, typed=plan), 422
    problem = _problem(programme, typed)
    if problem is not None:
        return _page(plan, form, errors=form.refuse(problem), typed=typed), problem.status
    if do in {"save", "publish"}:
        try:
            change_draft(lambda before: with_plan(before, typed))
        except ShopError as error:
            return _page(plan, form, errors=[translate_error(error)], typed=typed), error.status
    if do in {"calculate", "chain"}:
        return _page(plan, form, typed=typed)
    notice("Saved in your draft. Nothing is in force before you publish it.")
    return go_to("/publish" if do == "publish" else f"/plans/{plan.id}")


def _problem(programme: Programme, plan: Plan) -> InvalidInput | None:
    """What the check finds about this plan; other parts of the draft are checked in publishing."""
    try:
        check_programme(with_plan(programme, plan))
    except InvalidInput as error:
        if str(error.params.get("field", "")).startswith(f"plan.{plan.id}."):
            return error
    return None


def _page(plan: Plan, form: PlanForm, *, errors: Any = (), typed: Plan | None = None) -> str:
    session, draft = reader(), my_draft()
    programme: Programme = with_plan(draft.programme, typed or plan)
    calculator = read_calculator(request.form)
    takes_chain = request.form.get("do") == "chain"
    shown = programme.plan(plan.id)
    work_out(session, calculator, programme, plan=shown, takes_chain=takes_chain)
    return show_plan_page(
        "plan_editor.html",
        "plans",
        draft,
        plan=plan,
        form=form,
        programme=programme,
        calculator=calculator,
        is_default=plan.id == draft.programme.default_plan.id,
        is_typed=request.method == "POST",
        errors=list(errors),
    )
