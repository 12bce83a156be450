"""The moments when a share link makes its sharer the referrer, each under its own policy."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed
from core.kernel.clock import now
from core.settings.rules import BindingPolicy, StoreSettings
from core.sharing.models import Referral
from core.sharing.rules import protected_until
from core.sharing.services.binding import Check, bind
from core.sharing.services.edges import note
from core.sharing.services.graph import edge_of
from core.sharing.services.visits import claim_visits, note_action, opened_share
from core.sharing.types import BindOutcome, Verdict

_NOTHING = BindOutcome(Verdict.NONE)


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
