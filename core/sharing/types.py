"""Values of sharing that other rooms, the faces and plugins see; never rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.kernel.errors import ShopError


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
    """A share link. ``target`` is the product id, an activity's key, or ``""`` for the store.

    Args:
        token: rides in addresses as ``?s=``.
        code: the short code for QR codes; :attr:`short_path` leads to the shared page.
        visit_count: people who opened the link, once a day each; those who scanned are not in it.
    """

    id: UUID
    token: str
    code: str
    member_id: UUID
    target_kind: str
    target: str
    channel: str
    campaign: str
    visit_count: int
    created_at: datetime

    @property
    def short_path(self) -> str:
        """The path to put into a QR code: 13 characters."""
        return f"/s/{self.code}"


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


@dataclass(frozen=True)
class TreeNode:
    """A member as the merchant's tree shows them; shoppers see masked names only.

    Args:
        name: nickname, or a masked phone.
        level: below the member whose tree it is; 0 where somebody was searched for.
        referrer_id: ``None``: nobody stands above.
        direct_count: how many stand directly below.
        team_count: how many stand below within three levels.
        bound_at: when they got their referrer.
        joined_at: when the account was made.
    """

    member_id: UUID
    name: str
    level: int
    referrer_id: UUID | None
    upline2_id: UUID | None
    upline3_id: UUID | None
    is_locked: bool
    direct_count: int
    team_count: int
    bound_at: datetime | None
    joined_at: datetime


@dataclass(frozen=True)
class TransferPreview:
    """What moving a member to another referrer would change; orders placed before keep theirs.

    Args:
        old_referrer_id: whom they have now; ``None``: nobody.
        new_referrer_id: whom they would have; ``None``: the referral would end.
        below: who would move along, as far as counts are kept: three levels.
        chain_before: who earns from the member's orders now, nearest first.
        chain_after: who would.
        refusals: why it would be refused; empty: it would not.
    """

    member_id: UUID
    old_referrer_id: UUID | None
    new_referrer_id: UUID | None
    below: TeamCounts
    chain_before: tuple[UUID, ...]
    chain_after: tuple[UUID, ...]
    refusals: tuple[ShopError, ...] = ()

    @property
    def affected_count(self) -> int:
        """Members whose chain would change: the moved one, and two levels below."""
        return 1 + self.below.level1 + self.below.level2


@dataclass(frozen=True)
class FunnelCounts:
    """From opened links to orders.

    Args:
        visits: people opening a share link, once a visitor, link and day; scans included.
        visitors: different browsers among them.
        registered: accounts made after opening one.
        ordered: orders placed after opening one.
        scans: visits that came by a QR code.
    """

    visits: int = 0
    visitors: int = 0
    registered: int = 0
    ordered: int = 0
    scans: int = 0


@dataclass(frozen=True)
class NetworkFault:
    """Something kept beside the edges that does not follow from them.

    Args:
        code: ``referral.uplines``, ``referral.counts`` or ``referral.circle``.
        member_id: whose row it is.
        stored: what is kept.
        counted: what the edges say.
    """

    code: str
    member_id: UUID
    stored: str
    counted: str


@dataclass(frozen=True)
class NetworkReport:
    """What a recount of the referral network found; ``faults`` holds the first of each kind."""

    referral_count: int
    fault_count: int
    faults: tuple[NetworkFault, ...]

    @property
    def is_clean(self) -> bool:
        """Whether everything kept follows from the edges."""
        return not self.fault_count
