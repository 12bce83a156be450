"""What distribution adds to the list of members."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.contributions import MemberBulkAction
from core.api.web import staff
from plugins.distribution.services.review import name_many


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
