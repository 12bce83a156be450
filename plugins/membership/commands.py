"""Command line of membership."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.api.contributions import Command, JobContext
from core.api.errors import Rejected
from core.api.money import format_yuan, parse_yuan
from plugins.membership.services import proposing, starting
from plugins.membership.services.documents import rules_of
from plugins.membership.services.reading import tiers

USAGE = "Usage: propose --shares=60,25,10,5 [--data=FILE] [--days=365]"


def propose(context: JobContext, arguments: Sequence[str]) -> dict[str, Any]:
    """Thresholds for wished shares of members, from the shop's own orders or a file of invoices.

    Nothing is changed; the admin's page takes a proposal over as a draft.

    Raises:
        Rejected: arguments that are not understood, or a file that cannot be read.
        InvalidInput: shares that make no ladder, or contributions too alike for it.
    """
    shares, path, days = _parse(arguments)
    with context.read() as session:
        ladder, rules = tiers(session), rules_of(session)
        if path is None:
            found = proposing.of_shop(session, days)
        else:
            found = proposing.of_file(path, ladder, rules.rate)
    proposal = proposing.proposal(found, shares, ladder)
    members = proposal.members
    return {
        "members": members,
        "spent": format_yuan(proposal.spent_fen),
        "tiers": [
            {
                "from": each.threshold,
                "before_rounding": each.exact,
                "wished": f"{each.share_bps / 100:g}%",
                "members": each.members,
                "share": f"{each.members * 100 / max(members, 1):.1f}%",
            }
            for each in proposal.tiers
        ],
        "against_today": {
            "up": proposal.moves.up,
            "down": proposal.moves.down,
            "same": proposal.moves.same,
        },
    }


def _parse(arguments: Sequence[str]) -> tuple[list[int], Path | None, int]:
    given: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name not in {"--shares", "--data", "--days"} or not (equals or rest):
            raise Rejected("membership.usage", USAGE)
        given[name] = value if equals else rest.pop(0)
    try:
        shares = [parse_yuan(part.strip().rstrip("%")) for part in given["--shares"].split(",")]
        days = int(given.get("--days", "365"))
    except (KeyError, ValueError):
        raise Rejected("membership.usage", USAGE) from None
    path = Path(given["--data"]) if "--data" in given else None
    return shares, path, days


def demo(context: JobContext, _arguments: Sequence[str]) -> dict[str, Any]:
    """Fill the demo store: four tiers and seven benefits. What there is already stays as it is."""
    with context.write() as session:
        return {"is_new": starting.set_up(session)}


PROPOSE = Command("propose", "Propose thresholds from what members brought in", propose)
DEMO = Command("demo", "Fill the demo store with tiers and benefits", demo)
