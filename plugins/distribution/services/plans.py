"""Plan versions: read the one in force, publish the next."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import Rejected
from plugins.distribution.models import Acknowledgement, PlanVersion
from plugins.distribution.rules import Joining, Plan, check_plan

NOTICE_VERSION = "2026-01"
"""Version of the legal notice in ``templates/distribution/notice.html``."""

DEFAULT_PLAN = Plan(
    version=0, depth=2, rates_bps=(1000, 500), pool_bps=3000, joining=Joining.APPLICATION
)
"""What holds before a merchant publishes a plan: two levels, 10 % and 5 %."""


def current_plan(session: Session) -> Plan:
    """The plan in force; :data:`DEFAULT_PLAN` before the first is published."""
    row = session.execute(
        sa.select(PlanVersion.__table__).order_by(PlanVersion.version.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return DEFAULT_PLAN
    rates = (row.rate1_bps, row.rate2_bps, row.rate3_bps)[: row.depth]
    return Plan(
        version=row.version,
        depth=row.depth,
        rates_bps=rates,
        pool_bps=row.pool_bps,
        joining=Joining(row.joining),
    )


def plan_history(session: Session, limit: int = 20) -> Sequence[PlanVersion]:
    """Published versions, newest first."""
    return session.scalars(
        sa.select(PlanVersion).order_by(PlanVersion.version.desc()).limit(limit)
    ).all()


def publish_plan(
    session: Session,
    *,
    depth: int,
    rates_bps: Sequence[int],
    pool_bps: int,
    joining: Joining,
    actor: str,
    actor_name: str,
    acknowledged: bool,
) -> Plan:
    """Put a new plan version in force. Orders placed earlier keep the version they froze.

    Raises:
        InvalidInput: rates, depth or pool out of range.
        Rejected: three levels without the acknowledgement of the legal notice. A notice that this
            staff member acknowledged before, in its present version, is not asked again.
    """
    check_plan(depth, rates_bps, pool_bps)
    if depth == 3 and not has_acknowledged(session, actor):
        if not acknowledged:
            raise Rejected(
                "distribution.acknowledge",
                "Three levels need your confirmation that you have read the legal notice.",
            )
        session.add(
            Acknowledgement(
                subject="depth_3",
                text_version=NOTICE_VERSION,
                actor=actor,
                actor_name=actor_name,
                at=now(),
            )
        )
    version = (session.scalar(sa.select(sa.func.max(PlanVersion.version))) or 0) + 1
    padded = [*rates_bps, 0, 0][:3]
    session.execute(
        sa.insert(PlanVersion).values(
            id=new_id(),
            version=version,
            depth=depth,
            rate1_bps=padded[0],
            rate2_bps=padded[1],
            rate3_bps=padded[2],
            pool_bps=pool_bps,
            joining=joining,
            actor=actor,
            created_at=now(),
        )
    )
    return Plan(
        version=version,
        depth=depth,
        rates_bps=tuple(rates_bps),
        pool_bps=pool_bps,
        joining=joining,
    )


def has_acknowledged(session: Session, actor: str) -> bool:
    """Whether this staff member confirmed the present notice on three levels."""
    return bool(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Acknowledgement)
            .where(
                Acknowledgement.actor == actor,
                Acknowledgement.subject == "depth_3",
                Acknowledgement.text_version == NOTICE_VERSION,
            )
        )
    )
