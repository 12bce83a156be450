"""The level page: tier and progress, benefits, tasks, the ladder, the rules; and the growth log."""

from collections.abc import Sequence

import flask
from flask import request
from werkzeug.wrappers import Response

from core.api.errors import NotFound
from core.api.values import dataclass
from core.api.web import (
    current_member,
    locale,
    member,
    notice,
    reader,
    render_store_page,
    writing,
)
from plugins.membership.rules.benefits import BenefitView, Matrix
from plugins.membership.rules.ladder import Ladder
from plugins.membership.rules.programme import Task
from plugins.membership.services import benefits as catalogue
from plugins.membership.services import reviews, tasks
from plugins.membership.services.documents import rules_of
from plugins.membership.services.reading import tiers
from plugins.membership.services.reports import (
    EntryFilter,
    count_entries,
    entries,
    seen,
    tier_history,
)
from plugins.membership.types import Tier
from plugins.membership.views import wording

PLUGIN = "membership"
HOME = "/x/membership/"
PER_PAGE = 20


@dataclass(frozen=True)
class Shown:
    """A benefit as one reader sees it.

    Args:
        benefit: the line of the catalogue.
        words: how much of it the reader's tier has, or what the first tier has that has it.
        opens: the lowest tier above the reader's that has it; ``None``: it is theirs.
    """

    benefit: BenefitView
    words: str
    opens: Tier | None


def show() -> str:
    """The level page; guests see the ladder and are led to sign in."""
    session, who = reader(), current_member()
    rules = rules_of(session)
    found = seen(session, who.subject_id) if who else None
    ladder = found.ladder if found else tiers(session)
    tier = found.tier if found else None
    lines, cells = catalogue.catalogue(session), catalogue.matrix(session)
    return render_store_page(
        "store/level.html",
        PLUGIN,
        seen=found,
        ladder=ladder,
        rules=rules,
        rate=wording.times(rules.rate * 100),
        benefits=_benefits(lines, cells, ladder, tier),
        brings={each.id: _brings(lines, cells, each) for each in ladder},
        tasks=tasks.standings(session, who.subject_id, rules) if who else [],
        task_labels=wording.TASK_LABELS,
        task_icons=wording.TASK_ICONS,
        task_links=wording.TASK_LINKS,
        offered=[(task, rules.growth_of(task)) for task in Task if rules.growth_of(task)],
        falls_to=reviews.falling(session, who.subject_id) if who else None,
        locale=locale(),
    )


def _benefits(
    lines: Sequence[BenefitView], cells: Matrix, ladder: Ladder, tier: Tier | None
) -> list[Shown]:
    """What the reader has, then what higher tiers would open; what no tier has is left out."""
    shown = []
    for line in lines:
        if not line.is_active:
            continue
        own = cells.get((tier.id, line.id)) if tier else None
        if own is not None:
            shown.append(Shown(line, wording.benefit_words(line, own, locale()), None))
            continue
        above = (
            each
            for each in ladder
            if (tier is None or each.threshold > tier.threshold) and (each.id, line.id) in cells
        )
        opens = next(above, None)
        if opens is not None:
            words = wording.benefit_words(line, cells[opens.id, line.id], locale())
            shown.append(Shown(line, words, opens))
    return sorted(shown, key=lambda each: each.opens is not None)


def _brings(lines: Sequence[BenefitView], cells: Matrix, tier: Tier) -> list[tuple[str, str]]:
    return [
        (
            line.name_in(locale()),
            wording.benefit_words(line, cells[tier.id, line.id], locale()),
        )
        for line in lines
        if line.is_active and (tier.id, line.id) in cells
    ]


def check_in() -> Response:
    """Today's visit."""
    who = member()
    with writing() as session:
        is_new = tasks.check_in(session, who.subject_id)
        growth = rules_of(session).growth_of(Task.CHECK_IN)
    _say(is_new, growth)
    return flask.redirect(f"{HOME}#tasks", 303)


def collect(task: str) -> Response:
    """The growth of a task that is done."""
    who = member()
    if task not in set(Task):
        raise NotFound("membership.task", "There is no such task.")
    with writing() as session:
        is_new = tasks.collect(session, who.subject_id, Task(task))
        growth = rules_of(session).growth_of(Task(task))
    _say(is_new, growth)
    return flask.redirect(f"{HOME}#tasks", 303)


def _say(is_new: bool, growth: int) -> None:
    if is_new:
        notice("You got %(growth)s growth value.", growth=growth)
    else:
        notice("You had this already.", "warn")


def growth_log() -> str:
    """Every change of one's growth value, newest first, and how one's tier changed."""
    session, who = reader(), member()
    wanted = EntryFilter(member_ids=(who.subject_id,))
    number = max(1, min(request.args.get("page", 1, type=int) or 1, 10_000))
    total, _given, _taken = count_entries(session, wanted)
    return render_store_page(
        "store/growth.html",
        PLUGIN,
        seen=seen(session, who.subject_id),
        rows=entries(session, wanted, limit=PER_PAGE, offset=(number - 1) * PER_PAGE),
        number=number,
        pages=max(1, -(-total // PER_PAGE)),
        kinds=wording.KIND_LABELS,
        task_labels={str(task): label for task, label in wording.TASK_LABELS.items()},
        history=tier_history(session, who.subject_id, 10) if number == 1 else [],
        reasons=wording.REASON_LABELS,
        locale=locale(),
    )
