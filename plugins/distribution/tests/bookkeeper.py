"""What distribution owes whom, by plain arithmetic that shares nothing with the plugin's rules.

A second opinion: it is told what happens and keeps everybody's accounts on its own. Fractions stay
exact until they are parted by largest remainder.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction


@dataclass(frozen=True)
class RateSaid:
    """Basis points (``bps``) or fen a piece (``fixed``) per level, and other ones by grade."""

    kind: str
    levels: tuple
    by_grade: dict = field(default_factory=dict)

    def of(self, level, grade):
        return self.by_grade.get(grade, self.levels)[level - 1]


@dataclass(frozen=True)
class PlanSaid:
    """A plan; ``campaign`` is same, own or excluded."""

    rate: RateSaid
    pool: int
    base: str = "paid"
    campaign: str = "same"
    campaign_rate: RateSaid | None = None


@dataclass(frozen=True)
class Said:
    """A programme. ``second`` takes the pot: by its sku, its product, or with the whole shelf."""

    depth: int
    own: str
    compressed: bool
    default: PlanSaid
    second: PlanSaid | None = None
    scope: str = "product"
    treatment: str = "plan"
    own_rate: RateSaid | None = None


@dataclass(frozen=True)
class Ware:
    """Something on sale. One of a sale costs ``off`` less a piece."""

    code: str
    price: int
    cost: int
    on_shelf: bool
    off: int = 0


def part(total, weights):
    """Largest remainder; the earlier of equals first."""
    whole = sum(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    floors = [int(each) for each in exact]
    order = sorted(range(len(weights)), key=lambda i: (floors[i] - exact[i], i))
    for index in order[: total - sum(floors)]:
        floors[index] += 1
    return floors


def half_up(total, share, whole):
    """A share of a total; half a fen counts as a whole one."""
    return int(Fraction(total * share, whole) + Fraction(1, 2))


def amounts(plan, rate, ask, paid, cost, pieces):
    """Fen for each of ``ask``: (level, grade)."""
    base = paid if plan.base == "paid" else paid - cost
    numbers = [rate.of(level, grade) for level, grade in ask] if rate else [0] * len(ask)
    if base <= 0 or not any(numbers):
        return [0] * len(ask)
    pool = half_up(base, plan.pool, 10_000)
    if rate.kind == "fixed":
        wanted = [number * pieces for number in numbers]
        return wanted if sum(wanted) <= pool else part(pool, wanted)
    if sum(numbers) <= plan.pool:
        return part(base, [*numbers, 10_000 - sum(numbers)])[:-1]
    return part(pool, numbers)


@dataclass
class Owed:
    """One commission. ``place`` is pending, frozen or available."""

    who: str
    code: str
    amount: int
    place: str = "pending"
    back: int = 0


@dataclass
class Deal:
    """An order as it was placed."""

    buyer: str
    said: Said
    uplines: list
    grades: dict
    has_own: bool
    pieces: dict
    paid: dict
    owed: list = field(default_factory=list)
    state: str = "placed"


class Bookkeeper:
    """Keeps the tree, the states, the grades and what everybody is owed."""

    def __init__(self, wares):
        self.wares = {ware.code: ware for ware in wares}
        self.referrer, self.active, self.grade = {}, set(), {}
        self.deals, self.payouts, self.said = [], [], None

    def uplines(self, who):
        found = []
        while (who := self.referrer.get(who)) is not None and len(found) < 3:
            found.append(who)
        return found

    def rate_of(self, said, ware):
        """(plan, rate) of a ware; no rate: nothing is paid."""
        named = ware.on_shelf if said.scope == "category" else ware.code == "POT"
        plan, rate = said.default, said.default.rate
        if said.second is not None and named:
            plan = said.second
            rate = {"plan": plan.rate, "own": said.own_rate, "none": None}[said.treatment]
        if ware.off and rate is not None and plan.campaign != "same":
            rate = plan.campaign_rate if plan.campaign == "own" else None
        return plan, rate

    def place(self, buyer, pieces):
        """An order is placed; the prices of its lines."""
        said, is_active = self.said, buyer in self.active
        paid, has_saved = {}, False
        for code, count in pieces.items():
            ware = self.wares[code]
            price = max(0, ware.price - ware.off) * count
            if said.own == "saving" and is_active:
                plan, rate = self.rate_of(said, ware)
                ask = [(1, self.grade.get(buyer))]
                (less,) = amounts(plan, rate, ask, price, ware.cost * count, count)
                price, has_saved = price - less, has_saved or less > 0
            paid[code] = price
        deal = Deal(
            buyer=buyer,
            said=replace(said),
            uplines=self.uplines(buyer),
            grades=dict(self.grade),
            has_own=is_active and not has_saved,
            pieces=dict(pieces),
            paid=paid,
        )
        self.deals.append(deal)
        return deal

    def pay(self, deal):
        """An order is paid: whoever is active now and stood in the chain then is owed."""
        deal.state, said = "paid", deal.said
        own = said.own if deal.has_own else "off"
        line = [deal.buyer, *deal.uplines] if own == "shift" else list(deal.uplines)
        if said.compressed:
            line = [who for who in line if who in self.active]
        standing = dict(zip(range(1, said.depth + 1), line, strict=False))
        is_extra = own == "extra" and deal.buyer in self.active
        for code, count in deal.pieces.items():
            ware = self.wares[code]
            plan, rate = self.rate_of(said, ware)
            earners = [deal.buyer] if is_extra else []
            levels = [1] if is_extra else []
            for level in range(1, said.depth + 1):
                earners.append(standing.get(level))
                levels.append(level)
            ask = [
                (level, deal.grades.get(who) if who in self.active else None)
                for level, who in zip(levels, earners, strict=True)
            ]
            found = amounts(plan, rate, ask, deal.paid[code], ware.cost * count, count)
            deal.owed += [
                Owed(who, code, fen)
                for who, fen in zip(earners, found, strict=True)
                if who in self.active and fen
            ]

    def receive(self, deal):
        deal.state = "received"
        self._walk(deal, "frozen")

    def refunded(self, deal, fen_by_code):
        """So much of each line has gone back by now."""
        for owed in deal.owed:
            paid = deal.paid[owed.code]
            owed.back = half_up(owed.amount, fen_by_code[owed.code], paid)

    def a_week_passes(self):
        """Orders that were received settle; those that were not paid are forgotten."""
        for deal in self.deals:
            if deal.state == "received":
                deal.state = "settled"
                self._walk(deal, "available")
            elif deal.state == "placed":
                deal.state = "forgotten"

    def _walk(self, deal, place):
        for owed in deal.owed:
            owed.place = place

    def accounts(self, who):
        """Balances that are not 0."""
        held = {"pending": 0, "frozen": 0, "available": 0, "reserved": 0, "paid": 0, "wallet": 0}
        for deal in self.deals:
            for owed in deal.owed:
                if owed.who == who:
                    held[owed.place] += owed.amount - owed.back
        for payout in self.payouts:
            if payout["who"] == who and payout["state"] != "rejected":
                held["available"] -= payout["fen"]
                held["paid" if payout["state"] == "paid" else "reserved"] += payout["fen"]
                held["wallet"] += payout["fen"] if payout["state"] == "paid" else 0
        return {kind: fen for kind, fen in held.items() if fen}
