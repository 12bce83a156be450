"""The commission plan: the version in force, the next one, and those before."""

from typing import Any

from flask import request

from core.api.errors import Conflict, Rejected
from core.api.money import parse_yuan
from core.api.web import audit, notice, reader, staff, writing
from plugins.distribution.admin.page import ROOT, go, show_page
from plugins.distribution.forms import JOINING_LABELS, PlanForm
from plugins.distribution.rules import Joining, Plan, check_plan, worked_example
from plugins.distribution.services.plans import (
    NOTICE_VERSION,
    current_plan,
    has_acknowledged,
    plan_history,
    publish_plan,
)

EXAMPLE_FEN = 26_800


def show() -> str:
    """The plan in force as a form, with a worked example and the history."""
    plan = current_plan(reader())
    return _page(PlanForm.of(plan), plan)


def publish() -> Any:
    """Put a new version in force, or work out its example without keeping it."""
    form = PlanForm(request.form)
    if not form.validate():
        return _page(form, None), 422
    try:
        plan = form.plan((form.seen_version.data or 0) + 1)
        check_plan(plan.depth, plan.rates_bps, plan.pool_bps)
        if request.form.get("do") == "example":
            return _page(form, plan)
        published = _publish(form, plan)
    except (Rejected, Conflict) as error:
        return _page(form, None, errors=form.refuse(error)), error.status
    notice("Version %(version)s is in force for orders placed from now on.", version=published)
    return go(f"{ROOT}/plan")


def _publish(form: PlanForm, plan: Plan) -> int:
    person = staff()
    with writing() as session:
        before = current_plan(session)
        published = publish_plan(
            session,
            depth=plan.depth,
            rates_bps=plan.rates_bps,
            pool_bps=plan.pool_bps,
            joining=plan.joining,
            actor=person.actor,
            actor_name=person.name,
            acknowledged=bool(form.acknowledged.data),
            seen_version=form.seen_version.data,
        )
        after = published.to_json()
        if plan.depth == 3 and form.acknowledged.data:
            after["acknowledged_notice"] = NOTICE_VERSION
        audit(
            session,
            "distribution.plan.publish",
            "commission_plan",
            published.version,
            before=before.to_json(),
            after=after,
        )
    return published.version


def _page(form: PlanForm, plan: Plan | None, *, errors: Any = ()) -> str:
    session = reader()
    current = current_plan(session)
    if form.seen_version.data is None:
        form.seen_version.data = current.version
    return show_page(
        "plan.html",
        "plan",
        form=form,
        current=current,
        example=worked_example(plan or current, _example_base()),
        is_draft=plan is not None and plan != current,
        history=[_Version(row) for row in plan_history(session)],
        joining_labels={str(key): str(label) for key, label in JOINING_LABELS.items()},
        is_acknowledged=has_acknowledged(session, staff().actor),
        notice_version=NOTICE_VERSION,
        errors=list(errors),
    )


def _example_base() -> int:
    try:
        fen = parse_yuan(request.values.get("base", ""))
    except ValueError:
        return EXAMPLE_FEN
    return fen if 0 < fen <= 100_000_000 else EXAMPLE_FEN


class _Version:
    """A published version as the page shows it."""

    def __init__(self, row: Any) -> None:
        self.version, self.depth, self.pool_bps = row.version, row.depth, row.pool_bps
        self.rates_bps = (row.rate1_bps, row.rate2_bps, row.rate3_bps)[: row.depth]
        self.joining, self.actor, self.at = str(Joining(row.joining)), row.actor, row.created_at
