"""Ways out of the house that a plugin opens: gateways, message channels, payout channels.

Each descriptor names the way and opens it: ``open`` gets the settings of this moment and units of
work, and returns an object that talks to the far side. It is called at each use, so it should do no
more than make the object. The object's methods run outside any transaction and may take seconds;
they raise ``UpstreamError`` when the far side refuses (``permanent``) or does not answer. Anything
else they raise is a fault: it is counted, and the trunk goes on as if nobody had answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from core.api.contributions.work import JobContext
from core.payments.gateways import GatewayMethods
from core.payouts.types import PayRequest, PayResult


class SendsMessages(Protocol):
    """What a message channel's ``open`` returns."""

    def send(self, recipient: str, body: str, key: str) -> None:
        """Send once; ``key`` lets the far side drop a repeat. Sums and codes are in ``body``.

        Raises:
            UpstreamError: not sent; ``permanent`` tells that trying again cannot help.
        """


class PaysPeople(Protocol):
    """What a payout channel's ``open`` returns.

    It may have two methods more. ``query(payout_no) -> PayStatus`` tells what became of a number:
    it is asked after a try whose end nobody knows, and about payouts that wait for their recipient.
    ``read_notice(headers, body) -> PayStatus`` verifies and reads a callback.
    """

    def pay(self, request: PayRequest) -> PayResult:
        """Pay ``net_fen`` once under the payout's number; a repeat moves no further money.

        Raises:
            UpstreamError: refused (``permanent``) or unreachable.
        """


@dataclass(frozen=True)
class Gateway:
    """A payment gateway: shoppers may choose it at the cashier while the plugin takes part.

    While it is off, open payments and refunds of it wait; callbacks are not found.

    Args:
        key: ``plugin.name``, at most 40 characters; it stands in payments, in the ledger and in the
            callback's address ``/notify/<key>``, so it never changes.
        label: catalogue entry for shoppers.
        open: the gateway of the present settings; see ``core.api.payments.Gateway`` for what each
            method is asked, and that the same number asked twice moves money once.
    """

    key: str
    label: str
    open: Callable[[JobContext], GatewayMethods]


@dataclass(frozen=True)
class MessageChannel:
    """A way to reach people: SMS, mail, official account. The first of a kind that is on sends.

    What may go at all (consent, quota, quiet hours) is decided before it is asked. A message that
    fails is tried again with growing delays, then shown as failed.

    Args:
        key: ``plugin.name``, at most 40 characters.
        label: catalogue entry for staff.
        kind: which messages it carries.
        open: the channel of the present settings; ``None`` when they do not say enough to send,
            and the next channel of the kind is taken.
    """

    key: str
    label: str
    kind: Literal["sms", "email", "push"]
    open: Callable[[JobContext], SendsMessages | None]


@dataclass(frozen=True)
class PayoutChannel:
    """A way to pay people outside the store; ``wallet`` is core's own.

    Asked once staff approved a payout; one that raises is tried again with growing delays and
    waits for staff after twelve tries. While the plugin is off, approved payouts wait. One whose
    recipient has to confirm waits for them; when the channel says that nobody did in time, the
    amount goes back to its account.

    Args:
        key: ``plugin.name``, at most 40 characters; it stands in payouts and in the callback's
            address ``/notify/payouts/<key>``, so it never changes.
        label: catalogue entry for members.
        open: the channel of the present settings.
        fields: what a member has to give (``PayoutRequest.account``): name → catalogue entry. One
            called ``name`` is the real name; where there is none, the trunk asks for it from the
            store's threshold on.
    """

    key: str
    label: str
    open: Callable[[JobContext], PaysPeople]
    fields: tuple[tuple[str, str], ...] = ()


AnyPort = Gateway | MessageChannel | PayoutChannel
"""A descriptor of this module."""

Opened = Any
"""What ``open`` returned."""
