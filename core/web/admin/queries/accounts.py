"""Ledger accounts of one owner, for reading."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.ledger.models import LedgerAccount
from core.ledger.rules import member_owner


def account_kinds(session: Session, member_id: UUID) -> list[tuple[str, str, int]]:
    """A member's accounts as (kind, asset, balance); amounts in the asset's unit. One statement."""
    rows = session.execute(
        sa.select(LedgerAccount.kind, LedgerAccount.asset, LedgerAccount.balance)
        .where(LedgerAccount.owner == member_owner(member_id))
        .order_by(LedgerAccount.asset, LedgerAccount.kind)
    )
    return [(row[0], row[1], row[2] or 0) for row in rows]
