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
