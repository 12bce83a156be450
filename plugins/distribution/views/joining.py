"""Becoming a distributor, the rules they agree to, and giving up."""

from typing import Any

from flask import request

from core.api.catalog import product_cards
from core.api.errors import Conflict, InvalidInput, Rejected
from core.api.members import member_view
from core.api.web import (
    member,
    note_cards,
    notice,
    reader,
    store_settings,
    translate_error,
    writing,
)
from plugins.distribution.rules import Joining, worked_example
from plugins.distribution.services import distributors
from plugins.distribution.services.distributors import (
    NAME_LIMIT,
    NOTE_LIMIT,
    RULES_VERSION,
    DistributorState,
    distributor,
)
from plugins.distribution.services.joining import Application, goal_of, join
from plugins.distribution.services.programmes import current
from plugins.distribution.services.reports import has_earned
from plugins.distribution.services.standings import Standing, standing_of
from plugins.distribution.views import wording
from plugins.distribution.views.page import go, show_page

EXAMPLE_FEN = 10_000
MOST_PRODUCTS = 6
ROOT = "/x/distribution/"


def show() -> Any:
    """What the programme is and how to join it; where an application stands."""
    standing = standing_of(reader(), member().subject_id)
    if standing.is_active:
        return go(ROOT)
    return _page(standing)


def ask() -> Any:
    """Join, or apply where the store reviews; needs the tick that the rules were read."""
    principal = member()
    wanted = Application(
        rules_version=request.form.get("rules", ""),
        real_name=request.form.get("real_name", ""),
        note=request.form.get("note", ""),
    )
    try:
        with writing() as session:
            row = join(session, principal.subject_id, wanted)
    except Rejected as error:
        standing = standing_of(reader(), principal.subject_id)
        return _page(standing, error=error, typed=wanted), error.status
    if row.state == DistributorState.ACTIVE:
        notice("Welcome! Share what you like; what friends buy earns you a commission.")
        return go(ROOT)
    notice("Your application is with the store. You will find the answer here.")
    return go(f"{ROOT}join")


def agree() -> Any:
    """Agree to the rules of today; asked in the centre of those who have not."""
    try:
        with writing() as session:
            distributors.agree(session, member().subject_id, request.form.get("rules", ""))
    except InvalidInput as error:
        notice(str(error.message), "warn")
        return go(f"{ROOT}rules")
    notice("Thank you. You have agreed to the rules of today.")
    return go(ROOT)


def leave() -> Any:
    """Give up; what was earned stays theirs and settles as usual."""
    if request.form.get("sure") != "1":
        notice("Please tick the box first.", "warn")
        return go(f"{ROOT}rules")
    who = member().subject_id
    try:
        with writing() as session:
            before = distributors.states_of(session, [who]).get(who)
            distributors.leave(session, who, current(session).joining)
    except Conflict:  # refused meanwhile: the page says so
        return go(f"{ROOT}join")
    if before == DistributorState.APPLIED:
        notice("Your application is withdrawn. You can apply again whenever you like.")
    else:
        notice("You have left the programme. What you earned stays yours and settles as usual.")
    return go(f"{ROOT}join")


def rules() -> Any:
    """The rules in full, with the plan in force and a worked example, for those who may join."""
    standing = standing_of(reader(), member().subject_id)
    if standing.joining == Joining.DESIGNATED and not standing.is_known:
        return go(f"{ROOT}join")
    return show_page("rules.html", standing, rules_version=RULES_VERSION, **_terms(standing))


def _page(
    standing: Standing, *, error: Rejected | None = None, typed: Application | None = None
) -> str:
    session = reader()
    field = error.params.get("field", "") if isinstance(error, InvalidInput) else ""
    row = distributor(session, standing.member_id) if standing.is_known else None
    goal = goal_of(session, standing.member_id, standing.programme)
    cards = product_cards(session, goal.products[:MOST_PRODUCTS]) if goal else []
    note_cards(cards)
    return show_page(
        "join.html",
        standing,
        has_earned=has_earned(session, standing.member_id),
        goal=goal,
        goal_words=wording.wanted(goal) if goal else "",
        to_go=wording.to_go(goal) if goal else "",
        cards=cards,
        is_open=standing.joining != Joining.DESIGNATED and (goal is None or goal.is_reached),
        is_closed=standing.joining == Joining.DESIGNATED,
        is_reviewed=standing.joining == Joining.APPLICATION or bool(standing.reason),
        needs_name=standing.joining == Joining.APPLICATION,
        sent_at=row.changed_at if row else None,
        phone=member_view(session, standing.member_id).masked_phone,
        error=translate_error(error) if error else "",
        error_field=field,
        typed=typed or Application("", row.real_name if row else "", row.note if row else ""),
        name_limit=NAME_LIMIT,
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
        "payout_fee_fen": settings.payout_fee_fen,
        "payout_tax_bps": settings.payout_tax_bps,
    }
