"""The calculator on a page of its own: any basket, any chain, the draft or what is in force."""

from flask import request

from core.api.web import reader
from plugins.distribution.admin.plan_basket import read_calculator, work_out
from plugins.distribution.admin.plan_page import my_draft, show_plan_page

DRAFT, IN_FORCE = "draft", "force"


def show() -> str:
    """Work out what was typed; nothing is kept, so it is a page to be read and to be shared."""
    session, draft = reader(), my_draft()
    of = DRAFT if draft.is_changed and request.args.get("of") != IN_FORCE else IN_FORCE
    programme = draft.programme if of == DRAFT else draft.in_force
    calculator = read_calculator(request.args)
    takes_chain = request.args.get("do") == "chain"
    work_out(session, calculator, programme, takes_chain=takes_chain)
    return show_plan_page(
        "plan_calculator.html",
        "calculator",
        draft,
        calculator=calculator,
        programme=programme,
        of=of,
    )
