"""The demo's orders are paid at the sandbox gateway, over its wire, as shoppers pay there."""

from collections.abc import Mapping

from core.host.shop import Shop
from core.orders.types import PlacedOrder
from core.payments import services as payments
from core.payments.sandbox.client import open_sandbox, sandbox_key
from core.payments.sandbox.delivery import deliver_callbacks
from core.payments.sandbox.types import Choice
from core.payments.types import PaymentResult, StartRequest


class SandboxTill:
    """Has each order paid at the sandbox, which knows of it from then on and can give it back.

    Args:
        shop: an open shop in sandbox mode.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._gateway = open_sandbox(shop.config, shop.database)

    def take(self, order: PlacedOrder) -> PaymentResult:
        """Open a payment, pay it, take the callback and ask what became of it."""
        shop, gateway = self._shop, self._gateway
        with shop.database.write() as session:
            attempt = payments.start_attempt(
                session,
                order_id=order.order_id,
                amount_fen=order.total_fen,
                gateway_key=gateway.key,
                expires_at=order.expires_at,
            )
        request = StartRequest(
            payment_no=attempt.payment_no,
            amount_fen=attempt.amount_fen,
            subject=f"{shop.settings().shop_name} {order.order_no}"[:60],
            notify_url=f"{shop.config.base_url}/notify/{gateway.key}",
            return_url=f"{shop.config.base_url}/pay/{order.order_no}/result",
            expires_at=attempt.expires_at,
        )
        started = gateway.start(request)
        with shop.database.write() as session:
            payments.attach_start(session, attempt.payment_no, started)
        gateway.decide(attempt.payment_no, Choice.PAY)
        deliver_callbacks(shop.database, sandbox_key(shop.config), send=self._hear)
        return gateway.query(attempt.payment_no)

    def _hear(self, _url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take a callback here: the store's web server is not up yet."""
        self._gateway.read_notice(headers, body)
        return 200
