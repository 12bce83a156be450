"""Why a plugin is paused: a sentence that everybody reads in their own language."""

from collections.abc import Mapping
from typing import Any

from core.kernel.values import dataclass


@dataclass(frozen=True)
class Pause:
    """Why a plugin is held off; as text, in English.

    Args:
        message: catalogue entry.
        params: values for its places; none for a sentence that has no places.
    """

    message: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message
