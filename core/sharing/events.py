"""Facts of sharing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ShareCreated(Event):
    """A member shared a page for the first time in this channel and campaign.

    Not fired when the same link is asked for again.

    Args:
        target_kind: ``product``, ``store`` or ``activity``.
        target: product id, activity key, or empty for the store.
        channel: ``link``, ``qr`` or ``poster``.
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

    Args:
        visitor: random id of the browser.
        visitor_member_id: who was signed in there, if anybody.
        kind: ``visit``, or ``scan`` for a QR code.
    """

    aggregate = "share_id"
    share_id: UUID
    sharer_id: UUID
    visitor: str
    visitor_member_id: UUID | None
    kind: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ShareScanned(Event):
    """A person came by the short code of a share link, counted once a visitor and day.

    ``ShareVisited`` is told besides, with ``kind`` ``scan``. Not fired for robots, link previews,
    prefetching, nor for the sharer's own scans, nor when the page behind a code is opened again.

    Args:
        visitor: random id of the browser.
        visitor_member_id: who was signed in there, if anybody.
        target_kind: ``product``, ``store`` or ``activity``.
        target: product id, activity key, or empty for the store.
        channel: ``link``, ``qr`` or ``poster``: how the link was shared.
        campaign: the play the link belongs to; empty without one.
    """

    aggregate = "share_id"
    share_id: UUID
    sharer_id: UUID
    visitor: str
    visitor_member_id: UUID | None
    target_kind: str
    target: str
    channel: str
    campaign: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ReferralBound(Event):
    """A member got a referrer, by policy or by transfer (``reason`` tells).

    Not fired when a referral expires or is taken away, nor when policy or a plugin refuses.

    Args:
        previous_referrer_id: whom the referral was taken from, if anybody.
        reason: the moment of the policy (``visit``, ``registration``, ``order``, ``payment``), or
            ``transfer``.
    """

    aggregate = "member_id"
    member_id: UUID
    referrer_id: UUID
    previous_referrer_id: UUID | None
    reason: str
    at: datetime
