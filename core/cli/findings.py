"""What ``banyan doctor`` reports: findings, each with its meaning and what to do."""

from enum import Enum

from core.kernel.values import dataclass


class Status(Enum):
    """How a finding stands: fine, worth knowing, or keeping the store from working."""

    OK = "ok"
    NOTE = "note"
    FAULT = "fault"

    @property
    def rank(self) -> int:
        """The worse, the higher."""
        return list(Status).index(self)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, what that means, what to do."""

    subject: str
    status: Status
    found: str
    meaning: str = ""
    advice: str = ""
