"""What holds for the whole programme: depth, joining, own orders, gaps, grades taken away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request

from core.api.errors import InvalidInput, ShopError
from core.api.web import notice, reader, staff, translate_error
from plugins.distribution.admin.plan_forms import SettingsForm
from plugins.distribution.admin.plan_page import (
    change_draft,
    go_to,
    key_of,
    my_draft,
    show_plan_page,
)
from plugins.distribution.admin.plan_wording import SELF_SENTENCES
from plugins.distribution.rules import Programme, Scope, check_programme
from plugins.distribution.services.naming import find_things, things_named
from plugins.distribution.services.programmes import NOTICE_VERSION, has_acknowledged


def show() -> str:
    """The settings of the draft as a form."""
    programme = my_draft().programme
    return _page(SettingsForm.of(programme), programme.joining_products)


def save() -> Any:
    """Keep them in the draft, or look for products that shall make distributors.

    ``do``: ``save``, ``publish``, ``find``.
    """
    form = SettingsForm(request.form)
    products = _ticked()
    do = request.form.get("do", "save")
    if do == "find":
        return _page(form, products)
    before = my_draft().programme
    if not form.validate():
        return _page(form, products), 422
    programme = form.programme(before, products)
    problem = _problem(programme)
    if problem is not None:
        return _page(form, products, problem=problem), problem.status
    try:
        change_draft(lambda draft: form.programme(draft, products))
    except ShopError as error:
        return _page(form, products, [translate_error(error)]), error.status
    notice("Saved in your draft. Nothing is in force before you publish it.")
    return go_to("/publish" if do == "publish" else "/settings")


def _problem(programme: Programme) -> InvalidInput | None:
    """What the check finds about these settings; plans are checked at their own pages."""
    try:
        check_programme(programme)
    except InvalidInput as error:
        if not str(error.params.get("field", "")).startswith(("plan.", "grades")):
            return error
    return None


def _ticked() -> list[UUID]:
    keys = map(key_of, request.form.getlist("product"))
    return list(dict.fromkeys(key[1] for key in keys if key and key[0] == Scope.PRODUCT))


def _page(
    form: SettingsForm,
    products: Sequence[UUID],
    errors: Sequence[str] = (),
    problem: InvalidInput | None = None,
) -> str:
    session, draft = reader(), my_draft()
    products_error = ""
    if problem is not None and problem.params.get("field") == "joining_products":
        products_error = translate_error(problem)
    elif problem is not None:
        errors = form.refuse(problem)
    query = request.form.get("query", "").strip()[:80]
    names = things_named(session, [(Scope.PRODUCT, key) for key in products])
    hits = [
        thing
        for thing in find_things(session, query)
        if thing.scope == Scope.PRODUCT and thing.id not in products
    ]
    return show_plan_page(
        "plan_settings.html",
        "settings",
        draft,
        form=form,
        programme=draft.programme,
        products=[(key, names.get((Scope.PRODUCT, key))) for key in products],
        products_error=products_error,
        hits=hits,
        query=query,
        self_sentences=SELF_SENTENCES,
        is_acknowledged=has_acknowledged(session, staff().actor),
        notice_version=NOTICE_VERSION,
        errors=list(errors),
    )
