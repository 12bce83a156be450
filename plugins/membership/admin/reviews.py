"""The dry run of reviews: who would move where, and nothing changes."""

from datetime import timedelta

from flask import request

from core.api.clock import now
from core.api.members import names_of
from core.api.web import reader
from plugins.membership.admin.page import show_page
from plugins.membership.services import reviews
from plugins.membership.services.documents import rules_of
from plugins.membership.services.reading import tiers

PERIODS = (0, 30, 90, 400)


def show() -> str:
    """Judge, as of now, everybody whose validity ends within a number of days."""
    session = reader()
    days = request.args.get("days", 30, type=int)
    days = days if days in PERIODS else 30
    found = reviews.preview(session, now() + timedelta(days=days))
    names = names_of(session, [row.place.member_id for row in found.rows])
    return show_page(
        "reviews.html",
        "reviews",
        found=found,
        ladder=tiers(session),
        names=names,
        rules=rules_of(session),
        days=days,
        periods=PERIODS,
    )
