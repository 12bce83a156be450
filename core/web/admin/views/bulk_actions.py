"""Plugins' actions on the ticked rows of a list."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

import flask
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.kernel.errors import Forbidden, NotFound, Rejected
from core.web import context, flash, i18n
from core.web.access import access, has_permission
from core.web.admin.answers import back, picked_ids
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.contributed import Thing
from core.web.admin.queries.finding import order_ids

MOST_ROWS = 500


@admin.post("/products/act")
@access("staff:product.view")
def act_on_products() -> Response:
    """A plugin's action on products."""
    return _act("product", "/admin/products", lambda _session: picked_ids())


@admin.post("/orders/act")
@access("staff:order.view")
def act_on_orders() -> Response:
    """A plugin's action on orders; the list ticks them by number."""
    numbers = request.form.getlist("pick")[:MOST_ROWS]
    return _act("order", "/admin/orders", lambda session: order_ids(session, numbers))


@admin.post("/members/act")
@access("staff:member.view")
def act_on_members() -> Response:
    """A plugin's action on members."""
    return _act("member", "/admin/members", lambda _session: picked_ids())


def _act(thing: Thing, home: str, pick: Callable[[Session], list[UUID]]) -> Response:
    """Run the action named ``do``; all of it, or nothing."""
    target = flask.redirect(back(home), 303)
    name, action = _asked_for(thing)
    if not request.form.getlist("pick"):
        flash.say("Choose some rows first.", "warn")
        return target
    plugins = context.shop().plugins
    done: list[int] = []  # stays empty when the plugin fails
    try:
        with plugins.guard(name, f"bulk:{action.key}"):
            with context.writing() as session:
                ids = pick(session)
                count = cast(int, action.run(session, ids))
                after = {f"{thing}s": [str(each) for each in ids], "changed": count}
                record(session, action.key, thing, ids[0] if len(ids) == 1 else "*", after=after)
            done.append(count)
    except Rejected as error:
        flash.say(i18n.translate_error(error), "error")
        return target
    if done:
        flash.say(action.done, "ok", count=done[0])
    else:
        flash.say("The plugin “%(plugin)s” failed, so nothing was changed.", "error", plugin=name)
    return target


def _asked_for(thing: Thing) -> tuple[str, Any]:
    key = request.form.get("do", "")
    for name, action in context.shop().plugins.contributions(f"{thing}_bulk_actions"):
        if action.key == key:
            if not has_permission(context.staff().permissions, action.permission):
                raise Forbidden("staff.permission", "Your role does not allow this.")
            return name, action
    raise NotFound("web.not_found", "There is nothing here.")
