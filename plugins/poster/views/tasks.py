"""Fan tasks on the phone: what there is, how far one has come, taking part."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from core.api.charts import qr_svg
from core.api.contributions import Block, BlockContext, StorePage
from core.api.errors import ShopError
from core.api.i18n import lazy_gettext as _l
from core.api.members import masked_names
from core.api.regions import Region
from core.api.web import (
    external_url,
    is_promoter,
    locale,
    member,
    notice,
    reader,
    render_store_page,
    translate_error,
    writing,
)
from plugins.poster.rules.tasks import FanState
from plugins.poster.services.task_progress import fans_of, progress_list, progress_of, way_in
from plugins.poster.services.task_taking import AUDIENCES, is_for, take_part
from plugins.poster.services.tasks import unknown
from plugins.poster.views.page import may_make

PLUGIN = "poster"
ROOT = "/x/poster/tasks"
STUDIO = "/x/poster/new?purpose=invite"
MOST_FACES = 30

STATUS_LABELS = {
    "soon": _l("Not started yet"),
    "open": _l("You can take part"),
    "taking": _l("You take part"),
    "waiting": _l("Waiting for the last fans"),
    "held": _l("Being checked"),
    "done": _l("Completed"),
    "rejected": _l("Not granted"),
    "expired": _l("Ended"),
    "missed": _l("Ended"),
}
STATUS_TONES = {"open": "brand", "taking": "brand", "held": "gold", "waiting": "gold"}
REWARD_LABELS = {
    "held": _l("Being checked"),
    "unfunded": _l("Waits for the store"),
    "due": _l("The store hands it over"),
    "granted": _l("Paid to you"),
    "rejected": _l("Not granted"),
    "void": _l("Not granted"),
}
REWARD_TONES = {"granted": "brand", "due": "gold", "held": "gold", "unfunded": "gold"}
FAN_LABELS = {
    FanState.ARRIVED: _l("Does not follow yet"),
    FanState.PENDING: _l("Pending"),
    FanState.FINAL: _l("Counts"),
    FanState.REVOKED: _l("Left again"),
    FanState.CAPPED: _l("Over the limit"),
    FanState.REJECTED: _l("Does not count"),
}


def show_all() -> str:
    """Tasks that are open, and those one takes part in."""
    found = progress_list(reader(), member().subject_id)
    return _render("tasks.html", tasks=found)


def show(task_id: str) -> Any:
    """One task: how far one has come, with whom, what it brings, the rules."""
    return _page(_id(task_id))


def join(task_id: str) -> Any:
    """Take part; again is the same."""
    key = _id(task_id)
    person = member().subject_id
    try:
        with writing() as session:
            take_part(session, key, person, is_promoter=is_promoter(person))
    except ShopError as error:
        if error.status == 404:
            raise
        return _page(key, refusal=translate_error(error)), error.status
    notice("You take part. Your link is below.")
    return _go(f"{ROOT}/{key}")


def _page(task_id: UUID, *, refusal: str = "") -> str:
    session, person = reader(), member().subject_id
    progress = progress_of(session, person, task_id)
    if progress is None:
        raise unknown()
    task = progress.task
    is_in = progress.joined_at is not None
    found = fans_of(session, person, task_id, MOST_FACES + 1) if is_in else []
    fans = found[:MOST_FACES]
    may_join = is_in or is_for(session, task, person, is_promoter=is_promoter(person))
    return _render(
        "task.html",
        it=progress,
        task=task,
        fans=fans,
        has_more_fans=len(found) > len(fans),
        names=masked_names(session, [fan.member_id for fan in fans]),
        may_join=may_join,
        audience=AUDIENCES[task.rules.audience],
        link=external_url(f"/?s={progress.share_token}") if progress.share_token else "",
        qr=qr_svg(external_url(f"/s/{progress.share_code}")) if progress.share_code else "",
        has_studio=may_make(person),
        refusal=refusal,
    )


def entry(context: BlockContext) -> Mapping[str, Any] | None:
    """The way in from the member centre, while there is something to see."""
    assert context.member_id is not None  # not asked for guests
    taken = way_in(context.session, context.member_id)
    return None if taken is None else {"taken": taken}


def _render(template: str, **values: Any) -> str:
    return render_store_page(
        f"store/{template}",
        PLUGIN,
        tasks_root=ROOT,
        studio=STUDIO,
        locale_name=locale(),
        statuses={key: str(label) for key, label in STATUS_LABELS.items()},
        status_tones=STATUS_TONES,
        reward_labels={key: str(label) for key, label in REWARD_LABELS.items()},
        reward_tones=REWARD_TONES,
        fan_labels={str(key): str(label) for key, label in FAN_LABELS.items()},
        **values,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise unknown() from None


def _go(path: str) -> Response:
    return flask.redirect(path, 303)


TASK_PAGES = (
    StorePage("poster.tasks", ROOT, show_all, "member"),
    StorePage("poster.task", f"{ROOT}/<task_id>", show, "member"),
    StorePage("poster.task_join", f"{ROOT}/<task_id>", join, "member", ("POST",)),
)

TASK_BLOCKS = (
    Block(
        key="poster.task_entry",
        region=Region.MEMBER_HOME_MENU,
        template="store/task_entry.html",
        context=entry,
        weight=60,
        audience="member",
    ),
)
