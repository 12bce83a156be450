"""A fan task to look at, for a store that has none. Opening it needs a person, as any other."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.settings import load_settings
from plugins.poster.models import FanTask
from plugins.poster.rules.tasks import Benefit, BenefitKind, Step, TaskRules
from plugins.poster.services.tasks import TaskForm, create_task

DAYS = timedelta(days=60)


def draft(session: Session, actor: str) -> int:
    """Make the draft of a task with two steps, unless there is a task; how many were made."""
    if session.scalar(sa.select(sa.func.count()).select_from(FanTask)):
        return 0
    today = local_date(now(), zone := load_settings(session).timezone)
    create_task(
        session,
        TaskForm(
            "以茶会友",
            "Friends over tea",
            day_bounds(today, zone)[0],
            day_bounds(today + DAYS, zone)[1],
            TaskRules(
                (
                    Step(3, Benefit(BenefitKind.WALLET, amount_fen=500)),
                    Step(
                        8,
                        Benefit(
                            BenefitKind.GIFT, text_zh="手作小茶盘一只", text_en="A small tea tray"
                        ),
                    ),
                )
            ),
            budget_fen=30_000,
        ),
        actor=actor,
    )
    return 1
