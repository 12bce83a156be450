"""Putting the draft in force: what changes, in whose words, and the legal notice."""

from typing import Any

from flask import request

from core.api.errors import Conflict, Rejected
from core.api.web import audit, notice, reader, staff, writing
from plugins.distribution.admin.plan_forms import PublishForm
from plugins.distribution.admin.plan_page import go_to, my_draft, show_plan_page
from plugins.distribution.admin.plan_wording import change_groups, changed_keys
from plugins.distribution.rules import MAX_DEPTH, Programme, to_json
from plugins.distribution.services.drafts import discard, draft_of, overtaken
from plugins.distribution.services.naming import things_named
from plugins.distribution.services.programmes import (
    NOTICE_VERSION,
    current,
    has_acknowledged,
    publish,
)


def show() -> str:
    """What publishing would change."""
    return _page(PublishForm())


def put_in_force() -> Any:
    """Publish the draft for orders placed from now on."""
    form = PublishForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        published = _publish(form, request.form.get("seen_version", type=int))
    except (Rejected, Conflict) as error:
        return _page(form, errors=form.refuse(error)), error.status
    notice("Version %(version)s is in force for orders placed from now on.", version=published)
    return go_to("")


def _publish(form: PublishForm, seen_version: int | None) -> int:
    person = staff()
    with writing() as session:
        draft = draft_of(session, person.actor)
        if draft.is_overtaken or seen_version != draft.base.version:
            raise overtaken()
        if not draft.is_changed:
            raise Rejected("distribution.nothing_changed", "Nothing differs from what is in force.")
        before = current(session)
        published = publish(
            session,
            draft.programme,
            actor=person.actor,
            actor_name=person.name,
            acknowledged=bool(form.acknowledged.data),
            seen_version=seen_version,
            summary=form.summary.data or "",
        )
        discard(session, person.actor)
        after = {**to_json(published), "summary": form.summary.data}
        if published.depth == MAX_DEPTH and form.acknowledged.data:
            after["acknowledged_notice"] = NOTICE_VERSION
        audit(
            session,
            "distribution.plan.publish",
            "commission_plan",
            published.version,
            before=to_json(before),
            after=after,
        )
    return published.version


def _page(form: PublishForm, *, errors: Any = ()) -> str:
    session, draft = reader(), my_draft()
    before, after = draft.in_force, draft.programme
    names = things_named(session, changed_keys(before, after))
    return show_plan_page(
        "plan_publish.html",
        "plans",
        draft,
        form=form,
        programme=after,
        groups=change_groups(before, after, names),
        needs_notice=_needs_notice(after),
        is_acknowledged=has_acknowledged(session, staff().actor),
        notice_version=NOTICE_VERSION,
        errors=list(errors),
    )


def _needs_notice(programme: Programme) -> bool:
    return programme.depth == MAX_DEPTH
