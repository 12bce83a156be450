"""Rows of payouts: read, locked, moved on, each step kept."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed, value_of
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import new_id
from core.ledger.services import PLATFORM, WALLET, Leg, book, member_owner
from core.payouts.models import Payout, PayoutStep
from core.payouts.rules import PAYOUT, WALLET_CHANNEL, PayoutState, payable_of
from core.payouts.types import PayoutView

PAYOUT_TABLE: Any = Payout.__table__
STEP_TABLE: Any = PayoutStep.__table__
_NAMES = tuple(field.name for field in fields(PayoutView) if field.name != "steps")


def select_payouts(*criteria: Any) -> sa.Select[Any]:
    """Payouts as :func:`look` takes them."""
    return sa.select(*[PAYOUT_TABLE.c[name] for name in _NAMES]).where(*criteria)


def look(row: sa.Row[Any]) -> PayoutView:
    """A row as a value, without its steps."""
    return value_of(PayoutView, row)


def lock_payout(session: Session, *criteria: Any) -> PayoutView:
    """Read a payout and keep others from changing it until the unit of work ends.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(select_payouts(*criteria).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("payout.unknown", "There is no such payout.")
    return look(row)


def move(
    session: Session,
    payout: PayoutView,
    target: PayoutState,
    *,
    actor: str,
    at: datetime,
    reason: str = "",
    **values: Any,
) -> PayoutView:
    """Bring a locked payout into another state and keep the step.

    Raises:
        Conflict: the move does not exist, or somebody was quicker.
    """
    PAYOUT.is_move(PayoutState(payout.state), target)
    moved = changed(
        session,
        sa.update(PAYOUT_TABLE)
        .where(PAYOUT_TABLE.c.id == payout.id, PAYOUT_TABLE.c.state == payout.state)
        .values(state=target.value, reason=reason[:200], **values),
    )
    if moved != 1:
        raise Conflict("payout.state", "Somebody else has just changed this payout.")
    add_step(session, payout.id, target, actor=actor, at=at, reason=reason)
    known = {name: value for name, value in values.items() if name in _NAMES}
    return replace(payout, state=target.value, reason=reason[:200], **known)


def add_step(
    session: Session, payout_id: UUID, state: PayoutState, *, actor: str, at: datetime, reason: str
) -> None:
    """Keep a step for the member to read."""
    session.execute(
        sa.insert(STEP_TABLE).values(
            id=new_id(),
            payout_id=payout_id,
            state=state.value,
            actor=actor,
            reason=reason[:200],
            at=at,
        )
    )


def book_step(
    session: Session, payout: PayoutView, step: str, legs: Iterable[Leg], *, actor: str
) -> None:
    """Book one step of a payout; the key makes it happen once."""
    book(
        session,
        key=f"payout:{payout.id}:{step}",
        kind=f"payout_{step}",
        reference=f"payout:{payout.id}",
        actor=actor,
        legs=[leg for leg in legs if leg.amount],
    )


def reserve_legs(payout: PayoutView) -> list[Leg]:
    """From the member's account into the reserve; the account must cover it."""
    accounts, owner = payable_of(payout.source_kind), member_owner(payout.member_id)
    return [
        Leg(owner, accounts.source_kind, -payout.amount_fen, must_cover=True),
        Leg(owner, accounts.reserved_kind, payout.amount_fen),
    ]


def return_legs(payout: PayoutView) -> list[Leg]:
    """From the reserve back to where it came from."""
    accounts, owner = payable_of(payout.source_kind), member_owner(payout.member_id)
    return [
        Leg(owner, accounts.reserved_kind, -payout.amount_fen),
        Leg(owner, accounts.source_kind, payout.amount_fen),
    ]


def pay_legs(payout: PayoutView) -> list[Leg]:
    """From the reserve to what was ever paid, and the money itself to where it goes.

    The member's paid account counts the whole amount; ``payouts`` of the platform stands against
    it. Of the money, the net goes to the wallet or to the channel, fee and tax to their accounts.
    """
    accounts, owner = payable_of(payout.source_kind), member_owner(payout.member_id)
    net = (
        Leg(owner, WALLET, payout.net_fen)
        if payout.channel == WALLET_CHANNEL
        else Leg(PLATFORM, f"payout:{payout.channel}", payout.net_fen)
    )
    return [
        Leg(owner, accounts.reserved_kind, -payout.amount_fen),
        Leg(owner, accounts.paid_kind, payout.amount_fen),
        Leg(PLATFORM, "payouts", -payout.amount_fen),
        net,
        Leg(PLATFORM, "payout_fees", payout.fee_fen),
        Leg(PLATFORM, "payout_taxes", payout.tax_fen),
    ]
