"""The legal notice on rewards for bringing fans: confirmed by name, in its present version.

Rewarded sharing is off until somebody has confirmed it; rewards for following are a risk of their
own and are confirmed besides.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Rejected
from plugins.poster.models import Acknowledgement
from plugins.poster.rules.tasks import TaskRules

NOTICE_VERSION = "2026-01"
"""Version of the legal notice in ``templates/admin/task_notice.html``."""

FAN_TASK, FOLLOW_REWARD = "fan_task", "follow_reward"


def acknowledge(
    session: Session,
    subjects: Collection[str],
    confirmed: Collection[str],
    *,
    actor: str,
    actor_name: str,
) -> None:
    """Keep what somebody has just confirmed of these subjects, who, when and in which version.

    Raises:
        Rejected: one of them they have not confirmed, now or before, in the present version.
    """
    for subject in subjects:
        if has_acknowledged(session, actor, subject):
            continue
        if subject not in confirmed:
            raise Rejected(
                "poster.acknowledge",
                "Please confirm that you have read the legal notice on rewards for bringing fans.",
                field=subject,
            )
        session.add(
            Acknowledgement(
                subject=subject,
                text_version=NOTICE_VERSION,
                actor=actor,
                actor_name=actor_name,
                at=now(),
            )
        )


def subjects_of(rules: TaskRules) -> tuple[str, ...]:
    """What somebody has to have confirmed before a task with these rules is opened."""
    return (FAN_TASK, FOLLOW_REWARD) if rules.needs_follow else (FAN_TASK,)


def has_acknowledged(session: Session, actor: str, subject: str) -> bool:
    """Whether this staff member confirmed the present notice on a subject."""
    return bool(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Acknowledgement)
            .where(
                Acknowledgement.actor == actor,
                Acknowledgement.subject == subject,
                Acknowledgement.text_version == NOTICE_VERSION,
            )
        )
    )


def acknowledgements(session: Session, limit: int = 50) -> Sequence[Acknowledgement]:
    """Who confirmed the legal notice, newest first."""
    query = sa.select(Acknowledgement).order_by(
        Acknowledgement.at.desc(), Acknowledgement.id.desc()
    )
    return session.scalars(query.limit(limit)).all()
