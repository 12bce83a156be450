"""The rules of growth and reviews as one form."""

from typing import Any

from flask import request

from core.api.errors import ShopError
from core.api.web import audit, notice, reader, staff, writing
from plugins.membership.admin.forms import RulesForm
from plugins.membership.admin.page import ROOT, go, show_page
from plugins.membership.rules.programme import DAILY, Task, to_json
from plugins.membership.services.documents import RULES, document, rules_of, save_rules

HOME = f"{ROOT}/rules"


def show() -> str:
    """The rules in force."""
    return _page(RulesForm.of(rules_of(reader())))


def save() -> Any:
    """Put rules in force."""
    form = RulesForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        with writing() as session:
            before = rules_of(session)
            save_rules(session, form.rules(), staff().actor)
            audit(
                session,
                "membership.rules.save",
                "rules",
                "growth",
                before=to_json(before),
                after=to_json(form.rules()),
            )
    except ShopError as error:
        return _page(form, errors=form.refuse(error)), error.status
    notice("The rules are in force. Orders paid before keep what they were to give.")
    return go(HOME)


def _page(form: RulesForm, errors: Any = ()) -> str:
    stored = document(reader(), RULES)
    return show_page(
        "rules.html",
        "rules",
        form=form,
        once=[form[f"task_{task}"] for task in Task if task not in DAILY],
        daily=[form[f"task_{task}"] for task in Task if task in DAILY],
        changed_at=stored.changed_at if stored else None,
        errors=errors,
    )
