"""Who earned most this month or last; names are masked, and nobody has to stand there."""

from typing import Any

from flask import request

from core.api.clock import now
from core.api.i18n import lazy_gettext as _l
from core.api.web import member, notice, reader, store_settings, writing
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.ranking import choose_ranked, place_of, ranking
from plugins.distribution.services.standings import standing_of
from plugins.distribution.services.statements import Month
from plugins.distribution.views.page import go, show_page
from plugins.distribution.views.showing import called

SHOWN = 20
ROOT = "/x/distribution/"
TIMES = {"this": _l("This month"), "last": _l("Last month")}


def show() -> Any:
    """The first twenty of a month, and one's own place."""
    session, zone = reader(), store_settings().timezone
    standing = standing_of(session, member().subject_id)
    if standing.state not in {DistributorState.ACTIVE, DistributorState.FROZEN}:
        return go(f"{ROOT}join")
    asked = request.args.get("month", "this")
    time = asked if asked in TIMES else "this"
    month_on = _month(time, zone).first_day
    places = ranking(session, month_on, limit=SHOWN)
    return show_page(
        "ranking.html",
        standing,
        places=places,
        names=called(session, {each.member_id for each in places}),
        mine=place_of(session, standing.member_id, month_on),
        time=time,
        times=[(key, str(label)) for key, label in TIMES.items()],
    )


def choose() -> Any:
    """Leave the ranking, or come back to it."""
    standing = standing_of(reader(), member().subject_id)
    is_ranked = request.form.get("ranked") == "1"
    with writing() as session:
        choose_ranked(session, standing.member_id, standing.joining, is_ranked=is_ranked)
    if is_ranked:
        notice("You are part of the ranking again.")
    else:
        notice("You are no longer in the ranking. Nobody sees your place.")
    return go(f"{ROOT}ranking")


def _month(time: str, zone: str) -> Month:
    this = Month.of(now(), zone)
    if time == "this":
        return this
    return Month(this.year - 1, 12) if this.number == 1 else Month(this.year, this.number - 1)
