"""What was done with prices, when and by whom, and taking it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.catalog import Page
from core.api.errors import NotFound, Rejected
from core.api.values import dataclass
from plugins.member_pricing.models import Act, PriceChange
from plugins.member_pricing.rules import Audience, Terms
from plugins.member_pricing.services.editing import (
    Change,
    Done,
    Target,
    change_prices,
    kept_prices,
    take_turn,
)

_ACT: Any = Act.__table__
_CHANGE: Any = PriceChange.__table__


@dataclass(frozen=True)
class Deed:
    """An act in the history. ``undone_by``: the act that took it back."""

    id: UUID
    kind: str
    count: int
    actor_name: str
    at: datetime
    undone_by: UUID | None


@dataclass(frozen=True)
class Changed:
    """One price before and after an act."""

    target: Target
    audience: Audience
    before: Terms | None
    after: Terms | None
    deed: Deed


def deeds(session: Session, *, page: int = 1, per_page: int = 25) -> Page[Deed]:
    """All acts, the newest first; two statements."""
    total = session.scalar(sa.select(sa.func.count()).select_from(_ACT)) or 0
    rows = session.execute(
        _DEEDS.order_by(_ACT.c.at.desc(), _ACT.c.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return Page(tuple(Deed(*row) for row in rows), total, page, per_page)


_DEEDS = sa.select(
    _ACT.c.id, _ACT.c.kind, _ACT.c.count, _ACT.c.actor_name, _ACT.c.at, _ACT.c.undone_by
)


def deed_of(session: Session, act_id: UUID) -> Deed:
    """One act.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(_DEEDS.where(_ACT.c.id == act_id)).first()
    if row is None:
        raise NotFound("member_pricing.no_act", "This change is not in the history.")
    return Deed(*row)


def changes_of(
    session: Session,
    *,
    act_id: UUID | None = None,
    product_id: UUID | None = None,
    limit: int = 200,
) -> Sequence[Changed]:
    """Changes of an act or of a product, the newest first. One statement."""
    query = (
        sa.select(
            _CHANGE.c.product_id,
            _CHANGE.c.sku_id,
            _CHANGE.c.audience,
            _CHANGE.c.before,
            _CHANGE.c.after,
            *_DEEDS.selected_columns,
        )
        .join(_ACT, _ACT.c.id == _CHANGE.c.act_id)
        .order_by(_CHANGE.c.id.desc())
        .limit(limit)
    )
    if act_id is not None:
        query = query.where(_CHANGE.c.act_id == act_id)
    if product_id is not None:
        query = query.where(_CHANGE.c.product_id == product_id)
    found = []
    for row in session.execute(query):
        audience = Audience.of(row[2])
        if audience is not None:
            target = Target(row[0], row[1])
            found.append(Changed(target, audience, _terms(row[3]), _terms(row[4]), Deed(*row[5:])))
    return found


def _terms(kept: Any) -> Terms | None:
    return Terms.from_json(kept) if kept else None


def undo(session: Session, act_id: UUID, *, actor: str, actor_name: str = "") -> Done:
    """Take an act back, as an act of its own. Prices that were changed since stay as they are.

    Raises:
        NotFound: there is no such act.
        Rejected: it was taken back before, or every price of it was changed since.
    """
    take_turn(session)
    deed = deed_of(session, act_id)
    if deed.undone_by is not None:
        raise Rejected("member_pricing.undone", "This change was taken back already.")
    changed = changes_of(session, act_id=act_id, limit=deed.count)
    present = kept_prices(session, {each.target.id for each in changed})
    back = []
    for each in changed:
        kept = present.get((each.target.id, each.audience.key))
        if (kept.terms if kept else None) == each.after:
            back.append(Change(each.target, each.audience, each.before))
    done = change_prices(session, back, actor=actor, actor_name=actor_name, kind="undo")
    if done.act_id is None:
        raise Rejected(
            "member_pricing.changed_since", "All of these prices were changed again since."
        )
    session.execute(sa.update(_ACT).where(_ACT.c.id == act_id).values(undone_by=done.act_id))
    return done
