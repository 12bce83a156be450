"""Changing prices: one act, written down price by price, refused where somebody was quicker."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import Conflict, NotFound
from core.api.values import dataclass
from plugins.member_pricing.models import Act, LeftOut, PriceChange, PriceRow, Turn
from plugins.member_pricing.rules import Audience, Price, PriceKind, Terms, check_terms
from plugins.member_pricing.services.priced import forget_priced

AT_ONCE = 500
KNOWN = "member_pricing.offers"
"""Where a session keeps the offers it read."""
_PRICE: Any = PriceRow.__table__
_CHANGE: Any = PriceChange.__table__
_ACT: Any = Act.__table__
_LEFT_OUT: Any = LeftOut.__table__


@dataclass(frozen=True)
class Target:
    """What a price is of: a SKU, or with ``sku_id`` ``None`` a whole product."""

    product_id: UUID
    sku_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The SKU's, or the product's."""
        return self.sku_id or self.product_id


@dataclass(frozen=True)
class Kept:
    """A price as it is now. ``version`` goes back with the form that changes it."""

    target: Target
    audience: Audience
    terms: Terms
    version: int
    changed_by: str = ""


@dataclass(frozen=True)
class Change:
    """What somebody wants of one price.

    Args:
        target: of what.
        audience: for whom.
        terms: the new price; ``None`` takes it away.
        version: the one they saw, 0 for none; ``None`` changes it whatever it is.
    """

    target: Target
    audience: Audience
    terms: Terms | None
    version: int | None = None

    @property
    def key(self) -> tuple[UUID, str]:
        """As rows are found by."""
        return self.target.id, self.audience.key


@dataclass(frozen=True)
class Done:
    """What came of an act. ``act_id`` ``None``: nothing was different."""

    act_id: UUID | None
    count: int
    product_ids: frozenset[UUID] = frozenset()


class PricesMoved(Conflict):
    """Somebody else changed some of the prices meanwhile; ``moved`` tells which, and to what."""

    def __init__(self, moved: Sequence[tuple[Change, Kept | None]]) -> None:
        self.moved = tuple(moved)
        super().__init__(
            "member_pricing.moved",
            "Somebody else changed %(count)s of these prices meanwhile. Nothing was saved.",
            count=len(moved),
        )


def change_prices(
    session: Session,
    changes: Iterable[Change],
    *,
    actor: str,
    actor_name: str = "",
    kind: str = "edit",
) -> Done:
    """Carry out changes as one act; those that change nothing are left out of it.

    Args:
        session: of the act.
        changes: one a price; of several for one the last counts.
        actor: who, as the audit log names them.
        actor_name: what to call them in the history.
        kind: edit, bulk, import or undo.

    Raises:
        InvalidInput: a price that gives goods away, or a window that is never open.
        NotFound: a product or SKU is gone.
        PricesMoved: one of the prices is not the version that was seen; nothing is written.
    """
    wanted = {change.key: change for change in changes}
    for change in wanted.values():
        if change.terms is not None:
            check_terms(change.terms)
    number = take_turn(session)
    present = kept_prices(session, {change.target.id for change in wanted.values()})
    real = [each for each in wanted.values() if _differs(each, present.get(each.key))]
    moved = [
        (each, present.get(each.key))
        for each in real
        if each.version is not None and each.version != _version(present.get(each.key))
    ]
    if moved:
        raise PricesMoved(moved)
    if not real:
        return Done(None, 0)
    act_id = new_id()
    session.execute(
        sa.insert(_ACT).values(
            id=act_id, kind=kind, count=len(real), actor=actor, actor_name=actor_name, at=now()
        )
    )
    _write_down(session, act_id, real, present)
    _write(session, real, present, actor, number)
    return Done(act_id, len(real), frozenset(each.target.product_id for each in real))


def take_turn(session: Session) -> int:
    """Wait for others who change prices; until the transaction ends nobody else does.

    Returns:
        A number that is higher each time: the version of what is written now.
    """
    session.execute(sa.update(Turn).values(number=Turn.number + 1))
    session.info.pop(KNOWN, None)
    forget_priced(session)
    return last_turn(session)


def last_turn(session: Session) -> int:
    """The number of the last change: as long as it stays the same, so do all prices."""
    return session.scalars(sa.select(Turn.number)).one()


def kept_prices(session: Session, target_ids: Iterable[UUID]) -> Mapping[tuple[UUID, str], Kept]:
    """Prices of some SKUs and products by (target, audience). A statement for each five hundred."""
    return _by_key(session, _PRICE.c.target_id, target_ids)


