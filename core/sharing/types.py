"""Values of sharing that other rooms, the faces and plugins see; never rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Verdict(StrEnum):
    """What came of trying to bind a member.

    ``BOUND``: there is a referrer now. ``KEPT``: there was one already. ``REFUSED``: oneself, one's
    own downline, a frozen or unknown referrer. ``NONE``: the policy asks for nothing now, or no
    share link was opened.
    """

    BOUND = "bound"
    KEPT = "kept"
    REFUSED = "refused"
    NONE = "none"


@dataclass(frozen=True)
class BindOutcome:
    """What came of a binding moment, and why when it was refused (a stable code)."""

    verdict: Verdict
    referrer_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True)
class ShareView:
    """A share link. ``target`` is the product id, an activity's key, or ``""`` for the store."""

    id: UUID
    token: str
    member_id: UUID
    target_kind: str
    target: str
    channel: str
    campaign: str
    visit_count: int
    created_at: datetime


@dataclass(frozen=True)
class ShareStats:
    """What became of a link: people's visits, scans, registrations and orders."""

    share: ShareView
    scan_count: int
    registered_count: int
    order_count: int


@dataclass(frozen=True)
class VisitOutcome:
    """A link was opened. ``is_counted`` is false for a repeat on one day and for the sharer."""

    share: ShareView
    is_counted: bool


@dataclass(frozen=True)
class ReferralView:
    """A member's referrer and uplines; ``protected_until`` ``None`` means for life."""

    member_id: UUID
    referrer_id: UUID
    upline2_id: UUID | None
    upline3_id: UUID | None
    share_id: UUID | None
    is_locked: bool
    bound_at: datetime
    protected_until: datetime | None


@dataclass(frozen=True)
class ReferralEventView:
    """A line of a member's referral history."""

    kind: str
    old_referrer_id: UUID | None
    new_referrer_id: UUID | None
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class TeamCounts:
    """How many members stand below one, by level."""

    level1: int = 0
    level2: int = 0
    level3: int = 0

    @property
    def total(self) -> int:
        """All three levels."""
        return self.level1 + self.level2 + self.level3


@dataclass(frozen=True)
class TeamMember:
    """A member of somebody's team. ``name`` is a nickname or a masked phone, never more."""

    member_id: UUID
    name: str
    avatar_id: UUID | None
    level: int
    referrer_id: UUID
    bound_at: datetime
    registered_at: datetime
    direct_count: int
