"""The ways out of the house: payment gateways, message channels, payout channels.

Core's own first, then those of plugins that take part, in their stable order.
"""

from collections.abc import Iterable
from typing import Any

from core.host.shop import Shop
from core.messages.services import core_channels
from core.messages.types import Channel
from core.payments.gateways import Gateway, GatewayRegistry
from core.payments.sandbox.client import open_sandbox


def gateways_of(shop: Shop, own: Iterable[Gateway] | None = None) -> GatewayRegistry:
    """Every gateway that shoppers can pay by now.

    Args:
        shop: the process's shop.
        own: the trunk's gateways, where they were opened before; else the sandbox in a sandbox.
    """
    if own is None:
        own = [open_sandbox(shop.config, shop.database)] if shop.config.is_sandbox else []
    return GatewayRegistry([*own, *_contributed(shop, "gateways")])


def channels_of(shop: Shop) -> tuple[Channel, ...]:
    """Every way to reach people. Plugins' real channels go before the sandbox's log."""
    own = core_channels(shop.config)
    real = [channel for channel in own if not channel.key.startswith("sandbox_")]
    pretended = [channel for channel in own if channel.key.startswith("sandbox_")]
    return (*real, *_contributed(shop, "channels"), *pretended)


def payout_channels_of(shop: Shop) -> dict[str, Any]:
    """Plugins' ways to pay people, by key; the wallet is core's own and not among them."""
    return {channel.key: channel for channel in _contributed(shop, "payout_channels")}


def _contributed(shop: Shop, kind: str) -> list[Any]:
    return [item for _, item in shop.plugins.contributions(kind)]
