"""Command line of distribution."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.api.contributions import Command, JobContext
from core.api.errors import Rejected
from core.api.money import parse_yuan
from plugins.distribution.rules import Joining, Programme, to_json
from plugins.distribution.services.distributors import DistributorState, set_state, states_of
from plugins.distribution.services.programmes import current, publish_plan

USAGE = "Usage: plan [RATE% RATE% RATE%] [--joining=open] [--acknowledge=NAME]"


def plan(context: JobContext, arguments: Sequence[str]) -> dict[str, Any]:
    """Show the programme in force, or publish one: a rate in percent per level, level 1 first.

    ``--acknowledge=NAME`` records that NAME has read the legal notice that three levels need; it
    counts for nobody else.

    Raises:
        Rejected: arguments that are not understood, or a plan that is refused.
    """
    rates, joining, name = _parse(arguments)
    if not rates:
        with context.read() as session:
            return _shown(current(session))
    with context.write() as session:
        before = current(session)
        published = publish_plan(
            session,
            depth=len(rates),
            rates_bps=rates,
            pool_bps=max(before.default_plan.pool_bps, sum(rates)),
            joining=joining or before.joining,
            actor=f"cli:{name}"[:64],
            actor_name=name,
            acknowledged=bool(name),
        )
    return _shown(published)


def _shown(programme: Programme) -> dict[str, Any]:
    return {"version": programme.version, **to_json(programme)}


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


def demo(context: JobContext, arguments: Sequence[str]) -> dict[str, Any]:
    """Fill the demo store: a plan of two levels, and the members given by id as distributors.

    What there is already stays as it is.

    Raises:
        Rejected: an argument is no id.
    """
    try:
        member_ids = [UUID(text) for text in arguments]
    except ValueError:
        raise Rejected("distribution.usage", "Usage: demo MEMBER_ID …") from None
    with context.write() as session:
        if current(session).version == 0:
            publish_plan(
                session,
                depth=2,
                rates_bps=(1000, 500),
                pool_bps=3000,
                joining=Joining.OPEN,
                actor="demo",
                actor_name="demo",
                acknowledged=False,
            )
        known = states_of(session, member_ids)
        named = [member_id for member_id in member_ids if member_id not in known]
        for member_id in named:
            set_state(session, member_id, DistributorState.ACTIVE, actor="demo")
    return {"distributors": len(named)}


DEMO = Command("demo", "Fill the demo store with a plan and distributors", demo)
PLAN = Command("plan", "Show or publish the commission plan", plan)
