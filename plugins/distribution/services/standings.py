"""Where one member stands towards the programme: state and plan in force, read at once."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.db import Prepared
from core.api.values import dataclass
from plugins.distribution.models import Distributor, ProgrammeVersion
from plugins.distribution.rules import Grade, Joining, Programme, effective_bps
from plugins.distribution.services import programmes
from plugins.distribution.services.distributors import RULES_VERSION, DistributorState, standing

_KNOWN = "distribution.standing"
_PROGRAMME: Any = ProgrammeVersion.__table__
_DISTRIBUTOR: Any = Distributor.__table__
_QUERY = Prepared(
    sa.select(
        _DISTRIBUTOR.c.state,
        _DISTRIBUTOR.c.reason,
        _DISTRIBUTOR.c.grade_id,
        _DISTRIBUTOR.c.is_unranked,
        _DISTRIBUTOR.c.rules_version,
        _PROGRAMME.c.id.label("programme_id"),
    )
    .select_from(sa.select(sa.literal(1).label("one")).subquery("one"))
    .outerjoin(_DISTRIBUTOR, _DISTRIBUTOR.c.member_id == sa.bindparam("member_id", type_=sa.Uuid()))
    .outerjoin(
        _PROGRAMME,
        _PROGRAMME.c.version == sa.select(sa.func.max(_PROGRAMME.c.version)).scalar_subquery(),
    )
)


@dataclass(frozen=True)
class Standing:
    """A member towards the programme.

    Args:
        member_id: who.
        state: ``None`` for somebody who never asked and may not earn without asking.
        reason: why they are frozen or were refused; theirs to read.
        is_known: whether they ever asked or were named.
        programme: in force now.
        grade_id: theirs, whether or not the programme still has it.
        is_unranked: they asked to be left out of the ranking.
        rules_version: the rules they agreed to, ``""`` for those who never did.
    """

    member_id: UUID
    state: DistributorState | None
    reason: str
    is_known: bool
    programme: Programme
    grade_id: UUID | None = None
    is_unranked: bool = False
    rules_version: str = ""

    @property
    def is_to_agree(self) -> bool:
        """Whether they are asked to agree to the rules of today; they earn meanwhile.

        Those who earn without having asked are not.
        """
        is_in = self.state in {DistributorState.ACTIVE, DistributorState.FROZEN}
        return self.is_known and is_in and self.rules_version != RULES_VERSION

    @property
    def has_centre(self) -> bool:
        """Whether they are a distributor, or were one until they left."""
        return self.state in {
            DistributorState.ACTIVE,
            DistributorState.FROZEN,
            DistributorState.LEFT,
        }

    @property
    def is_active(self) -> bool:
        """Whether they earn on new orders."""
        return self.state == DistributorState.ACTIVE

    @property
    def grade(self) -> Grade | None:
        """Their grade in the programme in force."""
        return self.programme.grade(self.grade_id)

    @property
    def effective_bps(self) -> list[int]:
        """Rate per level of the default plan as they are paid; empty for fixed sums."""
        return effective_bps(self.programme, self.grade_id)

    @property
    def joining(self) -> Joining:
        """How members become distributors now."""
        return self.programme.joining


def standing_of(session: Session, member_id: UUID) -> Standing:
    """State and plan in one statement, once a session: several blocks ask on one page."""
    key = _KNOWN, member_id
    known: Standing | None = session.info.get(key)
    if known is None:
        known = session.info[key] = _read(session, member_id)
    return known


def _read(session: Session, member_id: UUID) -> Standing:
    row = _QUERY.all(session, {"member_id": member_id})[0]
    programme = programmes.by_id(session, row.programme_id)
    return Standing(
        member_id=member_id,
        state=standing(row.state, programme.joining),
        reason=row.reason or "",
        is_known=row.state is not None,
        programme=programme,
        grade_id=row.grade_id,
        is_unranked=bool(row.is_unranked),
        rules_version=row.rules_version or "",
    )
