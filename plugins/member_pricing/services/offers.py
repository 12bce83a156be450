"""The price rule's one statement: who buys, and every audience's price of what is in the basket."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.contributions import PriceRule
from core.api.db import Prepared, among
from core.api.orders import is_buyer
from core.api.pricing import QuoteRequest, Stage
from plugins.member_pricing.models import LeftOut, PriceRow
from plugins.member_pricing.rules import (
    KEY,
    Audience,
    MemberPrice,
    Offers,
    Person,
    Price,
    PriceKind,
    Step,
    Terms,
    adjust,
)
from plugins.member_pricing.services.editing import KNOWN
from plugins.member_pricing.services.priced import (
    is_list_due,
    may_be_priced,
    remember_priced,
    with_list,
)
from plugins.membership.api import ladder_part, rank_of

_PRICE: Any = PriceRow.__table__
_LEFT_OUT: Any = LeftOut.__table__
_LADDER = ladder_part()
_MEMBER = sa.bindparam("member_id", type_=sa.Uuid())
_COLUMNS = (
    _PRICE.c.product_id,
    _PRICE.c.sku_id,
    _PRICE.c.audience,
    _PRICE.c.kind,
    _PRICE.c.value,
    _PRICE.c.starts_at,
    _PRICE.c.ends_at,
    _LADDER.c.rank,
    _LADDER.c.name_zh,
    _LADDER.c.name_en,
)
_IS_OPEN = sa.and_(
    among(_PRICE.c.product_id, "product_ids"),
    ~sa.exists().where(_LEFT_OUT.c.product_id == _PRICE.c.product_id),
)
_FROM = sa.outerjoin(_PRICE, _LADDER, _LADDER.c.id == _PRICE.c.tier_id)
_ALL = sa.select(*_COLUMNS).select_from(_FROM).where(_IS_OPEN)
_MEMBERS = _ALL.add_columns(
    rank_of(_MEMBER).label("own_rank"), is_buyer(_MEMBER).label("is_returning")
)
_OF_ALL, _OF_ALL_LISTED = Prepared(_ALL), with_list(_ALL)
_OF_MEMBER, _OF_MEMBER_LISTED = Prepared(_MEMBERS), with_list(_MEMBERS)


def offers_for(session: Session, member_id: UUID | None, product_ids: Iterable[UUID]) -> Offers:
    """Who somebody is towards prices, and everybody's prices of some products. One statement.

    Where nothing of it has a price nobody asks who they are, and pages do not ask for prices: a
    first price of a product is on them a second later. Products that a session asked for
    before are not asked for again: price, invitation and cards are on one page.
    """
    wanted = list(dict.fromkeys(product_ids))
    known = _known(session, member_id)
    missing = [each for each in wanted if each not in known]
    if missing and may_be_priced(session, missing):
        _read(session, member_id, missing, known)
    offers = [known[each] for each in wanted if each in known]
    person = next((each.person for each in offers if each.prices), _person(member_id))
    return Offers(person, tuple(price for each in offers for price in each.prices))


def offers_as(session: Session, person: Person, product_ids: Iterable[UUID]) -> Offers:
    """The same for somebody made up, such as a tier in the report."""
    return replace(offers_for(session, None, product_ids), person=person)


def _known(session: Session, member_id: UUID | None) -> dict[UUID, Offers]:
    by_member: dict[UUID | None, dict[UUID, Offers]] = session.info.setdefault(KNOWN, {})
    return by_member.setdefault(member_id, {})


def _person(member_id: UUID | None) -> Person:
    return Person(is_member=member_id is not None)


def _read(
    session: Session, member_id: UUID | None, wanted: Sequence[UUID], known: dict[UUID, Offers]
) -> None:
    rows = _rows(session, member_id, wanted)
    person = _person(member_id)
    if member_id is not None and rows:
        person = Person(rank=int(rows[0].own_rank), is_returning=bool(rows[0].is_returning))
    found: dict[UUID, list[MemberPrice]] = {}
    for row in rows:
        price = price_of(row)
        if price is not None:
            found.setdefault(row.product_id, []).append(price)
    known.update({each: Offers(person, tuple(found.get(each, ()))) for each in wanted})


def _rows(session: Session, member_id: UUID | None, wanted: Sequence[UUID]) -> list[Any]:
    values: dict[str, Any] = {"product_ids": wanted}
    plain, listed = _OF_ALL, _OF_ALL_LISTED
    if member_id is not None:
        values["member_id"] = member_id
        plain, listed = _OF_MEMBER, _OF_MEMBER_LISTED
    if not is_list_due(session):
        return plain.all(session, values)
    rows = listed.all(session, values)
    remember_priced(session, [row.product_id for row in rows if row.is_listed])
    return [row for row in rows if not row.is_listed]


def price_of(row: Any) -> MemberPrice | None:
    """A row with its tier's step; ``None`` for an audience of a later version."""
    audience = Audience.of(row.audience)
    if audience is None:
        return None
    return MemberPrice(
        product_id=row.product_id,
        sku_id=row.sku_id,
        audience=audience,
        terms=Terms(Price(PriceKind(row.kind), row.value), row.starts_at, row.ends_at),
        step=None if row.rank is None else Step(row.rank, row.name_zh, row.name_en),
    )


def load(session: Session, request: QuoteRequest) -> Offers | None:
    """What the rule needs; a guest costs no statement, and goods without a price nothing more."""
    if request.member_id is None or not request.lines:
        return None
    offers = offers_for(session, request.member_id, (line.product_id for line in request.lines))
    return offers if offers.prices else None


def price_rule(settings: Mapping[str, Any]) -> PriceRule:
    """The rule of the present settings."""
    return PriceRule(KEY, Stage.MEMBER, apply=adjust, load=load, stacks=bool(settings["stacks"]))


PRICE_RULE = PriceRule(
    KEY, Stage.MEMBER, apply=adjust, load=load, configure=price_rule, audience="member"
)


def rule_as(person: Person, settings: Mapping[str, Any]) -> PriceRule:
    """The rule for somebody made up."""

    def load_as(session: Session, request: QuoteRequest) -> Offers:
        return offers_as(session, person, (line.product_id for line in request.lines))

    return replace(price_rule(settings), load=load_as)
