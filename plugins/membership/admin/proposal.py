"""Thresholds proposed from what members brought in, and keeping them as a draft."""

import re
from typing import Any

from flask import request

from core.api.db import new_id
from core.api.errors import InvalidInput, ShopError
from core.api.money import parse_yuan
from core.api.web import notice, reader, staff, translate_error, writing
from plugins.membership.admin.page import ROOT, go, show_page
from plugins.membership.rules.proposal import TIERS_MOST
from plugins.membership.rules.starting import new_tier
from plugins.membership.services import ladder as ladders
from plugins.membership.services import proposing
from plugins.membership.services.reading import tiers

START = "60, 25, 10, 5"
PERIODS = (90, 365, 0)


def show() -> Any:
    """The shares that are wished for, and the ladder that makes them."""
    return _page(request.args.get("shares", START), _days(request.args.get("days")))


def apply() -> Any:
    """Keep the proposal as the draft of the ladder."""
    shares, days = request.form.get("shares", ""), _days(request.form.get("days"))
    session = reader()
    try:
        found = proposing.of_shop(session, days)
        proposal = proposing.proposal(found, _shares(shares), tiers(session))
        with writing() as unit:
            fresh = [new_tier(place, new_id()) for place in range(TIERS_MOST)]
            proposing.draft_of(unit, proposal.tiers, fresh, staff().actor)
    except ShopError as error:
        return _page(shares, days), error.status
    notice("The proposal is your draft now. Nobody feels it before it is in force.")
    return go(f"{ROOT}/tiers")


def _page(typed: str, days: int) -> str:
    session, ladder = reader(), tiers(reader())
    proposal, error = None, ""
    try:
        shares = _shares(typed)
        found = proposing.of_shop(session, days)
        if found.growth:
            proposal = proposing.proposal(found, shares, ladder)
    except InvalidInput as refusal:
        error = translate_error(refusal)
    return show_page(
        "proposal.html",
        "proposal",
        shares=typed[:80],
        days=days,
        periods=PERIODS,
        proposal=proposal,
        error=error,
        ladder=ladder,
        has_draft=ladders.draft(session) is not None,
        names=[new_tier(place, new_id()) for place in range(TIERS_MOST)],
    )


def _shares(text: str) -> list[int]:
    """Shares in basis points of percentages parted by commas.

    Raises:
        InvalidInput: something that is no percentage.
    """
    try:
        parts = re.split(r"[^0-9.]+", text)  # a comma of either language, or whatever stands there
        return [parse_yuan(part) for part in parts if part]
    except ValueError:
        raise InvalidInput(
            "membership.shares", "Give percentages parted by commas, such as 60, 25, 10, 5.",
            field="shares",
        ) from None  # fmt: skip


def _days(text: str | None) -> int:
    """The period that is asked for; anything that is none of the offered ones is a year."""
    return next((each for each in PERIODS if text == str(each)), 365)
