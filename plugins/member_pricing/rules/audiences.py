"""Whom a price is for, as a small tagged value, and who belongs to it."""

from enum import StrEnum
from uuid import UUID

from core.api.values import dataclass


class AudienceKind(StrEnum):
    """The kinds of audience there are. Segments and paid plans will be two more.

    ``ALL``: whoever is signed in. ``RETURNING``: whoever has an effective order. ``TIER``: a tier
    and those above it.
    """

    ALL = "all"
    RETURNING = "returning"
    TIER = "tier"


@dataclass(frozen=True)
class Audience:
    """Whom a price is for; ``id`` tells which tier, and is ``None`` for the others."""

    kind: AudienceKind
    id: UUID | None = None

    @property
    def key(self) -> str:
        """As rows, forms and addresses name it: ``all``, ``returning``, ``tier:<id>``."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    @classmethod
    def tier(cls, tier_id: UUID) -> "Audience":
        """A tier and those above it."""
        return cls(AudienceKind.TIER, tier_id)

    @classmethod
    def of(cls, key: str) -> "Audience | None":
        """The audience of a key; ``None`` for nonsense."""
        kind, _, text = key.partition(":")
        if kind not in set(AudienceKind):
            return None
        try:
            id_ = UUID(text) if text else None
        except ValueError:
            return None
        has_id = kind == AudienceKind.TIER
        return cls(AudienceKind(kind), id_) if has_id == (id_ is not None) else None


ALL = Audience(AudienceKind.ALL)
RETURNING = Audience(AudienceKind.RETURNING)


@dataclass(frozen=True)
class Step:
    """A tier as prices see it. ``rank`` 1 is the lowest."""

    rank: int
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Person:
    """Who would buy.

    Args:
        rank: of their tier; 0 for none.
        is_returning: whether they have an effective order.
        is_member: ``False`` for a guest, who belongs to no audience.
    """

    rank: int = 0
    is_returning: bool = False
    is_member: bool = True


GUEST = Person(is_member=False)


def includes(audience: Audience, step: Step | None, person: Person) -> bool:
    """Whether somebody belongs to an audience.

    Args:
        audience: which.
        step: its tier; ``None`` where it is no tier, or one that is no longer in the ladder.
        person: who.
    """
    if not person.is_member:
        return False
    if audience.kind == AudienceKind.ALL:
        return True
    if audience.kind == AudienceKind.RETURNING:
        return person.is_returning
    return step is not None and person.rank >= step.rank
