"""What one may do with payments and refunds. Nothing here commits.

Whoever locks several rows locks them in this order: order, attempt, refund, ledger accounts.
"""

from core.payments.rules import Verdict, judge
from core.payments.services.attempts import (
    attach_start,
    attempts_of,
    attempts_to_query,
    book_receipt,
    close_attempts,
    find_attempt,
    forget_payers,
    lock_attempt,
    mark_closed,
    mark_failed,
    mark_succeeded,
    start_attempt,
)
from core.payments.services.notices import note_notice, prune_notices
from core.payments.services.receiving import record_result, suspend
from core.payments.services.reconciling import reconcile
from core.payments.services.refunds import (
    due_refunds,
    find_refund,
    refund_failed,
    refund_succeeded,
    refunds_of,
    request_refund,
    retry_refund,
)
from core.payments.services.under_way import count_under_way

__all__ = [
    "Verdict",
    "attach_start",
    "attempts_of",
    "attempts_to_query",
    "book_receipt",
    "close_attempts",
    "count_under_way",
    "due_refunds",
    "find_attempt",
    "find_refund",
    "forget_payers",
    "judge",
    "lock_attempt",
    "mark_closed",
    "mark_failed",
    "mark_succeeded",
    "note_notice",
    "prune_notices",
    "reconcile",
    "record_result",
    "refund_failed",
    "refund_succeeded",
    "refunds_of",
    "request_refund",
    "retry_refund",
    "start_attempt",
    "suspend",
]
