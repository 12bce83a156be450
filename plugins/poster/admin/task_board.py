"""Rewards that wait for a person: held ones, gifts to hand over, and what was decided."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.contributions import DashboardCard
from core.api.errors import InvalidInput, NotFound, ShopError
from core.api.members import names_of
from core.api.web import audit, notice, reader, staff, translate_error, writing
from plugins.poster.admin.task_page import PER_PAGE, TASKS, go, page_number, show_page, uuid_or_none
from plugins.poster.rules.tasks import RewardState
from plugins.poster.services.task_holds import hand_over, reject, release
from plugins.poster.services.task_lists import list_rewards, reward_counts
from plugins.poster.services.tasks import tasks_among

SHOWN = (
    RewardState.HELD,
    RewardState.DUE,
    RewardState.UNFUNDED,
    RewardState.GRANTED,
    RewardState.REJECTED,
)
MOST_AT_ONCE = 200
DONE = {
    "release": ("One reward released.", "%(count)s rewards released."),
    "reject": (
        "One reward rejected; the member can read why.",
        "%(count)s rewards rejected; the members can read why.",
    ),
    "hand_over": ("One gift handed over.", "%(count)s gifts handed over."),
}
"""What was done, to one and to several."""


def show() -> str:
    """Rewards by state, those that have waited longest first."""
    return _page()


def decide() -> Any:
    """Release, reject or hand over what is ticked, each for itself, with one note for all."""
    picked = [key for key in map(uuid_or_none, request.form.getlist("pick")) if key]
    act, note = request.form.get("do", ""), request.form.get("note", "")
    if act not in DONE:
        raise NotFound("poster.reward", "There is no such reward.")
    if not picked:
        notice("Tick the rewards you have decided about.", "error")
        return go(_back(act))
    done, problems = 0, []
    for key in picked[:MOST_AT_ONCE]:
        try:
            _decide_one(key, act, note)
            done += 1
        except InvalidInput as error:  # the note, the same for all
            return _page(errors=[translate_error(error)]), error.status
        except ShopError as error:
            problems.append(translate_error(error))
    if done:
        notice(DONE[act][done > 1], count=done)
    if problems:
        return _page(errors=sorted(set(problems))), 409
    return go(_back(act))


def _decide_one(key: UUID, act: str, note: str) -> None:
    with writing() as session:
        actor, after = staff().actor, {"note": note}
        if act == "release":
            after["state"] = str(release(session, key, actor=actor, note=note))
        elif act == "reject":
            after["fans_struck"] = str(reject(session, key, actor=actor, note=note))
        else:
            hand_over(session, key, actor=actor, note=note)
        audit(session, f"poster.reward.{act}", "fan_reward", key, after=after)


def _back(act: str) -> str:
    return f"{TASKS}/rewards" + ("?state=due" if act == "hand_over" else "")


def _page(*, errors: Sequence[str] = ()) -> str:
    session, state = reader(), request.values.get("state", RewardState.HELD)
    state = state if state in SHOWN else RewardState.HELD
    found = list_rewards(session, [state], page=page_number(), per_page=PER_PAGE)
    return show_page(
        "task_rewards.html",
        page=found,
        names=names_of(session, {row.holder_id for row in found.items}),
        tasks=tasks_among(session, {row.task_id for row in found.items}),
        counts=reward_counts(session),
        picked=set(request.form.getlist("pick")),
        note=request.form.get("note", ""),
        shown=[str(each) for each in SHOWN],
        state=str(state),
        errors=list(errors),
    )


def waiting(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Rewards that wait for a person, for the admin's first page."""
    counts = reward_counts(session)
    held, due = counts.get(RewardState.HELD, 0), counts.get(RewardState.DUE, 0)
    if not held and not due:
        return None
    return {
        "value": str(held + due),
        "hint": "%(held)s held, %(due)s to hand over",
        "params": {"held": held, "due": due},
        "url": f"{TASKS}/rewards" + ("" if held else "?state=due"),
    }


CARD = DashboardCard(
    key="poster.rewards_waiting",
    label="Rewards of fan tasks",
    load=waiting,
    kind="todo",
    icon="gift",
    permission="poster.task",
)
