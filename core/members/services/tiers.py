"""The door for plugins that keep tiers: the trunk keeps none itself, and tells all of a change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import InvariantError
from core.members.events import MemberTierChanged


def tell_tier_change(
    session: Session,
    member_id: UUID,
    *,
    old_tier_id: UUID | None,
    new_tier_id: UUID | None,
    old_rank: int,
    new_rank: int,
    reason: str,
    at: datetime | None = None,
) -> None:
    """Tell everybody that a member's tier changed, in the unit of work that changed it.

    For the plugin that keeps the tiers; it calls this once a change, next to its own write.

    Args:
        session: the unit of work of the change.
        member_id: whose tier.
        old_tier_id: the tier before; ``None``: none.
        new_tier_id: the tier from now on, another one.
        old_rank: of the tier before; 0: none.
        new_rank: of the tier from now on.
        reason: a word for why.
        at: when; now when missing.

    Raises:
        InvariantError: both tiers are the same: nothing changed.
    """
    if old_tier_id == new_tier_id:
        raise InvariantError("member.tier", "A tier that stays the same is no change.")
    announce(
        session,
        MemberTierChanged(
            member_id=member_id,
            old_tier_id=old_tier_id,
            new_tier_id=new_tier_id,
            old_rank=old_rank,
            new_rank=new_rank,
            reason=reason,
            at=at or now(),
        ),
    )
