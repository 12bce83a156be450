"""What distribution adds to the list of members and to the page of one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.contributions import MemberBulkAction, MemberPanel
from core.api.members import names_of
from core.api.sharing import nodes_of
from core.api.web import staff
from plugins.distribution.admin.distributors import TONES
from plugins.distribution.admin.page import ROOT
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.network import summary_of
from plugins.distribution.services.review import name_many
from plugins.distribution.views.showing import DISTRIBUTOR_LABELS


def _name(session: Session, member_ids: Sequence[UUID]) -> int:
    return name_many(session, member_ids, actor=staff().actor)


NAME_ACTION = MemberBulkAction(
    key="distribution.name_members",
    label="Name as distributors",
    run=_name,
    permission="distribution.distributor",
    done="%(count)s members are distributors now; frozen ones stay frozen.",
    icon="user-plus",
)


def member_panel(session: Session, member_id: UUID) -> Mapping[str, Any] | None:
    """Where a member stands in distribution; stays away from those whom it does not touch."""
    summary = summary_of(session, member_id)
    node = nodes_of(session, [member_id]).get(member_id)
    above = [each for each in _above(node) if each]
    if not summary.state and not summary.orders and not above and not (node and node.team_count):
        return None
    state = DistributorState(summary.state) if summary.state else None
    return {
        "root": ROOT,
        "member_id": member_id,
        "summary": summary,
        "label": str(DISTRIBUTOR_LABELS[state]) if state else "",
        "tone": TONES[state] if state else "",
        "node": node,
        "above": above,
        "names": names_of(session, above),
    }


def _above(node: Any) -> Sequence[UUID | None]:
    return (node.referrer_id, node.upline2_id, node.upline3_id) if node else ()


MEMBER_PANEL = MemberPanel(
    key="distribution.member",
    label="Distribution",
    template="admin/member_panel.html",
    load=member_panel,
    permission="distribution.view",
)
