"""Counts of what sharing brought: bindings of late, and the way from a visit to an order."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import InvalidInput
from core.sharing.models import ReferralEvent, ShareAction, ShareLink, ShareVisit
from core.sharing.rules import CHANNELS
from core.sharing.types import FunnelCounts


def bindings_before(
    session: Session, moments: Collection[tuple[UUID, datetime]], span: timedelta
) -> dict[tuple[UUID, datetime], int]:
    """How many members were bound to a referrer in a time before each of some instants.

    For noticing bursts. Counted by what happened, so that the answer about a moment stays the same,
    wherever those members stand since; whom staff moved is not counted. Every moment asked for is
    in the answer. One statement.

    Args:
        session: any session.
        moments: (referrer, instant), instants rather close to each other: all bindings between the
            first and the last are read.
        span: how long before each instant; what happened at the instant itself counts.
    """
    if not moments:
        return {}
    instants = [at for _, at in moments]
    rows = session.execute(
        sa.select(ReferralEvent.new_referrer_id, ReferralEvent.at)
        .where(
            ReferralEvent.kind == "bound",
            ReferralEvent.new_referrer_id.in_({referrer_id for referrer_id, _ in moments}),
            ReferralEvent.at > min(instants) - span,
            ReferralEvent.at <= max(instants),
        )
        .order_by(ReferralEvent.at)
    )
    bound: dict[UUID | None, list[datetime]] = defaultdict(list)
    for referrer_id, at in rows:
        bound[referrer_id].append(at)
    return {
        (referrer_id, at): bisect_right(bound[referrer_id], at)
        - bisect_right(bound[referrer_id], at - span)
        for referrer_id, at in moments
    }


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
            count(ShareVisit, sa.func.count(), ShareVisit.is_counted),
            count(ShareVisit, sa.func.count(sa.distinct(ShareVisit.visitor))),
            count(ShareAction, sa.func.count(), ShareAction.kind == "registered"),
            count(ShareAction, sa.func.count(), ShareAction.kind == "ordered"),
            count(ShareVisit, sa.func.count(), ShareVisit.is_counted, ShareVisit.kind == "scan"),
        )
    ).one()
    return FunnelCounts(*row)


def sharer_ids() -> sa.Select[UUID]:
    """A selection of the ids of members who have a share link, to be used inside another one.

    A member stands in it once for each link.
    """
    return sa.select(ShareLink.member_id)
