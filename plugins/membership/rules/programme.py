"""The rules of growth and reviews that a merchant sets, as one immutable value and its document."""

from collections.abc import Mapping
from dataclasses import asdict, field, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from core.api.errors import InvalidInput
from core.api.values import dataclass

GROWTH_MOST = 1_000_000_000
"""Largest threshold, and largest sum of growth that any rule gives at once."""
RATE_MOST = 100_000
"""Most growth a yuan, in hundredths: a thousand."""
TASK_MOST = 100_000
ADJUST_MOST = 100_000
"""Most that staff may give or take in one go."""
DAYS_MOST = 3650
WARN_DAYS = 14
"""Days before the end of a tier that count as soon, unless the rules say otherwise."""
WARN_DAYS_MOST = 90


class CountsAt(StrEnum):
    """When what an order gives is booked."""

    RECEIVED = "received"
    SETTLED = "settled"


class ReviewRule(StrEnum):
    """What happens at the end of validity to who no longer reaches their tier."""

    KEEP = "keep"
    STEP_DOWN = "step_down"
    FALL = "fall"


class Task(StrEnum):
    """What earns growth besides buying. The first five once ever, the last two day by day."""

    REGISTER = "register"
    PROFILE = "profile"
    ADDRESS = "address"
    PHONE = "phone"
    FIRST_ORDER = "first_order"
    CHECK_IN = "check_in"
    SHARE = "share"


DAILY = frozenset({Task.CHECK_IN, Task.SHARE})
CLAIMED = frozenset({Task.PROFILE, Task.ADDRESS, Task.PHONE})
"""Tasks whose growth the member collects; the shop looks whether it is done."""


@dataclass(frozen=True)
class Rules:
    """How growth comes about and what a review does.

    Args:
        rate: growth for each yuan paid for goods, in hundredths (100: one a yuan).
        counts_at: when an order's growth is booked.
        tasks: growth for each task; 0: the task is not offered.
        shares_a_day: visitors a day that one's shares earn for, at most.
        review: what happens to who no longer reaches their tier.
        expiry_bps: share of a member's growth that expires at each review, after it.
        basis_days: window of the other conditions (spend, pieces, orders); 0: all time.
        lowers_at_once: growth that is taken back undoes an upgrade at once, not at the review.
        warn_days: so many days before a review that would lower a member they are told; 0: never.
        tells_upgrades: whether members are told of a tier they reached.
    """

    rate: int = 100
    counts_at: CountsAt = CountsAt.RECEIVED
    tasks: Mapping[Task, int] = field(
        default_factory=lambda: MappingProxyType(
            {
                Task.REGISTER: 10,
                Task.PROFILE: 10,
                Task.ADDRESS: 10,
                Task.PHONE: 20,
                Task.FIRST_ORDER: 50,
                Task.CHECK_IN: 1,
                Task.SHARE: 2,
            }
        )
    )
    shares_a_day: int = 5
    review: ReviewRule = ReviewRule.STEP_DOWN
    expiry_bps: int = 0
    basis_days: int = 365
    lowers_at_once: bool = True
    warn_days: int = WARN_DAYS
    tells_upgrades: bool = True

    def growth_of(self, task: Task) -> int:
        """What a task gives; 0: it is not offered."""
        return self.tasks.get(task, 0)


_RANGES = {
    "rate": (0, RATE_MOST),
    "shares_a_day": (0, 1000),
    "expiry_bps": (0, 10_000),
    "basis_days": (0, DAYS_MOST),
    "warn_days": (0, WARN_DAYS_MOST),
}


def check_rules(rules: Rules) -> None:
    """Refuse rules that are out of range.

    Raises:
        InvalidInput: naming the field.
    """
    for name, (least, most) in _RANGES.items():
        if not least <= getattr(rules, name) <= most:
            raise InvalidInput("membership.range", "This value is out of range.", field=name)
    for task, growth in rules.tasks.items():
        if not 0 <= growth <= TASK_MOST:
            raise InvalidInput(
                "membership.range", "This value is out of range.", field=f"task_{task}"
            )


def to_json(rules: Rules) -> dict[str, Any]:
    """The document that is stored."""
    return {
        **asdict(replace(rules, tasks={})),
        "tasks": {str(task): growth for task, growth in rules.tasks.items()},
    }


def from_json(body: Mapping[str, Any]) -> Rules:
    """The rules of a stored document; what it lacks is as by default, the unknown is ignored."""
    default = Rules()
    found = {each.name: body[each.name] for each in fields(Rules) if each.name in body}
    found["counts_at"] = CountsAt(found.get("counts_at", default.counts_at))
    found["review"] = ReviewRule(found.get("review", default.review))
    stored = found.get("tasks", {})
    found["tasks"] = MappingProxyType(
        {task: int(stored.get(str(task), default.growth_of(task))) for task in Task}
    )
    return Rules(**found)
