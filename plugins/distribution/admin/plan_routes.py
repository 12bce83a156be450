"""The pages around the plans; all that change something need the right to change plans."""

from collections.abc import Callable
from typing import Any

from core.api.contributions import AdminPage
from plugins.distribution.admin import (
    plan,
    plan_calculator,
    plan_editor,
    plan_goods,
    plan_paste,
    plan_publish,
    plan_rule,
    plan_settings,
    plan_versions,
)
from plugins.distribution.admin.plan_page import PLAN_ROOT

_VIEW, _CHANGE = "distribution.view", "distribution.plan"


def _page(key: str, path: str, view: Callable[..., Any]) -> AdminPage:
    return AdminPage(f"distribution.{key}", PLAN_ROOT + path, view, _VIEW)


def _act(key: str, path: str, view: Callable[..., Any]) -> AdminPage:
    return AdminPage(f"distribution.{key}", PLAN_ROOT + path, view, _CHANGE, ("POST",))


PLAN_PAGES = (
    _page("plan", "", plan.show),
    _act("plan_make", "", plan.make),
    _act("plan_reset", "/draft", plan.reset),
    _act("plan_assign", "/picked", plan.assign),
    _page("plan_settings", "/settings", plan_settings.show),
    _act("plan_settings_save", "/settings", plan_settings.save),
    _page("plan_publish", "/publish", plan_publish.show),
    _act("plan_put_in_force", "/publish", plan_publish.put_in_force),
    _page("plan_calculator", "/calculator", plan_calculator.show),
    _page("plan_versions", "/versions", plan_versions.show),
    _page("plan_version", "/versions/<int:version>", plan_versions.show_one),
    _act("plan_restore", "/versions/<int:version>", plan_versions.restore),
    _page("plan_notices", "/notices", plan_versions.show_notices),
    _page("plan_editor", "/plans/<plan_id>", plan_editor.show),
    _act("plan_save", "/plans/<plan_id>", plan_editor.save),
    _act("plan_remove", "/plans/<plan_id>/remove", plan.remove),
    _page("plan_goods", "/plans/<plan_id>/goods", plan_goods.show),
    _act("plan_goods_change", "/plans/<plan_id>/goods", plan_goods.change),
    _act("plan_goods_paste", "/plans/<plan_id>/paste", plan_paste.take),
    _page("plan_rule", "/plans/<plan_id>/goods/<key>", plan_rule.show),
    _act("plan_rule_save", "/plans/<plan_id>/goods/<key>", plan_rule.save),
)
