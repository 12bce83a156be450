"""The calculator's basket and chain, from SKUs and members of the store."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.catalog import SkuName
from core.api.members import ids_matching, names_of
from core.api.sharing import chain_of
from core.api.values import dataclass
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Campaign, Found, LineSold, Plan, Programme, Scope
from plugins.distribution.rules.calculator import Person
from plugins.distribution.services import programmes
from plugins.distribution.services.distributors import DistributorState, standing


@dataclass(frozen=True)
class Wanted:
    """A line of the basket.

    Args:
        sku: ``None``: something that no rule names.
        quantity: pieces.
        price_fen: a piece, after all discounts.
        cost_fen: a piece.
        is_campaign: a promotion lowered its price.
    """

    sku: SkuName | None
    quantity: int
    price_fen: int
    cost_fen: int
    is_campaign: bool


def basket(
    session: Session, programme: Programme, wanted: Sequence[Wanted], plan: Plan | None = None
) -> list[tuple[LineSold, Found]]:
    """What each line is and where the programme pays on it.

    Args:
        session: any session; asked for the shelves when a plan names categories.
        programme: draft or in force.
        wanted: the lines.
        plan: whose rates lines without a SKU take; the default plan's when not given.
    """
    lines = []
    for each in wanted:
        sold = LineSold(
            each.price_fen * each.quantity, each.cost_fen * each.quantity, each.quantity
        )
        if each.sku is None:
            found = _in_plan(plan or programme.default_plan, each.is_campaign)
        else:
            shelves = programmes.shelves_above(session, programme, each.sku.category_id)
            found = programme.find(each.sku.id, each.sku.product_id, shelves, each.is_campaign)
        lines.append((sold, found))
    return lines


def _in_plan(plan: Plan, is_campaign: bool) -> Found:
    if is_campaign and plan.campaign != Campaign.SAME:
        return Found(plan, Scope.CAMPAIGN, None, plan.rate_of(Scope.CAMPAIGN, None))
    return Found(plan, Scope.PLAN, None, plan.rate)


@dataclass(frozen=True)
class RealChain:
    """A member with their uplines as they stand now, names for staff."""

    buyer: Person
    chain: tuple[Person, ...]
    names: tuple[str, ...]


def find_chain(session: Session, query: str, programme: Programme) -> RealChain | None:
    """The chain of the one member whom a name, phone or mailbox finds; ``None``: none or several.

    Four statements.
    """
    ids = list(session.scalars(ids_matching(query).limit(2)))
    if len(ids) != 1:
        return None
    members = [ids[0], *(member_id for _level, member_id in chain_of(session, ids[0]))]
    rows = session.execute(
        sa.select(Distributor.member_id, Distributor.state, Distributor.grade_id).where(
            Distributor.member_id.in_(members)
        )
    )
    known = {row.member_id: row for row in rows}
    people = []
    for member_id in members:
        row = known.get(member_id)
        state = standing(row.state if row else None, programme.joining)
        people.append(Person(state == DistributorState.ACTIVE, row.grade_id if row else None))
    names = names_of(session, members)
    return RealChain(
        buyer=people[0],
        chain=tuple(people[1:]),
        names=tuple(names.get(member_id, "–") for member_id in members),
    )
