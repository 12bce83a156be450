"""Plan versions: read the one in force, publish the next."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import Prepared, new_id
from core.api.errors import Conflict, Rejected
from plugins.distribution.models import Acknowledgement, PlanVersion
from plugins.distribution.rules import Joining, Plan, check_plan

NOTICE_VERSION = "2026-01"
"""Version of the legal notice in ``templates/admin/notice.html``."""

DEFAULT_PLAN = Plan(
    version=0, depth=2, rates_bps=(1000, 500), pool_bps=3000, joining=Joining.APPLICATION
)
"""What holds before a merchant publishes a plan: two levels, 10 % and 5 %."""


_NEWEST = Prepared(
    sa.select(PlanVersion.__table__)
    .order_by(PlanVersion.version.desc())
    .limit(sa.literal_column("1", sa.Integer))
)


def current_plan(session: Session) -> Plan:
    """The plan in force; :data:`DEFAULT_PLAN` before the first is published."""
    row = _NEWEST.first(session, {})
    return DEFAULT_PLAN if row is None else plan_of(row)


def plan_of(row: Any) -> Plan:
    """The plan of a row of the table of versions."""
    return Plan(
        version=row.version,
        depth=row.depth,
        rates_bps=(row.rate1_bps, row.rate2_bps, row.rate3_bps)[: row.depth],
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
    seen_version: int | None = None,
) -> Plan:
    """Put a new plan version in force. Orders placed earlier keep the version they froze.

    Args:
        session: unit of work.
        depth: levels paid, 1 to 3.
        rates_bps: a rate per level.
        pool_bps: cap of all levels together.
        joining: how members become distributors.
        actor: who publishes, as logs name them.
        actor_name: their name, for the acknowledgement.
        acknowledged: whether they just confirmed having read the legal notice.
        seen_version: the version their form showed; ``None`` when there was no form.

    Raises:
        InvalidInput: rates, depth or pool out of range.
        Rejected: three levels without the acknowledgement of the legal notice. A notice that this
            staff member acknowledged before, in its present version, is not asked again.
        Conflict: somebody else published a version meanwhile.
    """
    check_plan(depth, rates_bps, pool_bps)
    newest = session.scalar(sa.select(sa.func.max(PlanVersion.version))) or 0
    if seen_version is not None and seen_version != newest:
        raise _overtaken()
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
    plan = Plan(newest + 1, depth, tuple(rates_bps), pool_bps, joining)
    _store(session, plan, actor)
    return plan


def _store(session: Session, plan: Plan, actor: str) -> None:
    rates = [*plan.rates_bps, 0, 0][:3]
    statement = sa.insert(PlanVersion).values(
        id=new_id(),
        version=plan.version,
        depth=plan.depth,
        rate1_bps=rates[0],
        rate2_bps=rates[1],
        rate3_bps=rates[2],
        pool_bps=plan.pool_bps,
        joining=str(plan.joining),
        actor=actor,
        created_at=now(),
    )
    try:
        with session.begin_nested():
            session.execute(statement)
    except IntegrityError:
        raise _overtaken() from None


def _overtaken() -> Conflict:
    return Conflict(
        "distribution.plan_overtaken",
        "Somebody else published a plan meanwhile. Have a look at it and try again.",
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
