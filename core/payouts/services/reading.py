"""Payouts as pages show them."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel import clock
from core.kernel.errors import NotFound
from core.ledger.services import WALLET, balances, member_owner
from core.payouts.rules import OVER, PayoutState, payables
from core.payouts.services.rows import PAYOUT_TABLE, STEP_TABLE, look, select_payouts
from core.payouts.types import MoneyLeft, PayoutStep, PayoutView


def find_payout(session: Session, payout_id: UUID, *, member_id: UUID | None = None) -> PayoutView:
    """A payout with its steps, oldest first.

    Raises:
        NotFound: no such payout, or it belongs to another member than ``member_id``.
    """
    query = select_payouts(PAYOUT_TABLE.c.id == payout_id)
    if member_id is not None:
        query = query.where(PAYOUT_TABLE.c.member_id == member_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("payout.unknown", "There is no such payout.")
    steps = session.execute(
        sa.select(STEP_TABLE.c.state, STEP_TABLE.c.actor, STEP_TABLE.c.reason, STEP_TABLE.c.at)
        .where(STEP_TABLE.c.payout_id == payout_id)
        .order_by(STEP_TABLE.c.id)
    )
    return replace(look(row), steps=tuple(PayoutStep(*step) for step in steps))


def money_left(session: Session, member_id: UUID) -> MoneyLeft:
    """The wallet of a member, what can be paid out to them, and what will be. One statement.

    A debt, as refunds leave it, is taken off what is coming to the same account; nothing of the
    member's is ever below zero here.
    """
    held = balances(session, member_owner(member_id))
    ready, coming = max(0, held.get(WALLET, 0)), 0
    for payable in payables():
        source = held.get(payable.source_kind, 0)
        ready += max(0, source)
        owed = sum(held.get(kind, 0) for kind in payable.coming_kinds)
        coming += max(0, owed + min(0, source))
    return MoneyLeft(ready, coming)


def list_payouts(
    session: Session,
    *,
    member_id: UUID | None = None,
    source_kind: str | None = None,
    states: Collection[str] = (),
    limit: int = 20,
    before: UUID | None = None,
) -> list[PayoutView]:
    """Newest payouts, without their steps. One statement.

    Args:
        session: any session.
        member_id: only this member's.
        source_kind: only out of this account kind.
        states: only in these states; in any when empty.
        limit: rows a page.
        before: id of the last payout of the page before.
    """
    query = select_payouts().order_by(PAYOUT_TABLE.c.id.desc()).limit(limit)
    if member_id is not None:
        query = query.where(PAYOUT_TABLE.c.member_id == member_id)
    if source_kind is not None:
        query = query.where(PAYOUT_TABLE.c.source_kind == source_kind)
    if states:
        query = query.where(PAYOUT_TABLE.c.state.in_(list(states)))
    if before is not None:
        query = query.where(PAYOUT_TABLE.c.id < before)
    return [look(row) for row in session.execute(query)]


def count_payouts(session: Session, *states: str) -> tuple[int, int]:
    """How many payouts stand in the states, and the sum of their amounts in fen."""
    count, total = session.execute(
        sa.select(sa.func.count(), sa.func.sum(PAYOUT_TABLE.c.amount_fen)).where(
            PAYOUT_TABLE.c.state.in_(states)
        )
    ).one()
    return count, int(total or 0)


def count_under_way(session: Session, prefix: str) -> int:
    """How many payouts are neither paid nor rejected, through the channels of a prefix.

    Args:
        session: any session.
        prefix: of the channels' keys, such as ``by_hand.``.
    """
    query = sa.select(sa.func.count()).where(
        PAYOUT_TABLE.c.channel.startswith(prefix, autoescape=True),
        PAYOUT_TABLE.c.state.not_in(OVER),
    )
    return session.scalar(query) or 0


def due_payouts(
    session: Session, *, channels: Collection[str], limit: int
) -> list[tuple[UUID, str]]:
    """Payouts through these channels whose time for a try or a look has come, with their channel.

    Those of other channels wait, and stand in nobody's way.
    """
    query = (
        sa.select(PAYOUT_TABLE.c.id, PAYOUT_TABLE.c.channel)
        .where(
            PAYOUT_TABLE.c.state.in_(
                [PayoutState.APPROVED, PayoutState.PAYING, PayoutState.WAITING]
            ),
            PAYOUT_TABLE.c.next_try_at <= clock.now(),
            PAYOUT_TABLE.c.channel.in_(list(channels)),
        )
        .order_by(PAYOUT_TABLE.c.next_try_at, PAYOUT_TABLE.c.id)
        .limit(limit)
    )
    return [(row.id, row.channel) for row in session.execute(query)]
