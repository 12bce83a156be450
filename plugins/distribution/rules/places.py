"""A place in a long list that is sorted by time, newest first: pages go on after it."""

from datetime import UTC, datetime
from uuid import UUID

from core.api.values import dataclass

_TIME = "%Y%m%d%H%M%S%f"


@dataclass(frozen=True)
class Place:
    """The row of this time and id; what follows is older, or as old with a lower id."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):{_TIME}}-{self.id.hex}"


def place_or_none(text: str) -> Place | None:
    """The place that an address names."""
    time, _, key = text.partition("-")
    try:
        return Place(datetime.strptime(time, _TIME).replace(tzinfo=UTC), UUID(key))
    except ValueError:
        return None
