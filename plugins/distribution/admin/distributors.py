"""Distributors: who they are, who waits, and moving them from state to state."""

from typing import Any
from uuid import UUID

from flask import request

from core.api.catalog import Page
from core.api.errors import Conflict, InvalidInput, NotFound, ShopError
from core.api.i18n import gettext as _
from core.api.members import ids_matching, member_by_phone, names_of
from core.api.text import parse_phone
from core.api.web import audit, notice, reader, staff, translate_error, writing
from plugins.distribution.admin.page import (
    PER_PAGE,
    ROOT,
    go,
    page_number,
    place,
    search_text,
    show_page,
)
from plugins.distribution.forms import DesignateForm, ReasonForm
from plugins.distribution.services import overview
from plugins.distribution.services.distributors import DistributorState, distributor, set_state
from plugins.distribution.services.figures import states_of_all
from plugins.distribution.services.grades import grade_names
from plugins.distribution.views.showing import DISTRIBUTOR_LABELS, uuid_or_none

TARGETS = {
    "activate": (DistributorState.ACTIVE, "They are active and earn on new orders."),
    "reject": (DistributorState.REJECTED, "The application is refused; they can read why."),
    "freeze": (DistributorState.FROZEN, "The account is frozen; new orders earn nothing."),
}
TONES = {
    DistributorState.APPLIED: "warn",
    DistributorState.ACTIVE: "ok",
    DistributorState.FROZEN: "bad",
    DistributorState.REJECTED: "",
    DistributorState.LEFT: "",
}


def show() -> str:
    """The list, by state and by name or phone."""
    return _page(DesignateForm())


def designate() -> Any:
    """Make a member a distributor at once, whatever the plan's way of joining."""
    form = DesignateForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        phone = parse_phone(form.phone.data or "")
        with writing() as session:
            found = member_by_phone(session, phone)
            _move(session, found.id, DistributorState.ACTIVE, "")
    except NotFound:
        form.refuse(
            InvalidInput(
                "distribution.no_member", "No member has this phone number.", field="phone"
            )
        )
        return _page(form), 404
    except ShopError as error:
        return _page(form, errors=form.refuse(error)), error.status
    notice(TARGETS["activate"][1])
    return go(f"{ROOT}/distributors")


def move(member_id: str, target: str) -> Any:
    """Approve, refuse, freeze or unfreeze one distributor."""
    wanted = uuid_or_none(member_id)
    if wanted is None or target not in TARGETS:
        raise NotFound("distribution.distributor", "There is no such distributor.")
    state, sentence = TARGETS[target]
    reason = ""
    if state != DistributorState.ACTIVE:
        form = ReasonForm(request.form)
        if not form.validate():
            notice("Please give a reason; the distributor will see it.", "error")
            return go(_back(wanted))
        reason = form.reason.data or ""
    try:
        with writing() as session:
            if distributor(session, wanted) is None:
                raise NotFound("distribution.distributor", "There is no such distributor.")
            _move(session, wanted, state, reason)
    except Conflict as error:
        return _page(DesignateForm(), errors=[_overtaken(wanted)]), error.status
    except ShopError as error:
        return _page(DesignateForm(), errors=[translate_error(error)]), error.status
    notice(sentence)
    return go(_back(wanted))


def _overtaken(member_id: UUID) -> Any:
    row = distributor(reader(), member_id)
    state = DISTRIBUTOR_LABELS[DistributorState(row.state)] if row else ""
    return _("Nothing was changed: somebody was faster, the state is “%(state)s” now.", state=state)


def _move(session: Any, member_id: Any, target: DistributorState, reason: str) -> None:
    row = distributor(session, member_id)
    before = {"state": row.state, "reason": row.reason} if row else {}
    after = set_state(session, member_id, target, actor=staff().actor, reason=reason)
    audit(
        session,
        f"distribution.distributor.{target}",
        "distributor",
        member_id,
        before=before,
        after={"state": str(after.state), "reason": after.reason},
    )


def _back(member_id: UUID) -> str:
    """The distributor's own page, or the list as it was narrowed."""
    if request.form.get("page") == "one":
        return f"{ROOT}/distributors/{member_id}"
    state = request.form.get("state", "")
    known = state in set(DistributorState)
    return f"{ROOT}/distributors" + (f"?state={state}" if known else "")


def _page(form: DesignateForm, *, errors: Any = ()) -> str:
    session, number, query = reader(), page_number(), search_text()
    state = request.args.get("state", "")
    state = state if state in set(DistributorState) else ""
    after = place()
    found = overview.list_distributors(
        session,
        state=state,
        members=ids_matching(query) if query else None,
        limit=PER_PAGE,
        offset=(number - 1) * PER_PAGE,
        after=after,
    )
    return show_page(
        "distributors.html",
        "distributors",
        page=Page(tuple(found.rows), found.total, number, PER_PAGE),
        more=found.more,
        after=after,
        names=names_of(session, [row.member_id for row in found.rows]),
        grades=grade_names(session, [row.member_id for row in found.rows]),
        counts=states_of_all(session),
        labels={str(key): str(label) for key, label in DISTRIBUTOR_LABELS.items()},
        tones=TONES,
        state=state,
        query=query,
        form=form,
        errors=list(errors),
    )
