"""Where one member stands towards the programme: state and plan in force, read at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.db import Prepared
from plugins.distribution.models import Distributor, PlanVersion
from plugins.distribution.rules import Plan
from plugins.distribution.services.distributors import DistributorState, standing
from plugins.distribution.services.plans import DEFAULT_PLAN, plan_of

_PLAN: Any = PlanVersion.__table__
_DISTRIBUTOR: Any = Distributor.__table__
_QUERY = Prepared(
    sa.select(
        _DISTRIBUTOR.c.state,
        _DISTRIBUTOR.c.reason,
        _PLAN.c.version,
        _PLAN.c.depth,
        _PLAN.c.rate1_bps,
        _PLAN.c.rate2_bps,
        _PLAN.c.rate3_bps,
        _PLAN.c.pool_bps,
        _PLAN.c.joining,
    )
    .select_from(sa.select(sa.literal(1).label("one")).subquery("one"))
    .outerjoin(_DISTRIBUTOR, _DISTRIBUTOR.c.member_id == sa.bindparam("member_id", type_=sa.Uuid()))
    .outerjoin(_PLAN, _PLAN.c.version == sa.select(sa.func.max(_PLAN.c.version)).scalar_subquery())
)


@dataclass(frozen=True)
class Standing:
    """A member towards the programme.

    Args:
        member_id: who.
        state: ``None`` for somebody who never asked and may not earn without asking.
        reason: why they are frozen or were refused; theirs to read.
        is_known: whether they ever asked or were named.
        plan: in force now.
    """

    member_id: UUID
    state: DistributorState | None
    reason: str
    is_known: bool
    plan: Plan

    @property
    def is_active(self) -> bool:
        """Whether they earn on new orders."""
        return self.state == DistributorState.ACTIVE


def standing_of(session: Session, member_id: UUID) -> Standing:
    """State and plan in one statement, once a session: several blocks ask on one page."""
    key = f"distribution.standing.{member_id}"
    known: Standing | None = session.info.get(key)
    if known is None:
        known = session.info[key] = _read(session, member_id)
    return known


def _read(session: Session, member_id: UUID) -> Standing:
    row = _QUERY.all(session, {"member_id": member_id})[0]
    plan = plan_of(row) if row.version is not None else DEFAULT_PLAN
    return Standing(
        member_id=member_id,
        state=standing(row.state, plan.joining),
        reason=row.reason or "",
        is_known=row.state is not None,
        plan=plan,
    )
