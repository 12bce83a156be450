"""The life of a commission, driven by facts of orders.

Every step is one journal under a key made from the fact, so a fact that comes twice changes
nothing; rows and balances move in the same transaction.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.db import Prepared, new_id
from core.api.events import OrderPaid, OrderReceived, OrderRefunded
from core.api.ledger import PLATFORM, Leg, book, member_owner
from plugins.distribution.models import Commission
from plugins.distribution.rules import (
    SELF_LEVEL,
    LineSold,
    SelfPurchase,
    base_fen,
    line_shares,
    reversed_fen,
)
from plugins.distribution.rules.calculator import earning_levels
from plugins.distribution.services import freezing
from plugins.distribution.services.accounts import ACCOUNT_OF_STATE, EXPENSE, FROZEN, PENDING
from plugins.distribution.services.distributors import active_of
from plugins.distribution.services.freezing import Frozen
from plugins.distribution.services.totals import Changes

ACTOR = "plugin:distribution"


_INSERT = Prepared(
    sa.insert(Commission),
    ["id", "order_id", "order_no", "order_line_id", "product_id", "buyer_id", "beneficiary_id",
     "level", "base_fen", "refunded_fen", "rate_bps", "amount_fen", "reversed_fen", "state",
     "plan_version", "accrued_at", "line_paid_fen", "kind", "quantity", "scope", "plan_id",
     "grade_id", "is_held"],
)  # fmt: skip


def accrue(session: Session, event: OrderPaid) -> int:
    """Commissions of a paid order, for the uplines and the programme that the order froze.

    An upline who is not an active distributor earns nothing, and the levels above keep their number
    unless the programme compresses the chain. Where everyone joins, members who never asked count
    as active.

    Returns:
        How many commission rows were written; 0 when there were some already.
    """
    document = event.plan_versions.get("distribution")
    if not document:
        return 0
    frozen = freezing.read(session, document)
    earning = _earning(session, event, frozen)
    rows = _commission_rows(event, frozen, earning) if earning else []
    if not rows or not _book(
        session,
        key=f"distribution:accrue:{event.order_id}",
        kind="commission_accrued",
        reference=f"order:{event.order_id}",
        moves=[(row["beneficiary_id"], None, PENDING, row["amount_fen"]) for row in rows],
        at=event.paid_at,
    ):
        return 0
    _INSERT.many(session, rows)
    _note_earned(session, rows)
    return len(rows)


def _note_earned(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    changes = Changes()
    earners = set()
    for row in rows:
        member_id, at = row["beneficiary_id"], row["accrued_at"]
        orders = 0 if member_id in earners else 1
        earners.add(member_id)
        changes.earned(member_id, at, row["amount_fen"], orders=orders)
        changes.sold(member_id, at, row["order_line_id"], row["line_paid_fen"])
    changes.note(session)


def _earning(session: Session, event: OrderPaid, frozen: Frozen) -> dict[int, UUID]:
    """Who earns, by level: active distributors of the frozen chain, and the buyer on their own."""
    programme = frozen.programme
    chain = [link.member_id for link in sorted(event.chain, key=lambda link: link.level)]
    counts = programme.self_purchase in {SelfPurchase.SHIFT, SelfPurchase.EXTRA}
    asked = [event.member_id, *chain] if frozen.is_own and counts else chain
    if not asked:
        return {}
    active = active_of(session, asked, programme.joining)
    return earning_levels(programme, chain, active, event.member_id, is_own=frozen.is_own)


def _commission_rows(
    event: OrderPaid, frozen: Frozen, earning: dict[int, UUID]
) -> list[dict[str, Any]]:
    programme = frozen.programme
    grades = {level: frozen.grades.get(member_id) for level, member_id in earning.items()}
    rows = []
    for line in event.lines:
        found = frozen.found.get(line.sku_id) or programme.in_default
        sold = LineSold(line.paid_fen, line.cost_fen, line.quantity)
        shares = line_shares(
            sold, found, depth=programme.depth, grades=grades, has_extra=SELF_LEVEL in earning
        )
        rows += [
            {
                "id": new_id(),
                "order_id": event.order_id,
                "order_no": event.order_no,
                "order_line_id": line.line_id,
                "product_id": line.product_id,
                "buyer_id": event.member_id,
                "beneficiary_id": earning[share.level],
                "level": share.level,
                "base_fen": base_fen(sold, found.plan.base),
                "refunded_fen": 0,
                "rate_bps": share.rate,
                "amount_fen": share.amount_fen,
                "reversed_fen": 0,
                "state": "pending",
                "plan_version": programme.version,
                "accrued_at": event.paid_at,
                "line_paid_fen": line.paid_fen,
                "kind": str(found.rate.kind if found.rate else ""),
                "quantity": line.quantity,
                "scope": str(found.scope),
                "plan_id": found.plan.id,
                "grade_id": grades[share.level],
                "is_held": False,
            }
            for share in shares
            if share.level in earning and share.amount_fen > 0
        ]
    return rows


def freeze(session: Session, event: OrderReceived) -> int:
    """Goods received: pending commissions of the order become frozen."""
    return freeze_order(session, event.order_id, event.received_at)


def freeze_order(session: Session, order_id: UUID, at: datetime) -> int:
    """Move an order's pending commissions on to ``frozen``.

    The rows are locked, so that a refund at the same time comes before or after as a whole.

    Returns:
        How many commission rows moved; 0 when they were there already.
    """
    rows = session.execute(
        sa.select(
            Commission.id,
            Commission.beneficiary_id,
            (Commission.amount_fen - Commission.reversed_fen).label("left_fen"),
        )
        .where(Commission.order_id == order_id, Commission.state == "pending")
        .order_by(Commission.id)
        .with_for_update()
    ).all()
    if not rows or not _book(
        session,
        key=f"distribution:frozen:{order_id}",
        kind="commission_frozen",
        reference=f"order:{order_id}",
        moves=[(row.beneficiary_id, PENDING, FROZEN, row.left_fen) for row in rows],
        at=at,
    ):
        return 0
    session.execute(
        sa.update(Commission)
        .where(Commission.id.in_([row.id for row in rows]))
        .values(state="frozen", frozen_at=at)
        .execution_options(synchronize_session=False)
    )
    return len(rows)


def reverse(session: Session, event: OrderRefunded) -> int:
    """Money of lines went back: every affected commission shrinks in proportion to its line.

    Reversal is taken from wherever the commission stands; what is already available may go below
    zero and nets later income.

    Returns:
        Fen reversed over all beneficiaries.
    """
    facts = {line.line_id: line for line in event.lines if line.amount_fen}
    return reverse_to(
        session,
        {key: (fact.line_refunded_fen, fact.line_paid_fen) for key, fact in facts.items()},
        key=f"distribution:reverse:{event.after_sale_id}",
        reference=f"order:{event.order_id}",
        at=event.at,
    )


def reverse_to(
    session: Session,
    refunded: dict[UUID, tuple[int, int]],
    *,
    key: str,
    reference: str,
    at: datetime,
) -> int:
    """Bring reversals up to what each line's running refund demands.

    Args:
        refunded: order line → (fen of it refunded so far, fen paid for it).
        key: journal key; a key that was booked changes nothing.
        reference: what the journal refers to.
        at: when the money went back.

    Returns:
        Fen reversed now.
    """
    if not refunded:
        return 0
    rows = session.execute(
        sa.select(Commission.__table__)
        .where(Commission.order_line_id.in_(list(refunded)))
        .order_by(Commission.id)
        .with_for_update()
    ).all()
    moves: list[tuple[UUID, str | None, str | None, int]] = []
    changes, totals = [], Changes()
    for row in rows:
        refunded_fen, paid_fen = refunded[row.order_line_id]
        target = reversed_fen(row.amount_fen, refunded_fen, paid_fen)
        if target > row.reversed_fen:
            step = target - row.reversed_fen
            moves.append((row.beneficiary_id, ACCOUNT_OF_STATE[row.state], None, step))
        if refunded_fen > row.refunded_fen:
            owner, less = (row.beneficiary_id, row.accrued_at), row.refunded_fen - refunded_fen
            totals.earned(*owner, min(0, row.reversed_fen - target))
            totals.sold(*owner, row.order_line_id, less)
            changes.append(
                {
                    "row_id": row.id,
                    "reversed": max(target, row.reversed_fen),
                    "refunded": refunded_fen,
                }
            )
    if not changes or not _book(
        session, key=key, kind="commission_reversed", reference=reference, moves=moves, at=at
    ):
        return 0
    table: Any = Commission.__table__
    session.execute(
        sa.update(table)
        .where(table.c.id == sa.bindparam("row_id"))
        .values(reversed_fen=sa.bindparam("reversed"), refunded_fen=sa.bindparam("refunded")),
        changes,
    )
    totals.note(session)
    return sum(move[3] for move in moves)


def _book(
    session: Session,
    *,
    key: str,
    kind: str,
    reference: str,
    moves: Sequence[tuple[UUID, str | None, str | None, int]],
    at: datetime,
) -> bool:
    """Book moves of (member, from kind, to kind, fen); ``None`` stands for the platform's expense.

    Returns:
        Whether the key was new.
    """
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for member_id, source, target, fen in moves:
        owner = member_owner(member_id)
        sums[(owner, source) if source else (PLATFORM, EXPENSE)] -= fen
        sums[(owner, target) if target else (PLATFORM, EXPENSE)] += fen
    legs = [Leg(owner, account, fen) for (owner, account), fen in sums.items() if fen]
    if not legs:
        return True
    return (
        book(session, key=key, kind=kind, reference=reference, actor=ACTOR, legs=legs, at=at)
        is not None
    )
