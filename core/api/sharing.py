"""Shares and referrals, for reading, and the one write a plugin may do: make a share link.

Who is whose referrer is decided by the trunk's policy; plugins refuse by ``check_bind_referral``.
"""

from core.sharing.services import (
    chain_of,
    create_share,
    history_of,
    referral_of,
    shares_of,
    team_counts,
    team_page,
)
from core.sharing.types import (
    ReferralEventView,
    ReferralView,
    ShareStats,
    ShareView,
    TeamCounts,
    TeamMember,
)

__all__ = [
    "ReferralEventView",
    "ReferralView",
    "ShareStats",
    "ShareView",
    "TeamCounts",
    "TeamMember",
    "chain_of",
    "create_share",
    "history_of",
    "referral_of",
    "shares_of",
    "team_counts",
    "team_page",
]
