"""What is still to come and to go through some gateways."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel import clock
from core.payments.models import PaymentAttempt, Refund
from core.payments.services.rows import OPEN
from core.payments.types import RefundState


def count_under_way(session: Session, prefix: str) -> tuple[int, int]:
    """Payments that can still be made, and refunds that are not back, at the gateways of a prefix.

    An attempt that is open but too late is not counted: its gateway refuses the money.

    Args:
        session: any session.
        prefix: of the gateways' keys, such as ``by_hand.``.
    """
    is_there = PaymentAttempt.gateway.startswith(prefix, autoescape=True)
    payments = sa.select(sa.func.count()).where(
        is_there, PaymentAttempt.state.in_(OPEN), PaymentAttempt.expires_at > clock.now()
    )
    refunds = (
        sa.select(sa.func.count())
        .select_from(Refund)
        .join(PaymentAttempt, PaymentAttempt.id == Refund.attempt_id)
        .where(is_there, Refund.state != RefundState.SUCCEEDED)
    )
    return session.scalar(payments) or 0, session.scalar(refunds) or 0
