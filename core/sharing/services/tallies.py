"""Counts of what sharing brought: bindings of late, and the way from a visit to an order."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import InvalidInput
from core.sharing.models import Referral, ShareAction, ShareLink, ShareVisit
from core.sharing.rules import CHANNELS
from core.sharing.types import FunnelCounts


def recent_bindings(
    session: Session, referrer_ids: Collection[UUID], since: datetime
) -> dict[UUID, int]:
    """How many of each referrer's present direct members were bound at or after an instant.

    For noticing bursts. Whom staff moved there counts as well. Every referrer asked for is in the
    answer. One statement.
    """
    found = dict.fromkeys(referrer_ids, 0)
    if not found:
        return {}
    rows = session.execute(
        sa.select(Referral.referrer_id, sa.func.count())
        .where(Referral.referrer_id.in_(list(found)), Referral.bound_at >= since)
        .group_by(Referral.referrer_id)
    )
    found.update((row[0], row[1]) for row in rows)
    return found


def funnel_counts(
    session: Session, since: datetime, until: datetime, channel: str | None = None
) -> FunnelCounts:
    """What share links brought from ``since`` to before ``until``. One statement.

    Steps are counted by their own time: an order may follow a visit of the month before. Robots,
    previews and sharers' own visits are in none of them. Orders count when placed, paid or not.

    Args:
        session: any session.
        since: from this instant.
        until: to before this one.
        channel: only links of ``link``, ``qr`` or ``poster``.

    Raises:
        InvalidInput: an unknown channel.
    """
    if channel is not None and channel not in CHANNELS:
        raise InvalidInput("share.kind", "There is no such list.", field="channel")

    def count(table: Any, what: Any, *which: Any) -> Any:
        chosen = sa.select(what).select_from(table).where(table.at >= since, table.at < until)
        if channel is not None:
            chosen = chosen.join(ShareLink, ShareLink.id == table.share_id).where(
                ShareLink.channel == channel
            )
        return chosen.where(*which).scalar_subquery()

    row = session.execute(
        sa.select(
            count(ShareVisit, sa.func.count()),
            count(ShareVisit, sa.func.count(sa.distinct(ShareVisit.visitor))),
            count(ShareAction, sa.func.count(), ShareAction.kind == "registered"),
            count(ShareAction, sa.func.count(), ShareAction.kind == "ordered"),
            count(ShareVisit, sa.func.count(), ShareVisit.kind == "scan"),
        )
    ).one()
    return FunnelCounts(*row)


def sharer_ids() -> sa.Select[UUID]:
    """A selection of the ids of members who have a share link, to be used inside another one.

    A member stands in it once for each link.
    """
    return sa.select(ShareLink.member_id)
