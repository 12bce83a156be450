"""Command line of distribution."""

from collections.abc import Sequence
from typing import Any

from core.api.contributions import Command, JobContext
from core.api.errors import Rejected
from core.api.money import parse_yuan
from plugins.distribution.rules import Joining
from plugins.distribution.services.plans import current_plan, publish_plan

USAGE = "Usage: plan [RATE% RATE% RATE%] [--joining=open] [--acknowledge=NAME]"


def plan(context: JobContext, arguments: Sequence[str]) -> dict[str, Any]:
    """Show the plan in force, or publish one: a rate in percent per level, level 1 first.

    ``--acknowledge=NAME`` records that NAME has read the legal notice that three levels need.

    Raises:
        Rejected: arguments that are not understood, or a plan that is refused.
    """
    rates, joining, name = _parse(arguments)
    if not rates:
        with context.read() as session:
            return current_plan(session).to_json()
    with context.write() as session:
        before = current_plan(session)
        return publish_plan(
            session,
            depth=len(rates),
            rates_bps=rates,
            pool_bps=max(before.pool_bps, sum(rates)),
            joining=joining or before.joining,
            actor="cli",
            actor_name=name,
            acknowledged=bool(name),
        ).to_json()


def _parse(arguments: Sequence[str]) -> tuple[list[int], Joining | None, str]:
    rates: list[int] = []
    joining, name = None, ""
    for argument in arguments:
        option, _, value = argument.partition("=")
        try:
            if option == "--joining":
                joining = Joining(value)
            elif option == "--acknowledge" and value:
                name = value
            else:
                rates.append(
                    parse_yuan(argument.rstrip("%"))
                )  # percent with two decimals: basis points
        except ValueError:
            raise Rejected("distribution.usage", USAGE) from None
    return rates, joining, name


PLAN = Command("plan", "Show or publish the commission plan", plan)
