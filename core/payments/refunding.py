"""Sending refunds to their gateways: edges that open their own units of work.

No transaction is open while a gateway is asked.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from core.db.engine import Database
from core.payments.gateways import Gateway, GatewayRegistry

Settle = Callable[[Session, UUID], object]
"""What happens when the gateway confirms; gets the refund's id, calls ``refund_succeeded``."""


def run_refund(
    database: Database, gateway: Gateway, refund_id: UUID, *, settle: Settle | None = None
) -> bool:
    """Send one refund that is due.

    Args:
        database: units of work are opened on it.
        gateway: the one the money came by.
        refund_id: a pending refund; one that is not due or not pending any more is left alone.
        settle: run in one unit of work once the gateway confirms; ``refund_succeeded`` by default.

    Returns:
        Whether the money is back. ``False``: not yet; the job tries again.
    """
    raise NotImplementedError


def run_due_refunds(
    database: Database, gateways: GatewayRegistry, *, settle: Settle | None = None, limit: int = 100
) -> int:
    """Send every refund that is due; how many are back now. Two workers may run it at once."""
    raise NotImplementedError
