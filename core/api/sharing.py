"""Shares and referrals, for reading, and the two writes a plugin may do.

They make a share link (:func:`create_share`) and, on a page for staff who have the right
``referral.transfer``, move a member to another referrer (:func:`transfer`). Otherwise the trunk's
policy decides who is whose referrer; plugins refuse by ``check_bind_referral``.
"""

from core.sharing.services import (
    ancestors_of,
    bindings_before,
    chain_of,
    children_of,
    create_share,
    find_in_tree,
    funnel_counts,
    history_of,
    nodes_of,
    referral_of,
    share_behind,
    shares_by_id,
    shares_of,
    team_counts,
    team_page,
    tops_of_network,
    transfer,
    transfer_preview,
)
from core.sharing.services.tallies import sharer_ids
from core.sharing.services.teams import referrers_of, team_counts_of
from core.sharing.types import (
    FunnelCounts,
    ReferralEventView,
    ReferralView,
    ShareStats,
    ShareView,
    TeamCounts,
    TeamMember,
    TransferPreview,
    TreeNode,
)

__all__ = [
    "FunnelCounts",
    "ReferralEventView",
    "ReferralView",
    "ShareStats",
    "ShareView",
    "TeamCounts",
    "TeamMember",
    "TransferPreview",
    "TreeNode",
    "ancestors_of",
    "bindings_before",
    "chain_of",
    "children_of",
    "create_share",
    "find_in_tree",
    "funnel_counts",
    "history_of",
    "nodes_of",
    "referral_of",
    "referrers_of",
    "share_behind",
    "sharer_ids",
    "shares_by_id",
    "shares_of",
    "team_counts",
    "team_counts_of",
    "team_page",
    "tops_of_network",
    "transfer",
    "transfer_preview",
]
