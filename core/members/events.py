"""Facts of members."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MemberRegistered(Event):
    """An account was made. ``source`` says how: ``phone``, ``email``, ``import``.

    Not fired when somebody signs in again or adds a second way to.
    """

    aggregate = "member_id"
    member_id: UUID
    source: str
    registered_at: datetime


@dataclass(frozen=True, kw_only=True)
class MemberErased(Event):
    """Personal data of a member was erased on request; plugins erase theirs, and keep the books.

    Fires once a member. Not fired when a member is only blocked.
    """

    aggregate = "member_id"
    member_id: UUID
    erased_at: datetime


@dataclass(frozen=True, kw_only=True)
class MemberFollowed(Event):
    """A member follows the shop in a channel, such as its official account, now or once more.

    Not fired when the channel repeats what is known, nor for an older message that arrives late.

    Args:
        channel: as the plugin calls it that tells, such as ``wechat_account``.
        at: when they began to, as the channel says.
    """

    aggregate = "member_id"
    member_id: UUID
    channel: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class MemberUnfollowed(Event):
    """A member follows the shop no longer in a channel.

    Not fired when the channel repeats what is known, nor for an older message that arrives late,
    nor when a member is erased: ``MemberErased`` says so.

    Args:
        channel: as the plugin calls it that tells.
        at: when they left, as the channel says.
    """

    aggregate = "member_id"
    member_id: UUID
    channel: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class MemberTierChanged(Event):
    """A member's tier changed, upwards or downwards, as the plugin tells that keeps the tiers.

    Fires once a change. Not fired when a tier is merely renewed, nor when the merchant renames one;
    and by no shop without a plugin that keeps tiers.

    Args:
        old_tier_id: the tier before; ``None``: none.
        new_tier_id: the tier since; ``None``: none.
        old_rank: 1 is the lowest tier; 0: none.
        new_rank: likewise; higher than ``old_rank``: they rose.
        reason: a word of the plugin for why, such as ``growth`` or ``review``.
    """

    aggregate = "member_id"
    member_id: UUID
    old_tier_id: UUID | None
    new_tier_id: UUID | None
    old_rank: int
    new_rank: int
    reason: str
    at: datetime
