"""The ways out of the house: payment gateways, message channels, payout channels.

Core's own first, then those of plugins that take part, in their stable order. A plugin's way is
opened at each use with the settings of that moment. What it raises besides a ``ShopError`` that
its contract knows is counted as its fault and answered as if the far side had not answered.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, cast

from core.api import contributions as c
from core.host.shop import Shop
from core.host.work import Work
from core.kernel.errors import Forbidden, NotFound, Rejected, ShopError, UpstreamError
from core.kernel.values import dataclass
from core.messages.services import core_channels
from core.messages.types import Channel
from core.payments.gateways import Gateway, GatewayRegistry
from core.payments.sandbox.client import open_sandbox
from core.payments.types import (
    PaymentResult,
    RefundRequest,
    RefundResult,
    StartRequest,
    StartResult,
)
from core.payouts.types import (
    AsksPayouts,
    HearsOfPayouts,
    PayRequest,
    PayResult,
    PayStatus,
)

_SAID = (UpstreamError, Forbidden, NotFound, Rejected)
"""What a way out may raise: an answer, not a fault."""


@dataclass(frozen=True)
class _Way:
    """One plugin's way out: named as it registered, opened and guarded at each use."""

    shop: Shop
    plugin: str
    port: Any
    what: str

    @property
    def key(self) -> str:
        """As it stands in payments, messages and payouts."""
        return cast(str, self.port.key)

    @property
    def label(self) -> str:
        """Catalogue entry."""
        return cast(str, self.port.label)

    def opened(self) -> Any:
        """What talks to the far side, with the present settings."""
        plugins = self.shop.plugins
        return self.port.open(Work(self.shop, plugins.settings_of(self.plugin)))

    def ask(self, use: Callable[[Any], Any]) -> Any:
        """Open the way and use it.

        Raises:
            UpstreamError: the far side refused or did not answer, or the plugin failed.
        """
        said: list[ShopError] = []
        with self.shop.plugins.guard(self.plugin, f"{self.what}:{self.key}"):
            try:
                return use(self.opened())
            except _SAID as error:
                said.append(error)
        if said:
            raise said[0]
        raise UpstreamError(
            "plugins.way_out",
            "“%(label)s” does not work at the moment.",
            permanent=False,
            label=self.label,
        )


@dataclass(frozen=True)
class _PluginGateway(_Way):
    """A plugin's gateway; see ``core.payments.gateways.Gateway``."""

    def start(self, request: StartRequest) -> StartResult:
        return cast(StartResult, self.ask(lambda gateway: gateway.start(request)))

    def query(self, payment_no: str) -> PaymentResult:
        return cast(PaymentResult, self.ask(lambda gateway: gateway.query(payment_no)))

    def refund(self, request: RefundRequest) -> RefundResult:
        return cast(RefundResult, self.ask(lambda gateway: gateway.refund(request)))

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentResult:
        return cast(PaymentResult, self.ask(lambda gateway: gateway.read_notice(headers, body)))


@dataclass(frozen=True)
class _PluginChannel(_Way):
    """A plugin's message channel; ``open_channel`` is what it opened."""

    open_channel: Any = None

    @property
    def kind(self) -> Literal["sms", "email", "push"]:
        """Which messages it carries."""
        return cast(Literal["sms", "email", "push"], self.port.kind)

    def opened(self) -> Any:
        return self.open_channel

    def send(self, recipient: str, body: str, key: str) -> None:
        self.ask(lambda channel: channel.send(recipient, body, key))


@dataclass(frozen=True)
class _PluginPayouts(_Way):
    """A plugin's payout channel."""

    def pay(self, request: PayRequest) -> PayResult:
        return cast(PayResult, self.ask(lambda channel: channel.pay(request)))

    def query(self, payout_no: str) -> PayStatus | None:
        def asked(channel: Any) -> Any:
            return channel.query(payout_no) if isinstance(channel, AsksPayouts) else None

        return cast("PayStatus | None", self.ask(asked))

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PayStatus:
        def heard(channel: Any) -> Any:
            if not isinstance(channel, HearsOfPayouts):
                raise NotFound("payout.no_notice", "This channel does not call back.")
            return channel.read_notice(headers, body)

        return cast(PayStatus, self.ask(heard))


def gateways_of(shop: Shop, own: Iterable[Gateway] | None = None) -> GatewayRegistry:
    """Every gateway that shoppers can pay by now.

    Args:
        shop: the process's shop.
        own: the trunk's gateways, where they were opened before; else the sandbox in a sandbox.
    """
    if own is None:
        own = [open_sandbox(shop.config, shop.database)] if shop.config.is_sandbox else []
    contributed = [
        _PluginGateway(shop, name, port, "gateway")
        for name, port in shop.plugins.contributions("gateways")
    ]
    return GatewayRegistry([*own, *contributed])


def channels_of(shop: Shop) -> tuple[Channel, ...]:
    """Every way to reach people. Plugins' real channels go before the sandbox's log."""
    own = core_channels(shop.config)
    real = [channel for channel in own if not channel.key.startswith("sandbox_")]
    pretended = [channel for channel in own if channel.key.startswith("sandbox_")]
    return (*real, *cast("list[Channel]", _open_channels(shop)), *pretended)


def _open_channels(shop: Shop) -> list[_PluginChannel]:
    """Plugins' channels whose settings say enough to send."""
    found = []
    for name, port in shop.plugins.contributions("channels"):
        with shop.plugins.guard(name, f"channel:{port.key}"):
            channel = port.open(Work(shop, shop.plugins.settings_of(name)))
            if channel is not None:
                found.append(_PluginChannel(shop, name, port, "channel", channel))
    return found


def payout_channels_of(shop: Shop) -> dict[str, Any]:
    """Plugins' ways to pay people, by key; the wallet is core's own and not among them."""
    return {
        port.key: _PluginPayouts(shop, name, port, "payout_channel")
        for name, port in payout_ports_of(shop)
    }


def payout_ports_of(shop: Shop) -> tuple[tuple[str, c.PayoutChannel], ...]:
    """The same, as their plugins registered them."""
    return shop.plugins.contributions("payout_channels")
