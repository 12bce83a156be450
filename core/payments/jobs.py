"""Work of payments that calls out: refunds sent, gateways asked about open payments.

Each function opens its own units of work; none is open while a gateway is called. Two workers may
run the same function at once.
"""

import logging
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from core.db.engine import Database
from core.kernel.errors import NotFound, UpstreamError
from core.payments.gateways import Gateway, GatewayRegistry
from core.payments.services.attempts import attempts_to_query
from core.payments.services.refunds import (
    claim_refund,
    due_refunds,
    refund_failed,
    refund_succeeded,
)
from core.payments.types import Attempt, PaymentResult, RefundRequest, RefundView

Settle = Callable[[Session, UUID], object]
"""What happens when the gateway confirms; gets the refund's id, calls ``refund_succeeded``."""

Confirm = Callable[[Session, PaymentResult], object]
"""What happens with a payment's result: ``core.orders.services.confirm_payment``."""

_log = logging.getLogger(__name__)


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
        Whether the gateway confirmed. ``False``: not yet; the job tries again.
    """
    with database.write() as session:
        claimed = claim_refund(session, refund_id)
    if claimed is None:
        return False
    try:
        result = gateway.refund(_request(*claimed))
    except UpstreamError as error:
        _log.warning("refund %s failed: %s", claimed[0].refund_no, error)
        with database.write() as session:
            refund_failed(session, refund_id, str(error), permanent=error.permanent)
        return False
    if not result.is_done:
        return False
    with database.write() as session:
        (settle or refund_succeeded)(session, refund_id)
    return True


def run_due_refunds(
    database: Database, gateways: GatewayRegistry, *, settle: Settle | None = None, limit: int = 100
) -> int:
    """Send every refund that is due; two workers may run it at once.

    A refund whose gateway is switched off waits.

    Returns:
        How many gateways confirmed now.
    """
    with database.read() as session:
        due = due_refunds(session, limit=limit)
    done = 0
    for refund_id, key in due:
        try:
            gateway = gateways.get(key)
        except NotFound:
            _log.warning("a refund waits for the gateway %s, which is not there", key)
            continue
        done += run_refund(database, gateway, refund_id, settle=settle)
    return done


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


def _request(refund: RefundView, attempt: Attempt) -> RefundRequest:
    return RefundRequest(
        refund_no=refund.refund_no,
        payment_no=attempt.payment_no,
        gateway_ref=attempt.gateway_ref or "",
        amount_fen=refund.amount_fen,
        reason=refund.reason,
    )
