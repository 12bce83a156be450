"""What staff does to a member's tier by hand, with a reason; the caller writes the audit log."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.api.errors import InvalidInput, NotFound
from core.api.text import squeeze
from plugins.membership.services.growth import NOTE_LIMIT, follow
from plugins.membership.services.privacy import refuse_erased
from plugins.membership.services.reading import tiers
from plugins.membership.services.standings import Move, change, growth_of, id_of, lock_member, move


def set_tier(
    session: Session,
    member_id: UUID,
    tier_id: UUID | None,
    *,
    is_locked: bool,
    reason: str,
    actor: str,
) -> bool:
    """Give a member a tier by hand; locked, nothing but staff changes it again.

    Without the lock it is theirs until its validity ends: growth that is taken back does not lower
    them below it, more growth may lift them above.

    Args:
        session: unit of work.
        member_id: whose.
        tier_id: of the ladder in force; ``None``: no tier.
        is_locked: whether it stays whatever happens.
        reason: 1 to 200 characters; staff reads it.
        actor: the staff member.

    Returns:
        Whether the tier changed; the lock may have, all the same.

    Raises:
        InvalidInput: no reason.
        NotFound: no such tier.
        Rejected: the member was erased.
    """
    reason = _reason(reason)
    refuse_erased(session, member_id)
    ladder = {tier.id: tier for tier in tiers(session)}
    if tier_id is not None and tier_id not in ladder:
        raise NotFound("membership.tier", "There is no such tier.")
    tier = ladder[tier_id] if tier_id is not None else None
    place = lock_member(session, member_id)
    lock = {"is_locked": is_locked, "lock_reason": reason if is_locked else ""}
    values = {**lock, "floor_tier_id": id_of(tier)}
    growth = growth_of(session, member_id)
    if move(session, place, tier, growth, Move("staff", actor, reason), **values):
        return True
    change(session, member_id, **values)
    return False


def unlock(session: Session, member_id: UUID, *, reason: str, actor: str) -> bool:
    """Let a member's tier follow their growth again; they rise at once to what they reach.

    Returns:
        Whether the tier changed.

    Raises:
        InvalidInput: no reason.
        Rejected: the member was erased.
    """
    reason = _reason(reason)
    refuse_erased(session, member_id)
    lock_member(session, member_id)
    change(session, member_id, is_locked=False, lock_reason="")
    place = lock_member(session, member_id)
    return follow(session, place, Move("staff", actor, reason), is_loss=False)


def _reason(text: str) -> str:
    text = squeeze(text)
    if not text or len(text) > NOTE_LIMIT:
        raise InvalidInput(
            "membership.tier_reason",
            "Please give a reason of at most 200 characters.",
            field="reason",
        )
    return text
