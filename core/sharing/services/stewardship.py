"""What staff and the clock do to referrals: transfer, lock, expiry. Orders keep their chain."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound, Rejected
from core.kernel.text import squeeze
from core.members.models import Member
from core.sharing.events import ReferralBound
from core.sharing.models import Referral
from core.sharing.services.binding import Check, ask_about_move, end_edges, new_edge, no_check
from core.sharing.services.edges import move, note
from core.sharing.services.graph import Edge, due_edges, edge_of, lock_graph, path_to_root
from core.sharing.types import ReferralView


def transfer(
    session: Session,
    member_id: UUID,
    new_referrer_id: UUID | None,
    *,
    actor: str,
    reason: str,
    protection_days: int = 0,
    check: Check = no_check,
) -> ReferralView | None:
    """Give a member another referrer, or none. Changes future orders only.

    Much that a click may not do staff may, and answer for it by their reason; plugins are told so.

    Args:
        session: unit of work; the graph stays locked until it ends.
        member_id: who is moved, with everybody below.
        new_referrer_id: whom to; ``None`` ends the referral.
        actor: ``staff:<uuid>``.
        reason: why; needed.
        protection_days: how long the new referral lasts without an order; 0: for life.
        check: asks plugins (``check_bind_referral``).

    Returns:
        The new referral, or ``None`` when it was ended.

    Raises:
        InvalidInput: no reason, or nothing would change.
        Rejected: oneself, somebody below, a locked member, an inactive referrer, or by ``check``.
        NotFound: no such member.
    """
    reason = squeeze(reason)
    if not reason:
        raise InvalidInput("referral.reason", "Please give a reason.", field="reason")
    at = now()
    lock_graph(session)
    check_people(session, member_id, new_referrer_id)
    current = edge_of(session, member_id)
    check_movable(current, new_referrer_id)
    ask_about_move(check, session, member_id, new_referrer_id)
    path = _path_to(session, member_id, new_referrer_id, at)
    edge = None
    if new_referrer_id:
        edge = new_edge(member_id, new_referrer_id, path, None, at, protection_days)
    move(session, member_id, current, edge)
    old = current.referrer_id if current else None
    note(
        session,
        "transferred",
        [member_id],
        at=at,
        actor=actor,
        reason=reason,
        old=[old],
        new_referrer_id=new_referrer_id,
    )
    if edge is None:
        return None
    announce(session, _moved(edge, old))
    return ReferralView(**vars(edge))


def set_lock(
    session: Session, member_id: UUID, *, is_locked: bool, actor: str, reason: str
) -> None:
    """Lock a referral: it neither ends nor changes, by click or by staff, until it is unlocked.

    Raises:
        InvalidInput: no reason.
        NotFound: the member has no referrer.
    """
    reason = squeeze(reason)
    if not reason:
        raise InvalidInput("referral.reason", "Please give a reason.", field="reason")
    done = changed(
        session,
        sa.update(Referral).where(Referral.member_id == member_id).values(is_locked=is_locked),
    )
    if not done:
        raise NotFound("referral.unknown", "This member has no referrer.")
    kind = "locked" if is_locked else "unlocked"
    note(session, kind, [member_id], at=now(), actor=actor, reason=reason)


def expire_referrals(session: Session, *, limit: int = 500) -> int:
    """End referrals whose protection is over; a job calls it until it returns 0.

    Nothing is paid in between: ``chain_of`` leaves out what is over before this runs.
    """
    at = now()
    lock_graph(session)
    due = due_edges(session, at, limit)
    if due:
        end_edges(session, due, at)
    return len(due)


def check_people(session: Session, member_id: UUID, referrer_id: UUID | None) -> None:
    """Refuse a transfer of nobody, to somebody who is not active.

    Raises:
        NotFound: no such member to move.
        Rejected: no such referrer, or not an active member.
    """
    states = {
        row.id: row.state
        for row in session.execute(
            sa.select(Member.id, Member.state).where(Member.id.in_([member_id, referrer_id]))
        )
    }
    if member_id not in states:
        raise NotFound("member.unknown", "There is no such member.")
    if referrer_id and states.get(referrer_id) != "active":
        raise Rejected("referral.unknown", "The new referrer is not an active member.")


def check_movable(current: Edge | None, new_referrer_id: UUID | None) -> None:
    """Refuse to replace a referral that is locked, or leads where it should.

    Raises:
        Rejected: locked.
        InvalidInput: nothing would change.
    """
    if current and current.is_locked:
        raise Rejected("referral.locked", "This referral is locked. Unlock it first.")
    if (current.referrer_id if current else None) == new_referrer_id:
        raise InvalidInput(
            "referral.same", "This is the referrer already.", field="new_referrer_id"
        )


def check_circle(member_id: UUID, new_referrer_id: UUID | None, path: list[Edge]) -> None:
    """Refuse oneself and everybody below as the new referrer; ``path`` leads up from there.

    Raises:
        Rejected: it would close a circle.
    """
    if member_id == new_referrer_id:
        raise Rejected("referral.oneself", "Nobody can be their own referrer.")
    if any(edge.referrer_id == member_id for edge in path):
        raise Rejected(
            "referral.circle", "The new referrer stands below this member: that would be a circle."
        )


def _path_to(
    session: Session, member_id: UUID, new_referrer_id: UUID | None, at: datetime
) -> list[Edge]:
    """The way from the new referrer to the root; ends what is over on it, refuses a circle."""
    if new_referrer_id is None:
        return []
    path = path_to_root(session, new_referrer_id)
    if dead := [edge for edge in path if edge.is_over(at) and edge.member_id != member_id]:
        end_edges(session, dead, at)
        path = path_to_root(session, new_referrer_id)
    check_circle(member_id, new_referrer_id, path)
    return path


def _moved(edge: Edge, old: UUID | None) -> ReferralBound:
    return ReferralBound(
        member_id=edge.member_id,
        referrer_id=edge.referrer_id,
        previous_referrer_id=old,
        reason="transfer",
        at=edge.bound_at,
    )
