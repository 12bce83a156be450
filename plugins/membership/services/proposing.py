"""Contributions of members, from the shop's own orders or from a file of invoices.

The file is read as UCI "Online Retail" lays it out: one line per SKU and invoice with ``Quantity``,
``UnitPrice`` and ``CustomerID``; returns have negative quantities. Prices are taken as yuan.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Rejected
from core.api.money import BPS, parse_yuan, split_fen
from core.api.orders import buyer_ids, spending_of
from core.api.values import dataclass
from plugins.membership.rules.growth import order_growth
from plugins.membership.rules.proposal import Moves, Proposed, moves, propose
from plugins.membership.services.documents import rules_of
from plugins.membership.services.ladder import save_draft
from plugins.membership.services.reading import tiers, tiers_of
from plugins.membership.types import Tier

COLUMNS = ("Quantity", "UnitPrice", "CustomerID")
_CHUNK = 500


@dataclass(frozen=True)
class Contributions:
    """What each member brought in.

    Args:
        growth: by member, in the growth that their spend would give today; 0 or more.
        places: rank of each member's tier today, in the same order; 0: none.
        spent_fen: together.
    """

    growth: tuple[int, ...]
    places: tuple[int, ...]
    spent_fen: int


@dataclass(frozen=True)
class Proposal:
    """A ladder for wished shares, and what it would do."""

    tiers: tuple[Proposed, ...]
    moves: Moves
    members: int
    spent_fen: int

    @property
    def shares_bps(self) -> Sequence[int]:
        """What share of the members each tier would have; together all of them."""
        return split_fen(BPS, [each.members for each in self.tiers])


def of_shop(session: Session, days: int) -> Contributions:
    """What everybody with an effective order spent on goods within so many days; 0: ever.

    One statement for the buyers, and two for each five hundred of them.
    """
    ids: Sequence[UUID] = sorted(session.scalars(buyer_ids().distinct()).all())
    since = now() - timedelta(days=days) if days else None
    rate = rules_of(session).rate
    growth: list[int] = []
    places: list[int] = []
    total = 0
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        spent, standing = spending_of(session, chunk, since), tiers_of(session, chunk)
        for member_id in chunk:
            fen = max(spent[member_id].net_fen, 0)
            if fen:
                total += fen
                growth.append(_growth(fen, rate))
                places.append(standing[member_id].rank if member_id in standing else 0)
    return Contributions(tuple(growth), tuple(places), total)


def of_file(path: Path, ladder: Sequence[Tier], rate: int) -> Contributions:
    """What each customer of a file brought in, placed on the ladder in force.

    Lines without a customer, and those that are no invoice line, are passed over; who gave back as
    much as they bought brought in nothing and is left out.

    Raises:
        Rejected: the file is missing, is no CSV, or lacks a column.
    """
    spent: defaultdict[str, int] = defaultdict(int)
    for row in _rows(path):
        customer = (row["CustomerID"] or "").strip()
        try:
            fen = int(row["Quantity"]) * parse_yuan(row["UnitPrice"])
        except (ValueError, TypeError, AttributeError):
            continue
        if customer:
            spent[customer] += fen
    kept = [fen for fen in spent.values() if fen > 0]
    growth = tuple(_growth(fen, rate) for fen in kept)
    places = tuple(sum(tier.threshold <= each for tier in ladder) for each in growth)
    return Contributions(growth, places, sum(kept))


def _growth(fen: int, rate: int) -> int:
    return order_growth([fen], rate or 100, BPS)[0]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise Rejected(
                    "membership.columns",
                    "%(path)s lacks the columns %(names)s.",
                    path=str(path),
                    names=", ".join(missing),
                )
            yield from reader
    except (OSError, EOFError, csv.Error) as error:
        raise Rejected(
            "membership.file", "%(path)s cannot be read: %(why)s.", path=str(path), why=str(error)
        ) from error


def proposal(found: Contributions, shares_bps: Sequence[int], ladder: Sequence[Tier]) -> Proposal:
    """Thresholds for wished shares, and how many members would move against today.

    Raises:
        InvalidInput: shares that make no ladder, or contributions too alike for it.
    """
    proposed = propose(found.growth, shares_bps)
    old = [tier.threshold for tier in ladder]
    new = [each.threshold for each in proposed]
    return Proposal(
        tuple(proposed),
        moves(found.growth, old, new, found.places),
        len(found.growth),
        found.spent_fen,
    )


def draft_of(
    session: Session, proposed: Sequence[Proposed], fresh: Sequence[Tier], actor: str
) -> list[Tier]:
    """Keep a proposal as the draft of the ladder: tiers in force with its thresholds.

    Args:
        session: unit of work.
        proposed: the lowest first.
        fresh: tiers to take where the ladder in force has fewer; at least as many as proposed.
        actor: who does it.
    """
    known = tiers(session)
    ladder = [
        replace(
            known[place] if place < len(known) else fresh[place],
            rank=place + 1,
            threshold=each.threshold,
        )
        for place, each in enumerate(proposed)
    ]
    save_draft(session, ladder, actor)
    return ladder
