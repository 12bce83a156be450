"""The gateways a store can use, by key, and the typed contract each of them keeps."""

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from core.kernel.errors import InvariantError, NotFound
from core.payments.types import (
    PaymentResult,
    RefundRequest,
    RefundResult,
    StartRequest,
    StartResult,
)


class GatewayMethods(Protocol):
    """What a payment gateway is asked.

    Every method may call out; none is called with a transaction open.
    """

    def start(self, request: StartRequest) -> StartResult:
        """Ask to collect a sum. The same ``payment_no`` again answers as the first time.

        Raises:
            UpstreamError: the gateway refused (permanent) or did not answer.
        """

    def query(self, payment_no: str) -> PaymentResult:
        """Ask what became of a payment.

        Raises:
            UpstreamError: the gateway does not know it (permanent) or did not answer.
        """

    def refund(self, request: RefundRequest) -> RefundResult:
        """Ask for money to go back. The same ``refund_no`` again moves no further money.

        Raises:
            UpstreamError: the gateway refused (permanent) or did not answer.
        """

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentResult:
        """Verify a callback and say what it tells.

        Raises:
            Forbidden: forged, too old, or seen before.
        """


@runtime_checkable
class Gateway(GatewayMethods, Protocol):
    """A payment gateway under its name.

    ``key`` goes into ledger accounts (``gateway:<key>``) and callback addresses
    (``/notify/<key>``), ``label`` is a catalogue entry.
    """

    @property
    def key(self) -> str:
        """Stable short name."""

    @property
    def label(self) -> str:
        """Name for people."""


class GatewayRegistry:
    """Gateways of the trunk and of enabled plugins, in the order given.

    Raises:
        InvariantError: two gateways carry one key.
    """

    def __init__(self, gateways: Iterable[Gateway] = ()) -> None:
        self._by_key: dict[str, Gateway] = {}
        for gateway in gateways:
            if gateway.key in self._by_key:
                raise InvariantError(
                    "payment.gateway", "Two gateways are called %(key)s.", key=gateway.key
                )
            self._by_key[gateway.key] = gateway

    def get(self, key: str) -> Gateway:
        """The gateway of a key.

        Raises:
            NotFound: there is none, or its plugin is off.
        """
        try:
            return self._by_key[key]
        except KeyError:
            raise NotFound("payment.gateway", "There is no such way to pay.") from None

    def all(self) -> tuple[Gateway, ...]:
        """Every gateway."""
        return tuple(self._by_key.values())
