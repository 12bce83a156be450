"""What each kind of hook may take: milliseconds a call, and faults an hour before it is held off.

A call over its budget is *slow*. Slow calls give strikes: one that takes five budgets gives five,
ten at most, so a hook that hangs is noticed after three calls and one that is a little slow after
thirty. Facts, jobs and ways out of the house have retries of their own and never pause a plugin.
"""

from functools import lru_cache

from core.kernel.values import dataclass

CHECK_LIMIT = 5
"""Faults an hour of one hook that cost somebody a refusal each, before the plugin is paused."""
OTHER_LIMIT = 50
"""Faults an hour of one block, rule or page before the plugin is paused."""
STRIKE_LIMIT = 30
"""Strikes an hour of one hook before the plugin is paused, if every fourth call is slow too."""
SLOW_SHARE = 4
"""One slow call in this many is what the breaker asks for besides the strikes."""
STRIKES_MOST = 10
"""Most strikes that a single call gives."""


class Overdue(BaseException):
    """Raised inside a plugin's call that does not come back; the guard answers it as a fault.

    It is no ``Exception``, so that a plugin which catches everything cannot keep a thread.
    """


@dataclass(frozen=True)
class Budget:
    """What calls of one kind may cost.

    Args:
        milliseconds: a call that takes longer is slow.
        fault_limit: faults of one hook within an hour that pause its plugin; 0: never.
        pauses_when_slow: whether strikes pause the plugin.
        stops_after_seconds: a call still running then is stopped; 0: it is left alone, because it
            may be moving money.
    """

    milliseconds: int
    fault_limit: int = OTHER_LIMIT
    pauses_when_slow: bool = True
    stops_after_seconds: int = 0


def _patient(milliseconds: int) -> Budget:
    return Budget(milliseconds, fault_limit=0, pauses_when_slow=False)


BUDGETS: dict[str, Budget] = {
    "block": Budget(100, stops_after_seconds=5),
    "price": Budget(50, stops_after_seconds=5),
    "timeline": Budget(200, stops_after_seconds=5),
    "check": Budget(200, fault_limit=CHECK_LIMIT),
    "freeze": Budget(200, fault_limit=CHECK_LIMIT),
    "page": Budget(1_000),
    "admin_page": Budget(2_000),
    "promoters": Budget(100, stops_after_seconds=5),
    "card": Budget(500, stops_after_seconds=10),
    "column": Budget(300, stops_after_seconds=10),
    "panel": Budget(300, stops_after_seconds=10),
    "search": Budget(300, stops_after_seconds=10),
    "bulk": Budget(10_000),
    "gateway": _patient(15_000),
    "channel": _patient(15_000),
    "payout_channel": _patient(15_000),
    "event": _patient(5_000),
    "job": _patient(60_000),
    "command": _patient(600_000),
}
"""By the word before the colon of a hook's name; ``check_…`` and ``freeze_…`` by their verb."""

QUICK_MICROS = min(budget.milliseconds for budget in BUDGETS.values()) * 1_000
"""A call that took less is slow for no kind."""

OTHER = Budget(1_000)
"""For a kind that has none of its own."""


def kind_of(hook: str) -> str:
    """The kind of a hook as it is recorded: ``block:coupons.badge`` is a ``block``."""
    kind, colon, _ = hook.partition(":")
    return kind if colon else hook.partition("_")[0]


@lru_cache(maxsize=4096)
def budget_of(hook: str) -> Budget:
    """The budget of a hook as it is recorded."""
    return BUDGETS.get(kind_of(hook), OTHER)


def strikes_of(microseconds: int, budget: Budget) -> int:
    """How many strikes a call of this length gives; none within its budget."""
    return min(microseconds // (budget.milliseconds * 1_000), STRIKES_MOST)
