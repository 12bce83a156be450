"""What one may do with shares and referrals."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.members.services import declare_export
from core.members.services.signals import declare_signals
from core.sharing.models import ShareVisit
from core.sharing.services.binding import bind, no_check
from core.sharing.services.links import (
    create_share,
    find_share,
    find_share_by_code,
    shares_by_id,
    shares_of,
)
from core.sharing.services.moments import (
    bind_on_order,
    bind_on_payment,
    bind_on_registration,
    bind_on_visit,
)
from core.sharing.services.previews import transfer_preview
from core.sharing.services.recounting import mend_network, verify_network
from core.sharing.services.stewardship import expire_referrals, set_lock, transfer
from core.sharing.services.tallies import bindings_before, funnel_counts
from core.sharing.services.teams import (
    chain_of,
    history_of,
    referral_of,
    referrers_of,
    team_counts,
    team_page,
)
from core.sharing.services.tree import (
    ancestors_of,
    children_of,
    find_in_tree,
    nodes_of,
    tops_of_network,
)
from core.sharing.services.visits import claim_visits, record_scan, record_visit, share_behind

__all__ = [
    "ancestors_of",
    "bind",
    "bind_on_order",
    "bind_on_payment",
    "bind_on_registration",
    "bind_on_visit",
    "bindings_before",
    "chain_of",
    "children_of",
    "claim_visits",
    "create_share",
    "expire_referrals",
    "find_in_tree",
    "find_share",
    "find_share_by_code",
    "funnel_counts",
    "history_of",
    "mend_network",
    "no_check",
    "nodes_of",
    "record_scan",
    "record_visit",
    "referral_of",
    "referrers_of",
    "set_lock",
    "share_behind",
    "shares_by_id",
    "shares_of",
    "team_counts",
    "team_page",
    "tops_of_network",
    "transfer",
    "transfer_preview",
    "verify_network",
]


def _export(session: Session, member_id: UUID) -> dict[str, Any]:
    referral = referral_of(session, member_id)
    shares = shares_of(session, member_id, per_page=10_000).items
    return {
        "shares": [asdict(stats) for stats in shares],
        "referral": asdict(referral) if referral else None,
        "history": [asdict(event) for event in history_of(session, member_id)],
    }


declare_export("sharing", _export)
declare_signals(
    "devices",
    lambda: sa.select(ShareVisit.member_id, ShareVisit.visitor).where(
        ShareVisit.member_id.is_not(None)
    ),
)
