"""What an order freezes of the programme when it is placed, and how it is read when it is paid.

The document names the programme's version, where the rate of each line was found, the grades of
those in the chain, whether the buyer was a distributor and what they saved on the price. Nothing of
the tree, the plans or the grades is looked up again later.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.db import Prepared, among
from core.api.orders import PlacementFacts
from core.api.pricing import Quote
from core.api.values import dataclass
from plugins.distribution.models import Distributor, ProgrammeVersion
from plugins.distribution.rules import (
    Found,
    Joining,
    Plan,
    Programme,
    Rate,
    RateKind,
    Scope,
    SelfPurchase,
    campaign_lines,
    saved_fen,
)
from plugins.distribution.services import programmes
from plugins.distribution.services.distributors import DistributorState, standing

_PROGRAMME: Any = ProgrammeVersion.__table__
_DISTRIBUTOR: Any = Distributor.__table__
_QUERY = Prepared(
    sa.select(
        _DISTRIBUTOR.c.member_id,
        _DISTRIBUTOR.c.state,
        _DISTRIBUTOR.c.grade_id,
        _PROGRAMME.c.id.label("programme_id"),
    )
    .select_from(sa.select(sa.literal(1).label("one")).subquery("one"))
    .outerjoin(_DISTRIBUTOR, among(_DISTRIBUTOR.c.member_id, "members"))
    .outerjoin(
        _PROGRAMME,
        _PROGRAMME.c.version == sa.select(sa.func.max(_PROGRAMME.c.version)).scalar_subquery(),
    )
)


@dataclass(frozen=True)
class Frozen:
    """What an order froze.

    Args:
        programme: the version in force at placement.
        grades: of those in the chain and of the buyer, who had one.
        is_own: the buyer was an active distributor, and saved nothing on the price.
        found: SKU → where the rate of its line was found.
    """

    programme: Programme
    grades: Mapping[UUID, UUID]
    is_own: bool
    found: Mapping[UUID, Found]


def freeze(session: Session, facts: PlacementFacts) -> dict[str, Any]:
    """The document for an order that is about to be placed. One statement, seldom two."""
    members = [facts.member_id, *(member_id for _, member_id in facts.chain)]
    rows = _QUERY.all(session, {"members": members})
    programme_id = rows[0].programme_id
    programme = programmes.by_id(session, programme_id)
    known = {row.member_id: row for row in rows if row.member_id is not None}
    buyer = known.get(facts.member_id)
    state = standing(buyer.state if buyer else None, programme.joining)
    return {
        "version": programme.version,
        "programme": str(programme_id) if programme_id else None,
        "is_own": state == DistributorState.ACTIVE,
        "saved_fen": saved_fen(facts.quote.trace),
        "grades": {str(key): str(row.grade_id) for key, row in known.items() if row.grade_id},
        "lines": _lines(session, programme, facts.quote),
    }


def _lines(session: Session, programme: Programme, quote: Quote) -> dict[str, list[str | None]]:
    in_campaign = campaign_lines(quote.trace)
    lines = {}
    for index, priced in enumerate(quote.lines):
        line = priced.line
        shelves = programmes.shelves_above(session, programme, line.category_id)
        found = programme.find(line.sku_id, line.product_id, shelves, index in in_campaign)
        target = str(found.target_id) if found.target_id else None
        lines[str(line.sku_id)] = [str(found.plan.id), str(found.scope), target]
    return lines


def read(session: Session, document: Mapping[str, Any]) -> Frozen:
    """What an order froze, as a value; at most one statement."""
    if "rates_bps" in document:
        return _read_first_form(document)
    key = document["programme"]
    programme = programmes.by_id(session, UUID(key) if key else None)
    return Frozen(
        programme=programme,
        grades={UUID(one): UUID(other) for one, other in document["grades"].items()},
        is_own=document["is_own"] and not document.get("saved_fen"),
        found={UUID(sku): _found(programme, where) for sku, where in document["lines"].items()},
    )


def _found(programme: Programme, where: Sequence[str | None]) -> Found:
    plan_id, scope_name, target = where
    plan = programme.plan(UUID(plan_id)) or programme.default_plan
    scope, target_id = Scope(str(scope_name)), UUID(target) if target else None
    return Found(plan, scope, target_id, plan.rate_of(scope, target_id))


def _read_first_form(document: Mapping[str, Any]) -> Frozen:
    """Orders placed before there were programmes froze the one plan of that time."""
    first, second, third = [*document["rates_bps"], 0, 0][:3]
    plan = Plan(
        id=programmes.DEFAULT_PLAN_ID,
        name="",
        rate=Rate(RateKind.BPS, (first, second, third)),
        pool_bps=document["pool_bps"],
    )
    programme = Programme(
        version=document["version"],
        depth=document["depth"],
        joining=Joining(document["joining"]),
        plans=(plan,),
        self_purchase=SelfPurchase.OFF,
    )
    return Frozen(programme, grades={}, is_own=False, found={})
