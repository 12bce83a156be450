"""Every version that was ever in force, in full, and who confirmed the legal notice."""

from typing import Any

from flask import request

from core.api.errors import NotFound
from core.api.web import notice, reader, staff, writing
from plugins.distribution.admin.plan_page import go_to, my_draft, show_plan_page
from plugins.distribution.admin.plan_wording import (
    SELF_LABELS,
    change_groups,
    changed_keys,
    rule_text,
)
from plugins.distribution.forms import JOINING_LABELS
from plugins.distribution.rules import Programme
from plugins.distribution.services.drafts import start_from
from plugins.distribution.services.naming import things_named
from plugins.distribution.services.programmes import (
    DEFAULT,
    acknowledgements,
    history,
    version_numbered,
)

PER_PAGE = 20
MOST_RULES = 200


def show() -> str:
    """Versions, newest first."""
    before = request.args.get("before", type=int)
    found = history(reader(), PER_PAGE + 1, before)
    draft = my_draft()
    return show_plan_page(
        "plan_versions.html",
        "versions",
        draft,
        found=found[:PER_PAGE],
        next_before=found[PER_PAGE - 1].programme.version if len(found) > PER_PAGE else None,
        programme=draft.programme,
    )


def show_one(version: int) -> str:
    """One version in full, and what it changed."""
    session, draft = reader(), my_draft()
    found = history(session, 1, version + 1)
    if not found or found[0].programme.version != version:
        raise NotFound("distribution.no_version", "There is no such version.")
    programme = found[0].programme
    earlier = version_numbered(session, version - 1) or DEFAULT
    names = things_named(session, [*_keys(programme), *changed_keys(earlier, programme)])
    return show_plan_page(
        "plan_version.html",
        "versions",
        draft,
        version=found[0],
        programme=programme,
        groups=change_groups(earlier, programme, names),
        things=names,
        rule_text=rule_text,
        most_rules=MOST_RULES,
        joining_labels=JOINING_LABELS,
        self_labels=SELF_LABELS,
    )


def _keys(programme: Programme) -> list[Any]:
    return [
        (rule.scope, rule.target_id) for plan in programme.plans for rule in plan.rules[:MOST_RULES]
    ]


def restore(version: int) -> Any:
    """Make an old version the draft; on to publishing it as a new one."""
    with writing() as session:
        programme = version_numbered(session, version)
        if programme is None:
            raise NotFound("distribution.no_version", "There is no such version.")
        start_from(session, staff().actor, programme)
    notice(
        "Version %(version)s is your draft now. See what it changes and publish it.",
        version=version,
    )
    return go_to("/publish")


def show_notices() -> str:
    """Who confirmed which notice, when, in which version of its text."""
    draft = my_draft()
    return show_plan_page(
        "plan_notices.html",
        "notices",
        draft,
        found=acknowledgements(reader()),
        programme=draft.programme,
    )
