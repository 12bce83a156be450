"""Facts of sharing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ShareCreated(Event):
    """A member shared a page for the first time in this channel and campaign.

    Not fired when the same link is asked for again.
    """

    aggregate = "share_id"
    share_id: UUID
    member_id: UUID
    target_kind: str
    target: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ShareVisited(Event):
    """A person opened a share link, counted once a visitor and day.

    Not fired for robots, link previews, prefetching, nor for the sharer's own visits.
    """

    aggregate = "share_id"
    share_id: UUID
    sharer_id: UUID
    visitor: str
    visitor_member_id: UUID | None
    kind: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ReferralBound(Event):
    """A member got a referrer, by policy or by transfer (``reason`` tells).

    Not fired when a referral expires or is taken away, nor when policy or a plugin refuses.
    """

    aggregate = "member_id"
    member_id: UUID
    referrer_id: UUID
    previous_referrer_id: UUID | None
    reason: str
    at: datetime
