"""Values of a plugin's own: ``@dataclass(frozen=True)`` that costs a start next to nothing."""

from core.kernel.values import dataclass

__all__ = ["dataclass"]
