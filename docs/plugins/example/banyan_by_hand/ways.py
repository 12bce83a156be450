"""Ways in and out that need a person: bank transfers in, bank payments out, messages passed on."""

from collections.abc import Mapping
from dataclasses import dataclass

from banyan_by_hand import services
from banyan_by_hand.models import Transfer
from banyan_by_hand.rules import has_account, signed
from core.api.clock import now
from core.api.contributions import Gateway, JobContext, MessageChannel, PayoutChannel
from core.api.errors import Forbidden, NotFound, UpstreamError
from core.api.payments import (
    PaymentOutcome,
    PaymentResult,
    RefundRequest,
    RefundResult,
    StartRequest,
    StartResult,
)
from core.api.payouts import PayRequest, PayResult

TRANSFERS = "by_hand.transfer"
BANK = "by_hand.bank"


@dataclass(frozen=True)
class BankTransfers:
    """Shoppers send money to the store's account; staff say when it is there."""

    context: JobContext

    def start(self, request: StartRequest) -> StartResult:
        """Show the account; the payment's number is the purpose of the transfer."""
        if not has_account(self.context.settings):
            raise UpstreamError(
                "by_hand.no_account", "The store has named no bank account.", permanent=True
            )
        with self.context.write() as session:
            if session.get(Transfer, request.payment_no) is None:
                session.add(
                    Transfer(
                        payment_no=request.payment_no,
                        amount_fen=request.amount_fen,
                        subject=request.subject[:80],
                        return_url=request.return_url,
                        started_at=now(),
                    )
                )
        return StartResult(request.payment_no, f"/x/by_hand/transfer/{request.payment_no}")

    def query(self, payment_no: str) -> PaymentResult:
        """Paid once staff saw the money."""
        with self.context.read() as session:
            try:
                found = services.transfer_of(session, payment_no)
            except NotFound as error:
                raise UpstreamError(
                    error.code, error.message, permanent=True, **error.params
                ) from error
            has_come = found.arrived_at is not None
            return PaymentResult(
                payment_no=payment_no,
                gateway_ref=payment_no,
                outcome=PaymentOutcome.SUCCEEDED if has_come else PaymentOutcome.PENDING,
                amount_fen=found.amount_fen if has_come else 0,
            )

    def refund(self, request: RefundRequest) -> RefundResult:
        """Staff send it back; the trunk asks again until they have."""
        with self.context.write() as session:
            sending = services.ask_to_send(
                session,
                request.refund_no,
                services.REFUND,
                request.amount_fen,
                {"payment": request.payment_no, "reason": request.reason},
            )
            return RefundResult(request.refund_no, request.refund_no, sending.sent_at is not None)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentResult:
        """A bank transfer calls nobody back."""
        raise Forbidden("by_hand.notice", "Bank transfers have no callbacks.")


@dataclass(frozen=True)
class BankPayments:
    """Staff pay members by bank from an exported list."""

    context: JobContext

    def pay(self, request: PayRequest) -> PayResult:
        """Put it on the list; it waits there until staff say that it was sent."""
        with self.context.write() as session:
            sending = services.ask_to_send(
                session, request.payout_no, services.PAYOUT, request.net_fen, request.account
            )
            return PayResult(request.payout_no, sending.sent_at is not None)


@dataclass(frozen=True)
class PassedOn:
    """Texts as signed JSON to the store's own server."""

    context: JobContext

    def send(self, recipient: str, body: str, key: str) -> None:
        """Post one text; the key tells a repeat."""
        settings = self.context.settings
        data, headers = signed(recipient, body, key, settings["message_secret"])
        self.context.post(settings["message_url"], data, headers)


def passed_on(context: JobContext) -> PassedOn | None:
    """The channel, once an address is set."""
    return PassedOn(context) if context.settings["message_url"] else None


GATEWAY = Gateway(TRANSFERS, "Bank transfer", BankTransfers)
CHANNEL = MessageChannel("by_hand.server", "Our own message server", "sms", passed_on)
PAYOUTS = PayoutChannel(
    BANK,
    "Bank account",
    BankPayments,
    fields=(("name", "Name on the account"), ("number", "Account number"), ("bank", "Bank")),
)
