"""When a share link makes its sharer the referrer: the moments, and the one way to bind."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel.clock import now
from core.kernel.errors import Rejected
from core.members.models import Member
from core.settings.rules import BindingPolicy, StoreSettings
from core.sharing.events import ReferralBound
from core.sharing.models import Referral, ReferralEvent
from core.sharing.rules import protected_until
from core.sharing.services.graph import (
    Edge,
    attach,
    detach,
    edge_of,
    lock_graph,
    note,
    path_to_root,
)
from core.sharing.services.links import claim_visits, note_action, opened_share
from core.sharing.types import BindOutcome, Verdict

Check = Callable[..., None]
"""``check(hook, **arguments)``: asks the enabled plugins, raises ``Rejected``."""

_NOTHING = BindOutcome(Verdict.NONE)


def no_check(hook: str, **arguments: Any) -> None:
    """Nobody to ask."""


def bind_on_visit(
    session: Session, member_id: UUID, visitor: str | None, *, settings: StoreSettings, check: Check
) -> BindOutcome:
    """A signed-in member opened a link (or signed in after opening one).

    Binds under the policy ``first_visit`` only, to the link opened last; no statement otherwise.
    Called after ``record_visit``. See :func:`bind` for what can come of it.
    """
    if settings.binding != BindingPolicy.FIRST_VISIT:
        return _NOTHING
    return _bind_opened(session, member_id, visitor, settings, check, reason="visit")


def bind_on_registration(
    session: Session, member_id: UUID, visitor: str | None, *, settings: StoreSettings, check: Check
) -> BindOutcome:
    """An account was made just now; called in the transaction that makes it.

    Binds to the first link opened (``first_visit``) or the last (``registration``). Whatever the
    policy, the guest's visits become the member's and the link's registration is recorded.
    """
    opened = opened_share(session, member_id, visitor)
    if opened is None:
        return _NOTHING
    claim_visits(session, visitor, member_id)
    note_action(session, opened[0], "registered", str(member_id), member_id)
    if settings.binding not in {BindingPolicy.FIRST_VISIT, BindingPolicy.REGISTRATION}:
        return _NOTHING
    is_first = settings.binding == BindingPolicy.FIRST_VISIT
    return _bind_opened(
        session, member_id, visitor, settings, check, reason="registration", is_first=is_first
    )


def bind_on_order(
    session: Session,
    member_id: UUID,
    visitor: str | None,
    *,
    settings: StoreSettings,
    check: Check,
    is_first: bool = True,
    order_no: str = "",
) -> BindOutcome:
    """An order is being placed; called before its chain is frozen and before stock is held.

    Under ``first_order`` binds an unbound member to the link opened last. Protection that has not
    ended starts anew with every order. The link's order is recorded. With a lasting policy and no
    visitor nothing is asked of the database.

    Args:
        session: unit of work of the placement.
        member_id: the buyer.
        visitor: the browser's cookie, if it has one.
        settings: the store's.
        check: asks plugins whether the member may be bound.
        is_first: whether it is the member's first order; a later one binds only where referrals
            end by themselves (protection days are set).
        order_no: under which the order is recorded at the link; ``""`` records nothing.
    """
    if visitor and settings.binding == BindingPolicy.FIRST_PAYMENT:
        claim_visits(session, visitor, member_id)
    if visitor and order_no:
        opened = opened_share(session, member_id, visitor)
        if opened is not None:
            note_action(session, opened[0], "ordered", order_no, member_id)
    if settings.protection_days and _renew(session, member_id, settings.protection_days):
        return BindOutcome(Verdict.KEPT)
    if settings.binding != BindingPolicy.FIRST_ORDER or not _may_bind(settings, is_first):
        return _NOTHING
    return _bind_opened(session, member_id, visitor, settings, check, reason="order")


def bind_on_payment(
    session: Session,
    member_id: UUID,
    visitor: str | None = None,
    *,
    settings: StoreSettings,
    check: Check,
    is_first: bool = True,
) -> BindOutcome:
    """An order was paid. Binds under ``first_payment`` only, to the link opened last.

    The order's own chain was frozen when it was placed and stays as it is.
    """
    if settings.binding != BindingPolicy.FIRST_PAYMENT or not _may_bind(settings, is_first):
        return _NOTHING
    return _bind_opened(session, member_id, visitor, settings, check, reason="payment")


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
    active member, and whatever ``check`` rejects. Two requests that would close a circle wait for
    each other; the second is refused.

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
        check("check_bind_referral", session=session, member_id=member_id, referrer_id=referrer_id)
    except Rejected as refusal:
        return _refuse(session, member_id, referrer_id, refusal.code, actor, at)
    lock_graph(session)
    current = edge_of(session, member_id)
    if current and not current.is_over(at):
        return BindOutcome(Verdict.KEPT, current.referrer_id)
    path = path_to_root(session, referrer_id)
    dead = {edge.member_id: edge for edge in path if edge.is_over(at)}
    if current:
        dead[member_id] = current
    if dead:
        end_edges(session, list(dead.values()), at)
        path = path_to_root(session, referrer_id)
    if any(edge.referrer_id == member_id for edge in path):
        return _refuse(session, member_id, referrer_id, "referral.circle", actor, at)
    if not _is_active(session, referrer_id):
        return _refuse(session, member_id, referrer_id, "referral.unknown", actor, at)
    attach(session, new_edge(member_id, referrer_id, path, share_id, at, protection_days))
    note(
        session,
        "bound",
        [member_id],
        at=at,
        actor=actor,
        reason=reason,
        new_referrer_id=referrer_id,
        share_id=share_id,
    )
    announce(
        session,
        ReferralBound(
            member_id=member_id,
            referrer_id=referrer_id,
            previous_referrer_id=None,
            reason=reason,
            at=at,
        ),
    )
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


def _bind_opened(
    session: Session,
    member_id: UUID,
    visitor: str | None,
    settings: StoreSettings,
    check: Check,
    *,
    reason: str,
    is_first: bool = False,
) -> BindOutcome:
    current = edge_of(session, member_id)
    if current and not current.is_over(now()):
        return BindOutcome(Verdict.KEPT, current.referrer_id)
    opened = opened_share(session, member_id, visitor, is_first=is_first)
    if opened is None:
        return _NOTHING
    share_id, sharer_id = opened
    return bind(
        session,
        member_id,
        sharer_id,
        reason=reason,
        actor=f"member:{member_id}",
        share_id=share_id,
        protection_days=settings.protection_days,
        check=check,
    )


def _may_bind(settings: StoreSettings, is_first: bool) -> bool:
    return is_first or settings.protection_days > 0


def _renew(session: Session, member_id: UUID, days: int) -> bool:
    """Start a living referral's protection anew; tells whether there was one that can end."""
    at = now()
    until = protected_until(at, days)
    renewed = changed(
        session,
        sa.update(Referral)
        .where(Referral.member_id == member_id, Referral.protected_until > at)
        .values(protected_until=until),
    )
    if renewed:
        note(session, "renewed", [member_id], at=at, actor="system", reason="order")
    return bool(renewed)


def _is_active(session: Session, member_id: UUID) -> bool:
    return (
        session.execute(
            sa.select(Member.id).where(Member.id == member_id, Member.state == "active")
        ).first()
        is not None
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
