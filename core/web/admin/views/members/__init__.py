"""Members: list, detail, referral, ledger, and what may be done with an account."""

from core.web.admin.views.members import (
    acting,
    detail,
    index,
    referral,
)

__all__ = [
    "acting",
    "detail",
    "index",
    "referral",
]
