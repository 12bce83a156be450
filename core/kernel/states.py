"""State machines as data: which moves exist, and one function that checks a move."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.kernel.errors import Conflict

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class StateMachine(Generic[S]):
    """A named table of allowed moves from each state.

    A move to the same state is a no-op, so that a repeated notice changes nothing.
    """

    name: str
    moves: Mapping[S, frozenset[S]]

    def is_move(self, current: S, target: S) -> bool:
        """Whether ``target`` is a change from ``current``.

        Returns:
            ``False`` when the thing is in ``target`` already, ``True`` when it may go there.

        Raises:
            Conflict: the move does not exist.
        """
        if current == target:
            return False
        if target not in self.moves.get(current, frozenset()):
            raise Conflict(
                f"{self.name}.state",
                "This is already “%(current)s”, so it can no longer become “%(target)s”.",
                current=str(current),
                target=str(target),
            )
        return True
