"""One page of a longer list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a list. ``number`` starts at 1, ``total`` counts the whole list."""

    items: tuple[T, ...]
    total: int
    number: int
    per_page: int

    @property
    def count(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.count

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.number > 1
