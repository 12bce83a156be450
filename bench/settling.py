"""A million due commissions, built by a few statements: orders, lines, members, rows, books."""

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.filling import Filler, settle_down
from bench.store import ACTOR, Bench
from core.api.testing.making import Maker
from core.kernel.clock import now
from core.ledger import services as ledger
from core.ledger.services import Leg
from plugins.distribution.models import Commission
from plugins.distribution.services.accounts import AVAILABLE, EXPENSE, FROZEN

LEVELS = 3
PER_BENEFICIARY = 10
"""Members who might earn are a tenth of the commissions; by the power law some two thirds do."""

_ORDER, _LINE, _MEMBER, _COMMISSION = "10", "11", "12", "13"


def build(bench: Bench, count: int) -> None:
    """Fill a store with so many due commissions that are booked as frozen."""
    shop = bench.shop()
    try:
        order = Maker(shop).order([("SETTLED", 1, 10_000)])
        with shop.database.write() as session:
            _Builder(session, bench.kind, count, order.id).run()
        settle_down(shop.database)
    finally:
        shop.close()


class _Builder:
    """Everything in one unit of work."""

    def __init__(self, session: Session, kind: str, count: int, order_id: UUID) -> None:
        self._session, self._count = session, count
        self._fill = Filler(session, kind)
        self._order_id = order_id

    def run(self) -> None:
        """Copy an order and its buyer, write commissions, book them."""
        orders, members = -(-self._count // LEVELS), self._count // PER_BENEFICIARY
        unique = {"phone": "NULL", "email": "NULL", "source_key": "NULL"}
        self._fill.copy(
            "member", members, {"id": self._fill.id_of(_MEMBER, "n"), **unique}, "state = 'active'"
        )
        mine = f"id = {self._fill.literal(self._order_id)}"
        numbers = {"order_no": "'B' || n", "request_key": "'B' || n"}
        self._fill.copy(
            "shop_order", orders, {"id": self._fill.id_of(_ORDER, "n"), **numbers}, mine
        )
        line = {"id": self._fill.id_of(_LINE, "n"), "order_id": self._fill.id_of(_ORDER, "n")}
        self._fill.copy("order_line", orders, line, f"order_{mine}")
        self._commissions(members)
        self._book()

    def _commissions(self, members: int) -> None:
        at = now()
        # The rank of a beneficiary: a fraction that looks random, on a logarithmic scale.
        chance = "(n * 2654435761 % 4294967296) / 4294967296.0"
        rank = f"CAST(floor(exp({chance} * {math.log(members)})) AS bigint)"
        order = f"(n + {LEVELS - 1}) / {LEVELS}"
        values: dict[str, Any] = {
            "id": self._fill.id_of(_COMMISSION, "n"),
            "order_id": self._fill.id_of(_ORDER, order),
            "order_no": f"'B' || ({order})",
            "order_line_id": self._fill.id_of(_LINE, order),
            "product_id": "t.product_id",
            "buyer_id": "o.member_id",
            "beneficiary_id": self._fill.id_of(_MEMBER, rank),
            "level": f"1 + (n % {LEVELS})",
            "base_fen": "10000",
            "refunded_fen": "0",
            "rate_bps": "1000",
            "amount_fen": "500 + n % 500",
            "reversed_fen": "CASE WHEN n % 50 = 0 THEN 500 + n % 500 ELSE n % 7 END",
            "state": "'frozen'",
            "plan_version": "1",
            "accrued_at": ":paid",
            "frozen_at": ":received",
            "due_at": ":settled",
            "checked_at": ":received",  # nothing of it looked like fraud
        }
        order_id = self._fill.literal(self._order_id)
        self._fill.run(
            f"INSERT INTO {Commission.__tablename__} ({', '.join(values)})"
            f" SELECT {', '.join(values.values())} FROM"
            f" (SELECT * FROM order_line WHERE order_id = {order_id}) AS t"
            f" JOIN shop_order AS o ON o.id = t.order_id CROSS JOIN"
            f" {self._fill.numbers}",
            count=self._count,
            paid=at - timedelta(days=10),
            received=at - timedelta(days=8),
            settled=at,
        )

    def _book(self) -> None:
        """What everybody has frozen, and a yuan of earlier days that is available."""
        left = sa.func.sum(Commission.amount_fen - Commission.reversed_fen)
        sums = self._session.execute(
            sa.select(Commission.beneficiary_id, left).group_by(Commission.beneficiary_id)
        ).all()
        legs = []
        for member_id, fen in sums:
            owner = ledger.member_owner(member_id)
            legs += [Leg(owner, FROZEN, int(fen)), Leg(owner, AVAILABLE, 100)] if fen else []
        legs.append(Leg(ledger.PLATFORM, EXPENSE, -sum(leg.amount for leg in legs)))
        ledger.book(
            self._session,
            key="bench:settlement",
            kind="commission_accrued",
            reference="bench",
            actor=ACTOR,
            legs=legs,
        )
