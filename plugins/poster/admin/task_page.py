"""What the merchant's pages of fan tasks have in common."""

from typing import Any
from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.api.i18n import lazy_gettext as _l
from core.api.web import locale, render_admin_page
from plugins.poster.rules.task_doubts import Suspicion
from plugins.poster.rules.tasks import Audience, FanState, RewardState, TaskState
from plugins.poster.services.tasks import unknown

PLUGIN = "poster"
ROOT = "/admin/x/poster"
TASKS = f"{ROOT}/tasks"
PER_PAGE = 25

TASK_LABELS: dict[str, Any] = {
    TaskState.DRAFT: _l("Draft"),
    TaskState.OPEN: _l("Open"),
    TaskState.CLOSED: _l("Closed"),
}
SHOWN_LABELS: dict[str, Any] = {
    **TASK_LABELS,
    "soon": _l("Opened, not begun"),
    "over": _l("Its days are over"),
}
TASK_TONES: dict[str, str] = {
    TaskState.OPEN: "ok",
    TaskState.DRAFT: "info",
    "soon": "info",
    "over": "warn",
}
FAN_LABELS = {
    FanState.PENDING: _l("Pending"),
    FanState.FINAL: _l("Final"),
    FanState.ARRIVED: _l("Does not follow yet"),
    FanState.REVOKED: _l("Left in time"),
    FanState.CAPPED: _l("Over the limit"),
    FanState.REJECTED: _l("Rejected"),
}
FAN_TONES = {FanState.FINAL: "ok", FanState.PENDING: "warn", FanState.REJECTED: "bad"}
REWARD_LABELS = {
    RewardState.HELD: _l("To be decided"),
    RewardState.DUE: _l("To be handed over"),
    RewardState.UNFUNDED: _l("Budget used up"),
    RewardState.GRANTED: _l("Given"),
    RewardState.REJECTED: _l("Rejected"),
    RewardState.VOID: _l("Void"),
}
REASONS = {
    Suspicion.ADDRESS: _l("Same address"),
    Suspicion.DEVICE: _l("Same device"),
    Suspicion.NETWORK: _l("Same network and browser"),
    Suspicion.ACCOUNT: _l("Same payment account"),
    Suspicion.BURST: _l("Many new people at once"),
}
AUDIENCES = {
    Audience.EVERYBODY: _l("All members"),
    Audience.PROMOTERS: _l("Members who promote the shop"),
    Audience.BUYERS: _l("Members who have bought here"),
}
LEFT = {"unfollowed": _l("no longer follows"), "erased": _l("closed the account")}


def show_page(template: str, **values: Any) -> str:
    """A page from ``templates/admin/``, with the tab of fan tasks marked."""
    return render_admin_page(
        f"admin/{template}",
        PLUGIN,
        tab="tasks",
        root=ROOT,
        tasks_root=TASKS,
        locale_name=locale(),
        task_labels=_words(TASK_LABELS),
        shown_labels=_words(SHOWN_LABELS),
        task_tones={str(key): tone for key, tone in TASK_TONES.items()},
        fan_labels=_words(FAN_LABELS),
        fan_tones={str(key): tone for key, tone in FAN_TONES.items()},
        reward_labels=_words(REWARD_LABELS),
        doubt_labels=_words(REASONS),
        left_labels=_words(LEFT),
        audience_labels=_words(AUDIENCES),
        **values,
    )


def page_number() -> int:
    """The page that is asked for; anything odd is the first."""
    return max(1, min(request.args.get("page", 1, type=int) or 1, 100_000))


def task_id_or_404(text: str) -> UUID:
    """An id from an address.

    Raises:
        NotFound: it is none.
    """
    key = uuid_or_none(text)
    if key is None:
        raise unknown()
    return key


def uuid_or_none(text: str) -> UUID | None:
    """An id; ``None`` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def go(path: str) -> Response:
    """On to another page."""
    return flask.redirect(path, 303)


def _words(labels: dict[Any, Any]) -> dict[str, str]:
    return {str(key): str(label) for key, label in labels.items()}
