"""The contract of a payout channel, as tests that a plugin runs against its own.

::

    from core.api.testing.payouts import PayoutChannelContract

    class TestBank(PayoutChannelContract):
        @pytest.fixture
        def channel(self):
            return Bank(BANK.url)
        def payments(self, channel, payout_no):
            return BANK.payments[payout_no]
"""

from typing import Any

import pytest

from core.api.db import new_id
from core.api.errors import Forbidden
from core.api.payouts import PayOutcome, PayRequest

ACCOUNT = {"name": "林小山", "number": "6222021234567890", "bank": "招商银行"}


class PayoutChannelContract:
    """What the trunk relies on. Subclass it, bring the channel, and run pytest.

    Channels without ``query`` or ``read_notice`` skip the tests of these.
    """

    account: dict[str, Any] = ACCOUNT

    @pytest.fixture
    def channel(self) -> Any:
        """What the channel's ``open`` returns, with a far side that pays."""
        raise NotImplementedError

    def payments(self, channel: Any, payout_no: str) -> int:
        """How often money moved under a number, as the far side counts."""
        raise NotImplementedError

    def request(self, number: str = "W2026010100000001") -> PayRequest:
        """A payment of 12.34 yuan."""
        return PayRequest(number, new_id(), 1234, dict(self.account))

    def test_the_same_number_moves_money_once(self, channel: Any) -> None:
        """And is answered alike."""
        first, again = channel.pay(self.request()), channel.pay(self.request())
        assert (first.channel_ref, first.is_paid) == (again.channel_ref, again.is_paid)
        assert first.channel_ref
        assert self.payments(channel, self.request().payout_no) == 1

    def test_a_query_tells_number_reference_and_amount_as_they_were_sent(
        self, channel: Any
    ) -> None:
        """The trunk refuses anything else."""
        self._can(channel, "query")
        result = channel.pay(self.request())
        status = channel.query(self.request().payout_no)
        assert (status.payout_no, status.channel_ref, status.net_fen) == (
            self.request().payout_no,
            result.channel_ref,
            1234,
        )
        assert status.outcome == (PayOutcome.PAID if result.is_paid else PayOutcome.WAITING)

    def test_a_number_it_never_heard_of_is_unknown(self, channel: Any) -> None:
        """Only then does the trunk tell it to pay again."""
        self._can(channel, "query")
        assert channel.query("W0").outcome == PayOutcome.UNKNOWN

    def test_a_callback_that_is_not_its_own_is_refused(self, channel: Any) -> None:
        """Nobody else can say that somebody was paid."""
        self._can(channel, "read_notice")
        channel.pay(self.request())
        for body in (b"", b"{}", self.request().payout_no.encode()):
            with pytest.raises(Forbidden):
                channel.read_notice({}, body)

    def _can(self, channel: Any, method: str) -> None:
        if not hasattr(channel, method):
            pytest.skip(f"the channel has no {method}")
