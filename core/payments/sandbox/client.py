"""The store's side of the wire: the sandbox as a gateway like any other."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from core.config import Config
from core.db.engine import Database
from core.kernel.errors import ConfigError, Forbidden, UpstreamError
from core.payments.sandbox import services, wire
from core.payments.sandbox.http import http_client
from core.payments.sandbox.server import PREFIX, Answer, SandboxServer
from core.payments.sandbox.types import OUTCOMES, PAYER_LIMIT, Choice, SandboxState
from core.payments.types import (
    PaymentResult,
    RefundRequest,
    RefundResult,
    StartRequest,
    StartResult,
)

if TYPE_CHECKING:
    import httpx

_SECONDS = 8.0


class Transport(Protocol):
    """How a signed request reaches the sandbox."""

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Bring the answer.

        Raises:
            UpstreamError: none came.
        """


class LocalTransport:
    """The sandbox in the same process, on the same database; nothing is skipped but the network."""

    def __init__(self, server: SandboxServer, base_url: str = "") -> None:
        self._server = server
        self._base_url = base_url

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Hand the request over."""
        return self._server.handle(path, headers, body, base_url=self._base_url)


class HttpTransport:
    """A sandbox elsewhere, over HTTP with time limits.

    Args:
        base_url: such as ``http://127.0.0.1:8000``.
        client: an httpx client with limits of its own; for tests.
    """

    def __init__(self, base_url: str, client: "httpx.Client | None" = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = client or http_client(_SECONDS)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post the request."""
        import httpx

        try:
            answer = self._client.post(self._base_url + path, headers=dict(headers), content=body)
        except httpx.HTTPError as error:
            raise UpstreamError(
                "sandbox.silent",
                "The sandbox gateway did not answer (%(why)s).",
                permanent=False,
                why=type(error).__name__,
            ) from error
        return Answer(answer.status_code, dict(answer.headers), answer.content)


class SandboxGateway:
    """The sandbox for those who want money; see ``core.payments.gateways.Gateway``.

    Args:
        database: remembers nonces of callbacks, so that none is taken twice by any process.
        key: shared with the sandbox.
        transport: how requests get there.
    """

    key = "sandbox"
    label = "Sandbox payment"

    def __init__(self, database: Database, key: wire.Key, transport: Transport) -> None:
        self._database = database
        self._key = key
        self._transport = transport

    def start(self, request: StartRequest) -> StartResult:
        """Ask to collect a sum; see :meth:`core.payments.gateways.Gateway.start`."""
        answer = self._ask(
            "payments",
            {
                "kind": "payment.create",
                "payment_no": request.payment_no,
                "amount_fen": request.amount_fen,
                "subject": request.subject,
                "notify_url": request.notify_url,
                "return_url": request.return_url,
                "expires_at": request.expires_at.isoformat(),
            },
        )
        return StartResult(str(answer["gateway_ref"]), str(answer["pay_url"]))

    def query(self, payment_no: str) -> PaymentResult:
        """Ask what became of a payment; see :meth:`core.payments.gateways.Gateway.query`."""
        answer = self._ask("payments/query", {"kind": "payment.query", "payment_no": payment_no})
        result = _result(answer, "paid_fen")
        if result.payment_no != payment_no:
            raise UpstreamError(
                "sandbox.answer", "The sandbox answered about another payment.", permanent=False
            )
        return result

    def refund(self, request: RefundRequest) -> RefundResult:
        """Ask for money to go back; see :meth:`core.payments.gateways.Gateway.refund`."""
        answer = self._ask(
            "refunds",
            {
                "kind": "refund.create",
                "refund_no": request.refund_no,
                "payment_no": request.payment_no,
                "amount_fen": request.amount_fen,
                "reason": request.reason,
            },
        )
        return RefundResult(
            request.refund_no, str(answer["gateway_ref"]), answer.get("state") == "done"
        )

    def decide(self, payment_no: str, choice: Choice) -> None:
        """Decide instead of a shopper at the cashier what becomes of a payment.

        Raises:
            UpstreamError: the payment has ended, is not known, or the sandbox did not answer.
        """
        self._ask(
            "payments/decide",
            {"kind": "payment.decide", "payment_no": payment_no, "choice": choice.value},
        )

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentResult:
        """Verify a callback: signature, age, and that its nonce was never seen before.

        Raises:
            Forbidden: ``sandbox.forged``, ``sandbox.old`` or ``sandbox.replayed``.
        """
        message = wire.check(self._key, headers, body)
        if message.body.get("kind") != "payment.changed":
            raise Forbidden("sandbox.forged", "This is no callback.")
        result = _result(message.body, "amount_fen")
        with self._database.write() as session:
            services.use_nonce(session, "client", message.nonce)
        return result

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a request and check that the answer is the sandbox's answer to it."""
        encoded = wire.encode(body)
        headers = wire.sign(self._key, encoded)
        answer = self._transport.post(PREFIX + path, headers, encoded)
        try:
            told = wire.check(self._key, answer.headers, answer.body).body
        except Forbidden as error:
            raise UpstreamError(
                "sandbox.answer", "The sandbox's answer cannot be trusted.", permanent=False
            ) from error
        if answer.status != 200:
            raise UpstreamError(
                str(told.get("code", "sandbox.error")),
                "The sandbox refused: %(why)s",
                # A wrong key or clock can be put right; then the same request will do.
                permanent=answer.status < 500 and answer.status != 403,
                why=str(told.get("message", answer.status)),
            )
        if told.get("request_nonce") != headers[wire.NONCE_HEADER]:
            raise UpstreamError(
                "sandbox.answer", "The sandbox answered another request.", permanent=False
            )
        return told


def _result(told: Mapping[str, Any], amount: str) -> PaymentResult:
    """A payment's state as the store reads it.

    Raises:
        UpstreamError: a field is missing or of another type.
    """
    amount_fen = told.get(amount)
    state = told.get("state")
    if type(amount_fen) is not int or amount_fen < 0 or state not in set(SandboxState):
        raise UpstreamError("sandbox.answer", "The sandbox told nonsense.", permanent=False)
    return PaymentResult(
        payment_no=str(told.get("payment_no", "")),
        gateway_ref=str(told.get("gateway_ref", "")),
        outcome=OUTCOMES[SandboxState(state)],
        amount_fen=amount_fen,
        reason=str(told.get("reason", ""))[:200],
        payer=str(told.get("payer", ""))[:PAYER_LIMIT],
    )


def sandbox_key(config: Config) -> wire.Key:
    """The key of this installation: the configured secret, else one made from its own."""
    if config.sandbox_secret:
        return wire.Key("banyan", config.sandbox_secret)
    return wire.derived_key(config.secret_key)


def open_sandbox(config: Config, database: Database) -> SandboxGateway:
    """The sandbox as this installation's gateway: in this process, or where the configuration says.

    Raises:
        ConfigError: the installation is no sandbox.
    """
    if not config.is_sandbox:
        raise ConfigError(
            "sandbox.off", "The sandbox gateway is for demo and test installations only."
        )
    key = sandbox_key(config)
    if config.sandbox_url:
        return SandboxGateway(database, key, HttpTransport(config.sandbox_url))
    server = SandboxServer(database, key)
    return SandboxGateway(database, key, LocalTransport(server, config.base_url))