def prices_of(session: Session, product_ids: Iterable[UUID]) -> Mapping[tuple[UUID, str], Kept]:
    """Prices of products and of all their SKUs. A statement for each five hundred."""
    return _by_key(session, _PRICE.c.product_id, product_ids)


def _by_key(session: Session, column: Any, ids: Iterable[UUID]) -> Mapping[tuple[UUID, str], Kept]:
    found: dict[tuple[UUID, str], Kept] = {}
    for some in parts(ids):
        for row in session.execute(sa.select(_PRICE).where(column.in_(some))):
            audience = Audience.of(row.audience)
            if audience is not None:
                found[row.target_id, row.audience] = Kept(
                    Target(row.product_id, row.sku_id),
                    audience,
                    Terms(Price(PriceKind(row.kind), row.value), row.starts_at, row.ends_at),
                    row.version,
                    row.changed_by,
                )
    return found


def parts(ids: Iterable[UUID]) -> list[list[UUID]]:
    """Lists short enough for one statement."""
    known = list(dict.fromkeys(ids))
    return [known[start : start + AT_ONCE] for start in range(0, len(known), AT_ONCE)]


def _differs(change: Change, kept: Kept | None) -> bool:
    return change.terms != (kept.terms if kept else None)


def _version(kept: Kept | None) -> int:
    return kept.version if kept else 0


def _write_down(
    session: Session,
    act_id: UUID,
    changes: Sequence[Change],
    present: Mapping[tuple[UUID, str], Kept],
) -> None:
    _insert(
        session,
        _CHANGE,
        [
            {
                "id": new_id(),
                "act_id": act_id,
                "product_id": each.target.product_id,
                "sku_id": each.target.sku_id,
                "audience": each.audience.key,
                "before": present[each.key].terms.to_json() if each.key in present else None,
                "after": each.terms.to_json() if each.terms else None,
            }
            for each in changes
        ],
    )


def _write(
    session: Session,
    changes: Sequence[Change],
    present: Mapping[tuple[UUID, str], Kept],
    actor: str,
    number: int,
) -> None:
    """Whoever is written over is gone first: three statements, whatever the number of prices."""
    gone = [
        {"key_id": each.target.id, "key_audience": each.audience.key}
        for each in changes
        if each.key in present
    ]
    if gone:
        session.connection().execute(
            sa.delete(_PRICE).where(
                _PRICE.c.target_id == sa.bindparam("key_id", type_=sa.Uuid()),
                _PRICE.c.audience == sa.bindparam("key_audience"),
            ),
            gone,
        )
    rows = [_row(each, actor, number) for each in changes if each.terms]
    if rows:
        _insert(session, _PRICE, rows)


def _insert(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows about products.

    Raises:
        NotFound: one of them is gone.
    """
    try:
        session.execute(sa.insert(table), rows)
    except sa.exc.IntegrityError as error:
        raise NotFound("member_pricing.gone", "This product is no longer there.") from error


def _row(change: Change, actor: str, version: int) -> dict[str, Any]:
    assert change.terms is not None
    terms = change.terms
    return {
        "id": new_id(),
        "product_id": change.target.product_id,
        "sku_id": change.target.sku_id,
        "target_id": change.target.id,
        "audience": change.audience.key,
        "tier_id": change.audience.id,
        "kind": str(terms.price.kind),
        "value": terms.price.value,
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
        "version": version,
        "changed_at": now(),
        "changed_by": actor,
    }


# --- products left out ----------------------------------------------------------------------------


def left_out(session: Session, product_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these products are sold to everybody at the same price."""
    return frozenset(
        product_id
        for some in parts(product_ids)
        for product_id in session.scalars(
            sa.select(_LEFT_OUT.c.product_id).where(_LEFT_OUT.c.product_id.in_(some))
        )
    )


def leave_out(session: Session, product_ids: Sequence[UUID], *, actor: str) -> int:
    """Sell products to everybody at the same price; their member prices lie idle. How many are new.

    Raises:
        NotFound: one of them is gone.
    """
    take_turn(session)
    there = left_out(session, product_ids)
    rows = [
        {"product_id": each, "at": now(), "actor": actor}
        for each in dict.fromkeys(product_ids)
        if each not in there
    ]
    if rows:
        _insert(session, _LEFT_OUT, rows)
    return len(rows)


def take_in(session: Session, product_ids: Sequence[UUID]) -> int:
    """Let member prices of products count again; how many were left out."""
    take_turn(session)
    there = left_out(session, product_ids)
    for some in parts(there):
        session.execute(sa.delete(_LEFT_OUT).where(_LEFT_OUT.c.product_id.in_(some)))
    return len(there)
