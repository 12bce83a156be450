"""The far side of every way out of the house: a gateway, message channels, a payout channel.

They keep what they were asked and answer as they are told; nothing leaves the process. They are
plugged into a shop as a plugin of their own (``test_ways``), so the trunk meets them by its
ordinary contracts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from core.api.contributions import Gateway, MessageChannel, PayoutChannel
from core.api.errors import Forbidden, UpstreamError
from core.api.payments import (
    PaymentOutcome,
    PaymentResult,
    RefundRequest,
    RefundResult,
    StartRequest,
    StartResult,
)
from core.api.payouts import PayOutcome, PayRequest, PayResult, PayStatus
from core.api.testing.plugging import plug_in
from core.host.shop import Shop

NAME = "test_ways"
Trouble = UpstreamError | None


def no_answer() -> UpstreamError:
    """The far side does not answer; trying again may help."""
    return UpstreamError("test.no_answer", "The other side does not answer.", permanent=False)


def refusal() -> UpstreamError:
    """The far side refuses; trying again cannot help."""
    return UpstreamError("test.refused", "The other side refuses.", permanent=True)


@dataclass
class FakeGateway:
    """A payment gateway: ``gateway.pay(payment_no)`` and the next query finds the money.

    Args:
        started: what it was asked to collect, by payment number.
        refunds: what it was asked to give back, by refund number; a repeat is not added.
        trouble: raised by every method until it is ``None`` again.
    """

    started: dict[str, StartRequest] = field(default_factory=dict)
    refunds: dict[str, RefundRequest] = field(default_factory=dict)
    trouble: Trouble = None
    _answers: dict[str, PaymentResult] = field(default_factory=dict)

    key = f"{NAME}.gateway"

    def pay(self, payment_no: str, amount_fen: int | None = None) -> None:
        """Somebody pays; all that was asked for by default."""
        asked = self.started[payment_no].amount_fen
        self._answer(
            payment_no, PaymentOutcome.SUCCEEDED, asked if amount_fen is None else amount_fen
        )

    def fail(self, payment_no: str) -> None:
        """The payment fails."""
        self._answer(payment_no, PaymentOutcome.FAILED, 0)

    def start(self, request: StartRequest) -> StartResult:
        """Take the request; the same number again answers as the first time."""
        self._raise_trouble()
        self.started.setdefault(request.payment_no, request)
        return StartResult(f"fake-{request.payment_no}", f"/fake/{request.payment_no}")

    def query(self, payment_no: str) -> PaymentResult:
        """What was said by :meth:`pay` or :meth:`fail`; pending until then."""
        self._raise_trouble()
        if payment_no not in self.started:
            raise refusal()
        pending = PaymentResult(payment_no, f"fake-{payment_no}", PaymentOutcome.PENDING, 0)
        return self._answers.get(payment_no, pending)

    def refund(self, request: RefundRequest) -> RefundResult:
        """Give money back at once."""
        self._raise_trouble()
        self.refunds.setdefault(request.refund_no, request)
        return RefundResult(request.refund_no, f"fake-{request.refund_no}", True)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentResult:
        """A callback whose body is a payment number, under the header ``X-Fake: yes``."""
        number = body.decode()
        if headers.get("X-Fake") != "yes" or number not in self._answers:
            raise Forbidden("test.notice", "This callback is not ours.")
        return self._answers[number]

    def _answer(self, payment_no: str, outcome: PaymentOutcome, amount_fen: int) -> None:
        known = self.query(payment_no)
        self._answers[payment_no] = replace(known, outcome=outcome, amount_fen=amount_fen)

    def _raise_trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@dataclass(frozen=True)
class Sent:
    """A message that went out."""

    recipient: str
    body: str
    key: str


@dataclass
class FakeChannel:
    """A way to reach people: ``channel.sent`` holds what went out.

    Args:
        kind: which messages it carries.
        sent: in order; a repeat under the same key is not added.
        trouble: raised until it is ``None`` again.
    """

    kind: Literal["sms", "email", "push"]
    sent: list[Sent] = field(default_factory=list)
    trouble: Trouble = None

    def send(self, recipient: str, body: str, key: str) -> None:
        """Keep the message."""
        if self.trouble is not None:
            raise self.trouble
        if key not in {each.key for each in self.sent}:
            self.sent.append(Sent(recipient, body, key))

    def to(self, recipient: str) -> list[str]:
        """What somebody got."""
        return [each.body for each in self.sent if each.recipient == recipient]


@dataclass
class FakePayouts:
    """A way to pay people, who at will have to confirm: :meth:`confirm`, :meth:`let_expire`.

    Args:
        paid: by payout number; a repeat is not added.
        is_instant: ``False`` leaves payouts waiting for their recipients.
        confirm_url: where they would confirm.
        expires_at: until when.
        can_be_asked: ``False``: queries tell nothing, as a channel without them.
        trouble: raised until it is ``None`` again.
        forgets_to_answer: the money moves, and then nobody answers.
        statuses: what a query and a callback say, by payout number.
        queries: what was asked.
    """

    paid: dict[str, PayRequest] = field(default_factory=dict)
    is_instant: bool = True
    confirm_url: str = ""
    expires_at: datetime | None = None
    can_be_asked: bool = True
    trouble: Trouble = None
    forgets_to_answer: bool = False
    statuses: dict[str, PayStatus] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)

    key = f"{NAME}.payouts"

    def pay(self, request: PayRequest) -> PayResult:
        """Pay once under the payout's number; a repeat answers as the first time."""
        if self.trouble is not None:
            raise self.trouble
        number = request.payout_no
        if number not in self.paid or self.statuses[number].outcome is PayOutcome.FAILED:
            self.paid[number] = request
            self._say(number, PayOutcome.PAID if self.is_instant else PayOutcome.WAITING)
        if self.forgets_to_answer:
            raise no_answer()
        is_paid = self.statuses[number].outcome is PayOutcome.PAID
        return PayResult(f"fake-{number}", is_paid, self.confirm_url, self.expires_at)

    def query(self, payout_no: str) -> PayStatus | None:
        """What became of a number."""
        self.queries.append(payout_no)
        if self.trouble is not None:
            raise self.trouble
        if not self.can_be_asked:
            return None
        return self.statuses.get(payout_no, PayStatus(payout_no, "", PayOutcome.UNKNOWN, 0))

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PayStatus:
        """A callback whose body is a payout number, under the header ``X-Fake: yes``."""
        number = body.decode()
        if headers.get("X-Fake") != "yes" or number not in self.statuses:
            raise Forbidden("test.notice", "This callback is not ours.")
        return self.statuses[number]

    def confirm(self, payout_no: str) -> None:
        """The recipient takes the money."""
        self._say(payout_no, PayOutcome.PAID)

    def let_expire(self, payout_no: str) -> None:
        """The recipient never confirmed, and can no longer."""
        self._say(payout_no, PayOutcome.UNCLAIMED)

    def _say(self, number: str, outcome: PayOutcome) -> None:
        net_fen = self.paid[number].net_fen
        self.statuses[number] = PayStatus(number, f"fake-{number}", outcome, net_fen)


@dataclass(frozen=True)
class Ways:
    """Every way out of one test's shop."""

    gateway: FakeGateway = field(default_factory=FakeGateway)
    sms: FakeChannel = field(default_factory=lambda: FakeChannel("sms"))
    mail: FakeChannel = field(default_factory=lambda: FakeChannel("email"))
    push: FakeChannel = field(default_factory=lambda: FakeChannel("push"))
    payouts: FakePayouts = field(default_factory=FakePayouts)


def plug_in_ways(shop: Shop) -> Ways:
    """Give a shop one fake of each kind."""
    ways = Ways()
    plug_in(
        shop,
        NAME,
        gateways=[Gateway(FakeGateway.key, "Test gateway", _opens(ways.gateway))],
        channels=[
            MessageChannel(f"{NAME}.{each.kind}", "Test channel", each.kind, _opens(each))
            for each in (ways.sms, ways.mail, ways.push)
        ],
        payout_channels=[PayoutChannel(FakePayouts.key, "Test payouts", _opens(ways.payouts))],
    )
    return ways


def _opens(far_side: Any) -> Any:
    return lambda _context: far_side
