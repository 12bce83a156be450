"""An account of growth and tiers kept by hand, without any of the plugin's rules."""

from dataclasses import dataclass, field
from fractions import Fraction

THRESHOLDS = (0, 50, 150, 400)
VALIDITY = (60, 90, 30, 120)


def tier_of(growth: int) -> int:
    """Rank that a balance reaches; a debt reaches what 0 does."""
    return sum(1 for threshold in THRESHOLDS if threshold <= max(growth, 0))


@dataclass
class Order:
    """One order: growth of each line as it must come out, and how much of it went back."""

    pieces: list[int]
    price_fen: list[int]
    growth: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    is_received: bool = False
    has_first: bool = False

    def __post_init__(self):
        paid = [n * each for n, each in zip(self.pieces, self.price_fen, strict=True)]
        whole = sum(paid) // 100
        exact = [Fraction(whole * each, sum(paid)) for each in paid]
        self.growth = [int(each) for each in exact]
        rest = sorted(range(len(paid)), key=lambda i: (-(exact[i] - self.growth[i]), i))
        for index in rest[: whole - sum(self.growth)]:
            self.growth[index] += 1
        self.back = [0] * len(paid)
        self.taken = [0] * len(paid)

    def give_back(self, line: int, count: int) -> int:
        """Growth that goes with so many more pieces of a line: half a point is rounded up."""
        self.back[line] += count
        share = Fraction(self.growth[line] * self.back[line], self.pieces[line])
        gone = int(share + Fraction(1, 2)) - self.taken[line]
        self.taken[line] += gone
        return gone

    @property
    def left(self) -> int:
        """What has not been taken back."""
        return sum(self.growth) - sum(self.taken)


@dataclass(frozen=True)
class Rise:
    """From one rank to a higher one: when, and the last day that the lower one had had."""

    old: int
    new: int
    old_until: int
    day: int


@dataclass
class Book:
    """One member. Days are counted from the first; ``until`` is the last day of their tier."""

    growth: int = 0
    rank: int = 1
    floor: int = 0
    today: int = 0
    until: int | None = None  # before their first growth they have no row, and nothing ends
    rises: list[Rise] = field(default_factory=list)
    changes: int = 0

    def _to(self, rank: int) -> None:
        if rank > self.rank:
            self.rises.append(Rise(self.rank, rank, self.until, self.today))
        self.changes += rank != self.rank
        self.rank = rank

    def _begin(self) -> None:
        self.until = self.today + VALIDITY[self.rank - 1]

    def open(self) -> None:
        """Their first growth: the lowest tier begins."""
        if self.until is None:
            self._begin()

    def give(self, amount: int) -> None:
        """More growth: upwards at once, and the new tier begins."""
        self.open()
        self.growth += amount
        if tier_of(self.growth) > self.rank:
            self._to(tier_of(self.growth))
            self._begin()

    def take(self, amount: int) -> None:
        """Less growth: back to what it says, but not below the floor, as if it had not risen."""
        self.growth -= amount
        rank = max(tier_of(self.growth), self.floor)
        if rank < self.rank:
            self._to(rank)
            rise = [each for each in self.rises if each.old <= rank < each.new][-1]
            passed_by = rise.day + VALIDITY[rank - 1]
            self.until = rise.old_until if rise.old == rank else passed_by

    def receive(self, order: Order) -> None:
        """Goods are there: what is left of the order counts."""
        self.open()
        order.is_received = True
        if order.left:
            self.give(order.left)

    def refund(self, order: Order, line: int, count: int) -> None:
        """Pieces go back."""
        gone = order.give_back(line, count)
        if order.is_received:
            self.take(gone)

    def wait(self, days: int, rule: str, expiry_bps: int) -> None:
        """Days pass; who is over the last one is reviewed, once."""
        self.today += days
        if self.until is not None and self.until < self.today:
            self._review(rule, expiry_bps)

    def _review(self, rule: str, expiry_bps: int) -> None:
        reached = tier_of(self.growth)
        if reached >= self.rank:
            after = reached
        elif rule == "keep":
            after = self.rank
        elif rule == "step_down":
            after = max(reached, self.rank - 1)
        else:
            after = reached
        self._to(after)
        self._begin()
        self.floor = after
        self.growth -= max(self.growth, 0) * expiry_bps // 10_000
