"""State machines as data: the moves that exist, and one function that checks a move."""

from core.kernel.states import StateMachine

__all__ = ["StateMachine"]
