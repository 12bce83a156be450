"""Becoming a distributor, the rules they agree to, and giving up."""

from typing import Any

from flask import request

from core.api.errors import InvalidInput, Rejected
from core.api.web import (
    member,
    notice,
    reader,
    store_settings,
    translate_error,
    writing,
)
from plugins.distribution.rules import Joining, worked_example
from plugins.distribution.services import distributors
from plugins.distribution.services.distributors import NOTE_LIMIT, RULES_VERSION, DistributorState
from plugins.distribution.services.programmes import current
from plugins.distribution.services.standings import Standing, standing_of
from plugins.distribution.views.page import go, show_page

EXAMPLE_FEN = 10_000
ROOT = "/x/distribution/"


def show() -> Any:
    """What the programme is and how to join it; where an application stands."""
    standing = standing_of(reader(), member().subject_id)
    if standing.is_active or standing.state == DistributorState.FROZEN:
        return go(ROOT)
    return _page(standing)


def ask() -> Any:
    """Join, or apply where the store reviews; needs the tick that the rules were read."""
    principal = member()
    note = request.form.get("note", "")
    try:
        if request.form.get("rules") != RULES_VERSION:
            raise InvalidInput(
                "distribution.rules",
                "Please read the rules and tick that you agree to them.",
                field="rules",
            )
        with writing() as session:
            joining = current(session).joining
            row = distributors.apply(
                session, principal.subject_id, joining, rules_version=RULES_VERSION, note=note
            )
    except Rejected as error:
        standing = standing_of(reader(), principal.subject_id)
        return _page(standing, error=error, note=note), error.status
    if row.state == DistributorState.ACTIVE:
        notice("Welcome! Share what you like; what friends buy earns you a commission.")
        return go(ROOT)
    notice("Your application is with the store. You will find the answer here.")
    return go(f"{ROOT}join")


def leave() -> Any:
    """Give up; what was earned stays theirs and settles as usual."""
    if request.form.get("sure") != "1":
        notice("Please tick the box first.", "warn")
        return go(f"{ROOT}rules")
    with writing() as session:
        distributors.leave(session, member().subject_id)
    notice("You have left the programme. What you earned stays yours and settles as usual.")
    return go(f"{ROOT}join")


def rules() -> str:
    """The rules in full, with the plan in force and a worked example."""
    standing = standing_of(reader(), member().subject_id)
    return show_page("rules.html", standing, **_terms(standing))


def _page(standing: Standing, *, error: Rejected | None = None, note: str = "") -> str:
    field = error.params.get("field", "") if isinstance(error, InvalidInput) else ""
    return show_page(
        "join.html",
        standing,
        is_open=standing.joining != Joining.DESIGNATED,
        is_reviewed=standing.joining == Joining.APPLICATION,
        error=translate_error(error) if error else "",
        error_field=field,
        note=note,
        note_limit=NOTE_LIMIT,
        rules_version=RULES_VERSION,
        **_terms(standing),
    )


def _terms(standing: Standing) -> dict[str, Any]:
    settings = store_settings()
    return {
        "example": worked_example(standing.programme, EXAMPLE_FEN),
        "aftersale_days": settings.aftersale_days,
        "auto_receive_days": settings.auto_receive_days,
        "payout_min_fen": settings.payout_min_fen,
        "payout_fee_bps": settings.payout_fee_bps,
        "payout_tax_bps": settings.payout_tax_bps,
    }
