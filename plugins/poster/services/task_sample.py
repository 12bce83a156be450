"""A fan task to look at, for a store that has none. Opening it needs a person, as any other."""

import json
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.settings import load_settings
from plugins.poster.models import FanTask
from plugins.poster.rules.tasks import from_json
from plugins.poster.services.tasks import TaskForm, create_task

DAYS = timedelta(days=60)
SAMPLE = Path(__file__).with_suffix(".json")


def draft(session: Session, actor: str) -> int:
    """Make the draft of a task with two steps, unless there is a task; how many were made."""
    if session.scalar(sa.select(sa.func.count()).select_from(FanTask)):
        return 0
    today = local_date(now(), zone := load_settings(session).timezone)
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))
    form = TaskForm(
        sample["name_zh"],
        sample["name_en"],
        day_bounds(today, zone)[0],
        day_bounds(today + DAYS, zone)[1],
        from_json(sample["rules"]),
        sample["budget_fen"],
    )
    create_task(session, form, actor=actor)
    return 1
