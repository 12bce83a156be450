"""Command line of distribution."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.contributions import Command, JobContext
from core.api.errors import Forbidden, Rejected
from core.api.money import parse_yuan
from core.api.settings import load_settings
from core.api.staff import StaffView, has_permission, staff_by_email
from plugins.distribution.rules import MAX_DEPTH, Joining, Programme, to_json
from plugins.distribution.services import recounting
from plugins.distribution.services.distributors import (
    RULES_VERSION,
    DistributorState,
    agree,
    set_state,
    states_of,
)
from plugins.distribution.services.programmes import NOTICE_VERSION, current, publish_plan

USAGE = "Usage: plan [RATE% RATE% RATE%] [--joining=open] [--acknowledge=EMAIL]"
MAY_PUBLISH = "distribution.plan"


def plan(context: JobContext, arguments: Sequence[str]) -> dict[str, Any]:
    """Show the programme in force, or publish one: a rate in percent per level, level 1 first.

    ``--acknowledge=EMAIL`` records that this staff member, who may publish plans, has read the
    legal notice that three levels need; the version is published in their name, and the audit log
    tells who ran the command besides.

    Raises:
        Rejected: arguments that are not understood, or a plan that is refused.
        NotFound: no staff member has that address.
        Forbidden: they may not publish plans, or work here no longer.
    """
    rates, joining, email = _parse(arguments)
    if not rates:
        with context.read() as session:
            return _shown(current(session))
    with context.write() as session:
        reader = _reader(session, email) if email else None
        before = current(session)
        published = publish_plan(
            session,
            depth=len(rates),
            rates_bps=rates,
            pool_bps=max(before.default_plan.pool_bps, sum(rates)),
            joining=joining or before.joining,
            actor=reader.actor if reader else context.actor,
            actor_name=reader.name if reader else context.actor,
            acknowledged=reader is not None,
        )
        _note(context, session, before, published, reader)
    return _shown(published)


def _reader(session: Session, email: str) -> StaffView:
    """The staff member who has read the notice."""
    person = staff_by_email(session, email.lower())
    if not person.is_active or not has_permission(person.permissions, MAY_PUBLISH):
        raise Forbidden(
            "distribution.reader",
            "%(name)s may not publish commission plans, so cannot confirm the notice.",
            name=person.name,
        )
    return person


def _note(
    context: JobContext,
    session: Session,
    before: Programme,
    published: Programme,
    reader: StaffView | None,
) -> None:
    """The same line in the audit log as publishing in admin leaves."""
    after = to_json(published)
    if reader is not None:
        after["confirmed_by"] = reader.email
        if published.depth == MAX_DEPTH:
            after["acknowledged_notice"] = NOTICE_VERSION
    context.audit(
        session,
        "distribution.plan.publish",
        "commission_plan",
        published.version,
        before=to_json(before),
        after=after,
    )


def _shown(programme: Programme) -> dict[str, Any]:
    return {"version": programme.version, **to_json(programme)}


def _parse(arguments: Sequence[str]) -> tuple[list[int], Joining | None, str]:
    rates: list[int] = []
    joining, email = None, ""
    for argument in arguments:
        option, _, value = argument.partition("=")
        try:
            if option == "--joining":
                joining = Joining(value)
            elif option == "--acknowledge" and value:
                email = value
            else:
                rates.append(
                    parse_yuan(argument.rstrip("%"))
                )  # percent with two decimals: basis points
        except ValueError:
            raise Rejected("distribution.usage", USAGE) from None
    return rates, joining, email


def check_totals(context: JobContext, arguments: Sequence[str]) -> dict[str, Any]:
    """Compare the kept totals with a recount of all commissions; ``--mend`` counts them anew.

    Raises:
        Rejected: arguments that are not understood.
    """
    if any(argument != "--mend" for argument in arguments):
        raise Rejected("distribution.usage", "Usage: totals [--mend]")
    with context.read() as session:
        found = recounting.differences(session)
    if found and arguments:
        with context.write() as session:
            recounting.recount(session, load_settings(session).timezone)
    return {
        "wrong": len(found),
        "is_mended": bool(found and arguments),
        "differences": [
            {
                "since": each.since.isoformat(),
                "member": str(each.member_id or ""),
                "earned_fen": each.earned_fen,
                "other": each.other,
            }
            for each in found[:20]
        ],
    }


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
            agree(session, member_id, RULES_VERSION)
    return {"distributors": len(named)}


DEMO = Command("demo", "Fill the demo store with a plan and distributors", demo)
PLAN = Command("plan", "Show or publish the commission plan", plan)
TOTALS = Command("totals", "Compare the kept totals with a recount", check_totals)
