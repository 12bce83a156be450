"""What payouts tell and do when a member asks for a copy of their data or to be forgotten."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed
from core.kernel.errors import Rejected
from core.members.services import declare_erase_check, declare_eraser, declare_export
from core.members.services.signals import declare_signals
from core.payouts.models import Payout
from core.payouts.rules import OVER


def _open_payouts(session: Session, member_id: UUID) -> None:
    """Refuse while money is on its way."""
    is_over = Payout.state.in_(OVER)
    count = session.execute(
        sa.select(sa.func.count())
        .select_from(Payout)
        .where(Payout.member_id == member_id, ~is_over)
    ).scalar_one()
    if count:
        raise Rejected("payouts.open", "Payouts that are under way: %(count)s.", count=count)


def _forget(session: Session, member_id: UUID) -> None:
    """Keep payouts for the books; empty whose account they went to."""
    changed(
        session,
        sa.update(Payout).where(Payout.member_id == member_id).values(account={}, confirm_url=""),
    )


def _export(session: Session, member_id: UUID) -> list[dict[str, Any]]:
    """Every payout, oldest first."""
    rows = session.execute(
        sa.select(
            Payout.payout_no,
            Payout.channel,
            Payout.amount_fen,
            Payout.net_fen,
            Payout.state,
            Payout.account,
            Payout.requested_at,
            Payout.paid_at,
        )
        .where(Payout.member_id == member_id)
        .order_by(Payout.requested_at)
    ).mappings()
    return [dict(row) for row in rows]


declare_erase_check("payouts", _open_payouts)
declare_eraser("payouts", _forget)
declare_export("payouts", _export)
declare_signals("accounts", lambda: sa.select(Payout.member_id, sa.cast(Payout.account, sa.Text())))
