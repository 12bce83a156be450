"""Payments: what a gateway that a plugin brings is asked, and what it answers.

A plugin registers gateways with ``register_gateways``; what each opens is :class:`GatewayMethods`.
Orders, the ledger and refunds are the trunk's: a gateway only talks to its service.
"""

from core.payments.gateways import Gateway, GatewayMethods
from core.payments.types import (
    PaymentOutcome,
    PaymentResult,
    RefundRequest,
    RefundResult,
    StartRequest,
    StartResult,
)

__all__ = [
    "Gateway",
    "GatewayMethods",
    "PaymentOutcome",
    "PaymentResult",
    "RefundRequest",
    "RefundResult",
    "StartRequest",
    "StartResult",
]
