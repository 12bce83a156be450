"""Payouts as pages show them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.payouts.types import PayoutView


def find_payout(session: Session, payout_id: UUID, *, member_id: UUID | None = None) -> PayoutView:
    """A payout with its steps.

    Raises:
        NotFound: no such payout, or it belongs to another member than ``member_id``.
    """
    raise NotImplementedError


def list_payouts(
    session: Session,
    *,
    member_id: UUID | None = None,
    source_kind: str | None = None,
    states: Collection[str] = (),
    limit: int = 20,
    before: UUID | None = None,
) -> list[PayoutView]:
    """Newest payouts, older than the payout ``before``; without their steps. One statement."""
    raise NotImplementedError


def count_payouts(session: Session, *states: str) -> tuple[int, int]:
    """How many payouts stand in the states, and the sum of their amounts in fen."""
    raise NotImplementedError


def due_payouts(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Approved payouts of outside channels whose time for a try has come."""
    raise NotImplementedError
