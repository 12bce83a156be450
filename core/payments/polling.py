"""Asking gateways about payments whose callback may be lost: an edge with its own transactions."""

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from core.db.engine import Database
from core.kernel.errors import NotFound, UpstreamError
from core.payments.gateways import GatewayRegistry
from core.payments.services.attempts import attempts_to_query
from core.payments.types import PaymentResult

Confirm = Callable[[Session, PaymentResult], object]
"""What happens with a payment's result: ``core.orders.services.confirm_payment``."""

_log = logging.getLogger(__name__)


def query_open_payments(
    database: Database, gateways: GatewayRegistry, confirm: Confirm, *, limit: int = 100
) -> int:
    """Ask gateways about started payments whose callback may be lost.

    Args:
        database: units of work are opened on it.
        gateways: those that can be asked.
        confirm: takes each answer, in a unit of work of its own.
        limit: how many payments at most.

    Returns:
        How many gateways answered.
    """
    with database.write() as session:
        due = attempts_to_query(session, limit=limit)
    answered = 0
    for attempt in due:
        try:
            result = gateways.get(attempt.gateway).query(attempt.payment_no)
        except (UpstreamError, NotFound) as error:
            _log.warning("query of payment %s failed: %s", attempt.payment_no, error)
            continue
        with database.write() as session:
            confirm(session, result)
        answered += 1
    return answered
