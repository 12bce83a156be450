"""Finalise: the one function that confirms a payment, whoever learned of it."""

from sqlalchemy.orm import Session

from core.orders.types import ConfirmOutcome, Extensions
from core.payments.types import PaymentResult


def confirm_payment(
    session: Session, result: PaymentResult, *, extensions: Extensions | None = None
) -> ConfirmOutcome:
    """Take a gateway's word about a payment: callback, return page, poll and staff all come here.

    Raises:
        NotFound: no attempt has this payment number.
    """
    raise NotImplementedError
