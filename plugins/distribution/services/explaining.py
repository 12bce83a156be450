"""How commissions came about, from the programme version that their orders froze. Read only."""

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.db import shared
from core.api.values import dataclass
from plugins.distribution.models import ProgrammeVersion
from plugins.distribution.rules import Base, Programme, Scope
from plugins.distribution.services import programmes
from plugins.distribution.services.reports import CommissionView

_PLANS = "distribution.plans"


@dataclass(frozen=True)
class Explanation:
    """What a commission was worked out from; numbers stand in the commission itself.

    Args:
        version: of the programme; 0 for what held before the first was published.
        plan_name: of the plan; empty for one without a name.
        is_default: the plan takes everything that no other names.
        scope: where the rate was found.
        base: what the rate is of.
        level: 1 to 3, 0 for the buyer's own.
        grade_name: of the beneficiary's grade at placement; empty without one.
    """

    version: int
    plan_name: str
    is_default: bool
    scope: Scope
    base: Base
    level: int
    grade_name: str


def explanations(
    session: Session, commissions: Collection[CommissionView]
) -> Mapping[UUID, Explanation]:
    """The explanation of each commission, by its id.

    One statement whatever their number, and one for each version this process has not seen.
    """
    versions = {each.plan_version for each in commissions}
    found = {0: programmes.DEFAULT}
    if versions - {0}:
        rows = session.execute(
            sa.select(ProgrammeVersion.version, ProgrammeVersion.id).where(
                ProgrammeVersion.version.in_(versions)
            )
        )
        found |= {version: programmes.by_id(session, row_id) for version, row_id in rows}
    return {
        each.id: _explained(each, found.get(each.plan_version, programmes.DEFAULT))
        for each in commissions
    }


def removed_plans(session: Session) -> Mapping[UUID, str]:
    """Names of plans that a version had and the one in force has not, by id; the last name counts.

    Versions never change, so this process reads each of them once. Two statements.
    """
    seen, names = shared(session).get(_PLANS, (0, {}))
    plans = ProgrammeVersion.body["plans"]
    unseen = sa.select(ProgrammeVersion.version, plans).where(ProgrammeVersion.version > seen)
    for version, listed in session.execute(unseen.order_by(ProgrammeVersion.version)):
        seen, names = version, names | {UUID(each["id"]): each["name"] for each in listed}
    shared(session)[_PLANS] = seen, names
    in_force = {plan.id for plan in programmes.current(session).plans}
    return {plan_id: name for plan_id, name in names.items() if plan_id not in in_force}


def _explained(commission: CommissionView, programme: Programme) -> Explanation:
    plan = programme.plan(commission.plan_id) if commission.plan_id else None
    plan = plan or programme.default_plan
    grade = programme.grade(commission.grade_id)
    return Explanation(
        version=commission.plan_version,
        plan_name=plan.name,
        is_default=plan.id == programme.default_plan.id,
        scope=Scope(commission.scope),
        base=plan.base,
        level=commission.level,
        grade_name=grade.name if grade else "",
    )
