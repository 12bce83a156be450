"""What all pages around the plans have in common: the draft of who looks, and their frame."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.api.errors import NotFound
from core.api.web import reader, staff, writing
from plugins.distribution.admin.page import ROOT, show_page
from plugins.distribution.admin.plan_wording import (
    BASE_LABELS,
    CAMPAIGN_LABELS,
    SCOPE_LABELS,
    TREATMENT_LABELS,
    plan_name,
    rate_text,
)
from plugins.distribution.rules import Plan, Programme, Scope
from plugins.distribution.services.drafts import Draft, draft_of, save_draft
from plugins.distribution.services.naming import counts_by_scope
from plugins.distribution.views.showing import uuid_or_none

PLAN_ROOT = f"{ROOT}/plan"


def show_plan_page(template: str, section: str, draft: Draft, **values: Any) -> str:
    """A page below ``/plan`` with the state of the draft and its section marked."""
    return show_page(
        template,
        "plan",
        plan_root=PLAN_ROOT,
        section=section,
        draft=draft,
        plan_name=plan_name,
        rate_text=rate_text,
        counts_of=counts_by_scope,
        base_labels=BASE_LABELS,
        campaign_labels=CAMPAIGN_LABELS,
        scope_labels=SCOPE_LABELS,
        treatment_labels=TREATMENT_LABELS,
        **values,
    )


def my_draft(session: Session | None = None) -> Draft:
    """The draft of the signed-in staff member."""
    return draft_of(session or reader(), staff().actor)


def change_draft(change: Callable[[Programme], Programme]) -> Programme:
    """Change the draft of the signed-in staff member, in a unit of work of its own.

    Raises:
        Conflict: somebody else published meanwhile.
    """
    actor = staff().actor
    with writing() as session:
        programme = change(draft_of(session, actor).programme)
        save_draft(session, actor, programme)
    return programme


def plan_or_404(programme: Programme, plan_id: str) -> Plan:
    """A plan by what the address says."""
    key = uuid_or_none(plan_id)
    plan = programme.plan(key) if key else None
    if plan is None:
        raise NotFound("distribution.no_plan", "There is no such plan.")
    return plan


def key_of(text: str) -> tuple[Scope, UUID] | None:
    """A thing as fields and addresses name it, such as ``sku:0197…``; ``None`` for nonsense."""
    scope, _, target = text.partition(":")
    target_id = uuid_or_none(target)
    if target_id is None or scope not in {Scope.SKU, Scope.PRODUCT, Scope.CATEGORY}:
        return None
    return Scope(scope), target_id


def go_to(path: str) -> Response:
    """On to a page below ``/plan``."""
    return flask.redirect(PLAN_ROOT + path, 303)
