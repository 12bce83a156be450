"""The benefit catalogue, who has what of it, and the two effects that the shop brings about."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.contributions import PriceRule
from core.api.db import Prepared
from core.api.errors import InvalidInput, NotFound
from core.api.money import BPS
from core.api.pricing import Adjustment, Draft, QuoteRequest, Stage
from core.api.text import squeeze
from plugins.membership.models import Benefit, Standing, TierBenefit, TierRow
from plugins.membership.rules.benefits import BenefitView, Cell, Effect, Matrix, check_cell

FREIGHT_KEY = "membership.free_freight"
FREIGHT_LABEL = "Free delivery for your tier"

_TIER: Any = TierRow.__table__
_STANDING: Any = Standing.__table__
_BENEFIT: Any = Benefit.__table__
_CELL: Any = TierBenefit.__table__
_VIEW = tuple(_BENEFIT.c[name] for name in BenefitView.__dataclass_fields__)
_OWN_VALUE = Prepared(
    sa.select(_TIER.c.id, _CELL.c.value, _CELL.c.benefit_id, _STANDING.c.member_id)
    .select_from(_TIER)
    .outerjoin(
        _STANDING,
        sa.and_(
            _STANDING.c.tier_id == _TIER.c.id,
            _STANDING.c.member_id == sa.bindparam("member_id", type_=sa.Uuid()),
        ),
    )
    .outerjoin(
        _BENEFIT,
        sa.and_(
            _BENEFIT.c.effect == sa.bindparam("effect", type_=sa.String()),
            _BENEFIT.c.is_active.is_(sa.true()),
        ),
    )
    .outerjoin(_CELL, sa.and_(_CELL.c.tier_id == _TIER.c.id, _CELL.c.benefit_id == _BENEFIT.c.id))
    .where(
        sa.or_(
            _STANDING.c.member_id.is_not(None),
            sa.and_(_TIER.c.rank == 1, _TIER.c.threshold == 0, _TIER.c.retired_at.is_(None)),
        )
    )
)
"""What a member's tier has of an effect; the second row is of the tier that is open to all."""


def value_for(session: Session, member_id: UUID, effect: Effect) -> int | None:
    """What a member's tier has of an effect; ``None``: nothing. One statement."""
    rows = _OWN_VALUE.all(session, {"member_id": member_id, "effect": str(effect)})
    own = [row for row in rows if row.member_id is not None] or rows
    values: list[int] = [
        row.value for row in own if row.benefit_id is not None and row.value is not None
    ]
    if not values:
        return None
    return min(values) if effect == Effect.FREE_FREIGHT else max(values)


def multiplier_bps(session: Session, member_id: UUID) -> int:
    """How many times a member earns growth on orders, in basis points."""
    return value_for(session, member_id, Effect.GROWTH_MULTIPLIER) or BPS


def _free_from(session: Session, request: QuoteRequest) -> int | None:
    if request.member_id is None:
        return None
    return value_for(session, request.member_id, Effect.FREE_FREIGHT)


def waive_freight(draft: Draft, free_from_fen: int | None) -> Sequence[Adjustment]:
    """Take the whole freight off when the tier has it free from goods of this sum on."""
    if free_from_fen is None or not draft.freight_fen or draft.goods_fen < free_from_fen:
        return ()
    return (Adjustment(-draft.freight_fen, FREIGHT_LABEL),)


PRICE_RULE = PriceRule(
    FREIGHT_KEY, Stage.FREIGHT, apply=waive_freight, load=_free_from, audience="member"
)
"""Runs after the store's own freight: ``membership`` stands behind ``core``."""


def catalogue(session: Session) -> list[BenefitView]:
    """Every benefit in the merchant's order, those that are off included. One statement."""
    rows = session.execute(sa.select(*_VIEW).order_by(_BENEFIT.c.position, _BENEFIT.c.id))
    return [BenefitView(*row) for row in rows]


def matrix(session: Session) -> Matrix:
    """Which tier has what. One statement."""
    rows = session.execute(
        sa.select(
            _CELL.c.tier_id, _CELL.c.benefit_id, _CELL.c.value, _CELL.c.note_zh, _CELL.c.note_en
        )
    )
    return {(tier_id, benefit_id): Cell(*cell) for tier_id, benefit_id, *cell in rows}


def save_benefit(session: Session, view: BenefitView) -> UUID:
    """Add a benefit, or change the one with its id; what the shop does for it stays as it was.

    Raises:
        InvalidInput: a name is missing or a text too long.
    """
    for field, text, least, most in (
        ("name_zh", view.name_zh, 1, 20),
        ("name_en", view.name_en, 1, 40),
        ("text_zh", view.text_zh, 0, 200),
        ("text_en", view.text_en, 0, 200),
    ):
        if not least <= len(squeeze(text)) <= most:
            raise InvalidInput(
                "membership.text", "Use %(least)s to %(most)s characters.", field=field,
                least=least, most=most,
            )  # fmt: skip
    row = session.get(Benefit, view.id)
    if row is None:
        last = session.scalar(sa.select(sa.func.max(Benefit.position))) or 0
        row = Benefit(id=view.id, position=last + 1, effect=view.effect)
        session.add(row)
    row.kind, row.icon, row.is_active = view.kind, view.icon, view.is_active
    row.name_zh, row.name_en = squeeze(view.name_zh), squeeze(view.name_en)
    row.text_zh, row.text_en = squeeze(view.text_zh), squeeze(view.text_en)
    session.flush()
    return row.id


def remove_benefit(session: Session, benefit_id: UUID) -> None:
    """Take a benefit out of the catalogue and from every tier.

    Raises:
        NotFound: there is none.
    """
    row = session.get(Benefit, benefit_id)
    if row is None:
        raise NotFound("membership.benefit", "There is no such benefit.")
    session.execute(sa.delete(TierBenefit).where(TierBenefit.benefit_id == benefit_id))
    session.delete(row)
    session.flush()


def save_matrix(session: Session, cells: Mapping[tuple[UUID, UUID], Cell]) -> None:
    """Put a whole matrix in the place of the one before; of tiers in force only.

    Raises:
        InvalidInput: a value that its effect cannot take.
    """
    effects = {each.id: each.effect for each in catalogue(session)}
    for (_tier_id, benefit_id), cell in cells.items():
        check_cell(effects.get(benefit_id, ""), cell)
    in_force = sa.select(TierRow.id).where(TierRow.retired_at.is_(None))
    session.execute(
        sa.delete(TierBenefit).where(TierBenefit.tier_id.in_(in_force)),
        execution_options={"synchronize_session": False},
    )
    session.add_all(
        TierBenefit(
            tier_id=tier_id,
            benefit_id=benefit_id,
            value=cell.value,
            note_zh=cell.note_zh,
            note_en=cell.note_en,
        )
        for (tier_id, benefit_id), cell in cells.items()
    )
    session.flush()
