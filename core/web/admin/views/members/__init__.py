"""Members: list, detail, referral, ledger, and what may be done with an account."""

from core.web.admin.views.members import (  # noqa: F401 (imported so that they register themselves)
    acting,
    detail,
    index,
    referral,
)
