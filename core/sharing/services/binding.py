"""The one way to bind a member to a referrer, checked under the graph's lock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import PluginError, Rejected
from core.sharing.events import ReferralBound
from core.sharing.models import ReferralEvent
from core.sharing.rules import protected_until
from core.sharing.services.edges import attach, detach, note
from core.sharing.services.graph import Edge, Standing, lock_graph, standing_of
from core.sharing.types import BindOutcome, Verdict

Check = Callable[..., None]
"""``check(hook, **arguments)``: asks the enabled plugins, raises ``Rejected``."""


def no_check(hook: str, **arguments: Any) -> None:
    """Nobody to ask."""


def ask_about_move(
    check: Check, session: Session, member_id: UUID, referrer_id: UUID | None
) -> None:
    """Let plugins refuse what staff wants; that somebody has no referrer any more is their own.

    Raises:
        Rejected: one does, or several.
    """
    if referrer_id is not None:
        _ask(check, session, member_id, referrer_id, by_staff=True)


def _ask(
    check: Check, session: Session, member_id: UUID, referrer_id: UUID, *, by_staff: bool
) -> None:
    """Ask plugins; what one of them wrote before it failed, or broke, is taken back."""
    if check is no_check:
        return
    with session.begin_nested():
        check(
            "check_bind_referral",
            session=session,
            member_id=member_id,
            referrer_id=referrer_id,
            by_staff=by_staff,
        )


def bind(
    session: Session,
    member_id: UUID,
    referrer_id: UUID,
    *,
    reason: str,
    actor: str = "system",
    share_id: UUID | None = None,
    protection_days: int = 0,
    check: Check = no_check,
    at: datetime | None = None,
) -> BindOutcome:
    """Make ``referrer_id`` the referrer of a member who has none; never replaces a living referral.

    Refused, with an event row: oneself, one's own downline however deep, somebody who is not an
    active member, and whatever ``check`` rejects or fails at: a visit, a sign-in or a payment goes
    on without the referral then. Two requests that would close a circle wait for each other; the
    second is refused.

    Args:
        session: unit of work; the graph stays locked until it ends.
        member_id: who gets a referrer.
        referrer_id: who becomes it.
        reason: ``visit``, ``registration``, ``order``, ``payment``, ``import`` …
        actor: who did it, as logs name them.
        share_id: the link it came by.
        protection_days: how long it lasts without an order; 0: for life.
        check: asks plugins (``check_bind_referral``).
        at: when; now by default.
    """
    at = at or now()
    if member_id == referrer_id:
        return _refuse(session, member_id, referrer_id, "referral.oneself", actor, at)
    try:
        _ask(check, session, member_id, referrer_id, by_staff=False)
    except (Rejected, PluginError) as refusal:
        return _refuse(session, member_id, referrer_id, refusal.code, actor, at)
    lock_graph(session)
    standing = standing_of(session, member_id, referrer_id)
    if standing.edge and not standing.edge.is_over(at):
        return BindOutcome(Verdict.KEPT, standing.edge.referrer_id)
    standing = _without_dead(session, member_id, referrer_id, standing, at)
    if any(edge.referrer_id == member_id for edge in standing.path):
        return _refuse(session, member_id, referrer_id, "referral.circle", actor, at)
    if not standing.is_active:
        return _refuse(session, member_id, referrer_id, "referral.unknown", actor, at)
    edge = new_edge(member_id, referrer_id, standing.path, share_id, at, protection_days)
    _store(session, edge, standing, actor, reason)
    return BindOutcome(Verdict.BOUND, referrer_id)


def new_edge(
    member_id: UUID,
    referrer_id: UUID,
    path: list[Edge],
    share_id: UUID | None,
    at: datetime,
    protection_days: int,
) -> Edge:
    """An edge to store; ``path`` leads from the referrer up."""
    return Edge(
        member_id=member_id,
        referrer_id=referrer_id,
        upline2_id=path[0].referrer_id if path else None,
        upline3_id=path[1].referrer_id if len(path) > 1 else None,
        share_id=share_id,
        is_locked=False,
        bound_at=at,
        protected_until=protected_until(at, protection_days),
    )


def end_edges(session: Session, edges: list[Edge], at: datetime) -> None:
    """Remove referrals whose time is over, with their event rows; under the graph's lock."""
    detach(session, edges)
    note(
        session,
        "expired",
        [edge.member_id for edge in edges],
        at=at,
        actor="system",
        reason="protection ended",
        old=[edge.referrer_id for edge in edges],
    )


def _without_dead(
    session: Session, member_id: UUID, referrer_id: UUID, standing: Standing, at: datetime
) -> Standing:
    """Where the two stand after what is over above them has been ended."""
    dead = {edge.member_id: edge for edge in standing.path if edge.is_over(at)}
    if standing.edge:
        dead[member_id] = standing.edge
    if not dead:
        return standing
    end_edges(session, list(dead.values()), at)
    return standing_of(session, member_id, referrer_id)


def _store(session: Session, edge: Edge, standing: Standing, actor: str, reason: str) -> None:
    attach(session, edge, standing.children, standing.grandchildren)
    note(
        session,
        "bound",
        [edge.member_id],
        at=edge.bound_at,
        actor=actor,
        reason=reason,
        new_referrer_id=edge.referrer_id,
        share_id=edge.share_id,
    )
    announce(
        session,
        ReferralBound(
            member_id=edge.member_id,
            referrer_id=edge.referrer_id,
            previous_referrer_id=None,
            reason=reason,
            at=edge.bound_at,
        ),
    )


def _refuse(
    session: Session, member_id: UUID, referrer_id: UUID, code: str, actor: str, at: datetime
) -> BindOutcome:
    """Refuse and say so in the history, once for each referrer and reason."""
    known = session.execute(
        sa.select(ReferralEvent.id).where(
            ReferralEvent.member_id == member_id,
            ReferralEvent.kind == "refused",
            ReferralEvent.new_referrer_id == referrer_id,
            ReferralEvent.reason == code,
        )
    ).first()
    if known is None:
        note(
            session,
            "refused",
            [member_id],
            at=at,
            actor=actor,
            reason=code,
            new_referrer_id=referrer_id,
        )
    return BindOutcome(Verdict.REFUSED, None, code)
