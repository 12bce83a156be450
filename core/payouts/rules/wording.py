"""How a payout is told to its member: where it stands and what comes next, as catalogue entries."""

from core.payouts.rules import PayoutState
from core.payouts.rules.channels import MANUAL

_LABELS = {
    PayoutState.REQUESTED: "Being reviewed",
    PayoutState.APPROVED: "Approved",
    PayoutState.PAYING: "Being paid",
    PayoutState.WAITING: "Waiting for you to confirm",
    PayoutState.PAID: "Paid out",
    PayoutState.FAILED: "Failed, the store is looking into it",
    PayoutState.REJECTED: "Declined",
    PayoutState.RETURNED: "Not confirmed in time, given back",
}
_NEXT = {
    PayoutState.REQUESTED: "Next: the store reviews it.",
    PayoutState.APPROVED: "Next: the money is sent.",
    PayoutState.PAYING: "Next: the money arrives in the account.",
    PayoutState.WAITING: "Next: you confirm that you want the money. Otherwise it comes back here.",
    PayoutState.FAILED: "Next: the store sends it again or gives the amount back.",
}
_BY_HAND = {
    PayoutState.APPROVED: "Next: the store makes the transfer by hand, usually on working days.",
    PayoutState.PAYING: "Next: the store confirms that the transfer has arrived.",
}


def state_label(state: str) -> str:
    """Where a payout stands, said to its member."""
    return _LABELS[PayoutState(state)]


def expected_next(state: str, channel: str) -> str:
    """The step that is expected next; empty when nothing more happens."""
    stands = PayoutState(state)
    if channel in MANUAL and stands in _BY_HAND:
        return _BY_HAND[stands]
    return _NEXT.get(stands, "")
