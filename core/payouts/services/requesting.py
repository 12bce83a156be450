"""Asking for money: checked, limited, reserved at once."""

from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from core.payouts.rules import WALLET_CHANNEL
from core.payouts.types import PayoutRequest, PayoutView
from core.settings.rules import StoreSettings


def request_payout(
    session: Session,
    request: PayoutRequest,
    *,
    settings: StoreSettings,
    check: Callable[..., None],
    channels: Collection[str] = (WALLET_CHANNEL,),
    actor: str = "",
) -> PayoutView:
    """Reserve an amount and put the payout into the queue for review.

    A repeated ``request_key`` of the member answers with the payout of the first call.

    Args:
        session: the caller's unit of work.
        request: who wants how much of which account by which channel.
        settings: limits, fee and tax.
        check: ``shop.extensions().check``; asked as ``check_request_payout``.
        channels: keys of the channels that can be chosen now.
        actor: who asks, when it is not the member: ``staff:<uuid>``.

    Raises:
        Rejected: limits, the balance, or a plugin's check say no.
        Conflict: the request key was used for another request.
        InvariantError: the account kind was not declared payable.
    """
    raise NotImplementedError
