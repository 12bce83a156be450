"""Where played orders are paid."""

from typing import Protocol

from core.db.engine import Database
from core.orders.types import PlacedOrder
from core.payments import services as payments
from core.payments.types import PaymentOutcome, PaymentResult, StartResult

GATEWAY = "replay"


class Till(Protocol):
    """Takes the money of one order after the other."""

    def take(self, order: PlacedOrder) -> PaymentResult:
        """Have an order paid, in units of work of the till's own.

        Returns:
            What the gateway says of it, for ``orders.confirm_payment``.
        """


class HistoryTill:
    """Money that came long ago: no gateway answers for it, so none can be asked to give it back.

    Args:
        database: holds the orders.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, order: PlacedOrder) -> PaymentResult:
        """Note that the whole sum came."""
        with self._database.write() as session:
            attempt = payments.start_attempt(
                session,
                order_id=order.order_id,
                amount_fen=order.total_fen,
                gateway_key=GATEWAY,
                expires_at=order.expires_at,
            )
            started = StartResult(gateway_ref=f"replay-{attempt.payment_no}", pay_url="")
            payments.attach_start(session, attempt.payment_no, started)
        return PaymentResult(
            payment_no=attempt.payment_no,
            gateway_ref=started.gateway_ref,
            outcome=PaymentOutcome.SUCCEEDED,
            amount_fen=order.total_fen,
        )
