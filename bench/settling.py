"""A million due commissions, built by a few statements: orders, lines, members, rows, books."""

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.store import ACTOR, Bench
from core.api.testing.making import Maker
from core.db.base import UtcDateTime
from core.host.shop import Shop
from core.kernel.clock import now
from core.ledger import services as ledger
from core.ledger.services import Leg
from plugins.distribution.models import Commission
from plugins.distribution.services.accounts import AVAILABLE, EXPENSE, FROZEN

LEVELS = 3
PER_BENEFICIARY = 10
"""Members who might earn are a tenth of the commissions; by the power law some two thirds do."""

_ORDER, _LINE, _MEMBER, _COMMISSION = "10", "11", "12", "13"
_SERIES = {
    "postgresql": "SELECT n FROM generate_series(1, :count) AS n",
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count)"
    " SELECT n FROM s",
}


def build(bench: Bench, count: int) -> None:
    """Fill a store with so many due commissions that are booked as frozen."""
    shop = bench.shop()
    try:
        order = Maker(shop).order([("SETTLED", 1, 10_000)])
        with shop.database.write() as session:
            _Builder(session, bench.kind, count, order.id).run()
        _settle_down(shop)
    finally:
        shop.close()


class _Builder:
    """Everything in one unit of work."""

    def __init__(self, session: Session, kind: str, count: int, order_id: UUID) -> None:
        self._session, self._kind, self._count = session, kind, count
        self._order_id = order_id

    def run(self) -> None:
        """Copy an order and its buyer, write commissions, book them."""
        orders, members = -(-self._count // LEVELS), self._count // PER_BENEFICIARY
        unique = {"phone": "NULL", "email": "NULL", "source_key": "NULL"}
        self._copy("member", members, {"id": self._id(_MEMBER, "n"), **unique}, "state = 'active'")
        mine = f"id = {self._literal(self._order_id)}"
        numbers = {"order_no": "'B' || n", "request_key": "'B' || n"}
        self._copy("shop_order", orders, {"id": self._id(_ORDER, "n"), **numbers}, mine)
        line = {"id": self._id(_LINE, "n"), "order_id": self._id(_ORDER, "n")}
        self._copy("order_line", orders, line, f"order_{mine}")
        self._commissions(members)
        self._book()

    def _copy(self, table: str, count: int, fresh: dict[str, str], chosen: str) -> None:
        """One row of a table so many times, with fresh values in some columns."""
        names = [
            column["name"] for column in sa.inspect(self._session.connection()).get_columns(table)
        ]
        values = ", ".join(fresh.get(name, f"t.{name}") for name in names)
        self._run(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM"
            f" (SELECT * FROM {table} WHERE {chosen} LIMIT 1) AS t CROSS JOIN"
            f" ({_SERIES[self._kind]}) AS numbered",
            count=count,
        )

    def _commissions(self, members: int) -> None:
        at = now()
        # The rank of a beneficiary: a fraction that looks random, on a logarithmic scale.
        chance = "(n * 2654435761 % 4294967296) / 4294967296.0"
        rank = f"CAST(floor(exp({chance} * {math.log(members)})) AS bigint)"
        order = f"(n + {LEVELS - 1}) / {LEVELS}"
        values: dict[str, Any] = {
            "id": self._id(_COMMISSION, "n"),
            "order_id": self._id(_ORDER, order),
            "order_no": f"'B' || ({order})",
            "order_line_id": self._id(_LINE, order),
            "product_id": "t.product_id",
            "buyer_id": "o.member_id",
            "beneficiary_id": self._id(_MEMBER, rank),
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
        self._run(
            f"INSERT INTO {Commission.__tablename__} ({', '.join(values)})"
            f" SELECT {', '.join(values.values())} FROM"
            f" (SELECT * FROM order_line WHERE order_id = {self._literal(self._order_id)}) AS t"
            f" JOIN shop_order AS o ON o.id = t.order_id CROSS JOIN"
            f" ({_SERIES[self._kind]}) AS numbered",
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

    def _run(self, text: str, **values: Any) -> None:
        times = [sa.bindparam(name, type_=UtcDateTime()) for name in values if name != "count"]
        self._session.execute(sa.text(text).bindparams(*times), values)

    def _id(self, kind: str, number: str) -> str:
        """An id that is made of a number, in the order of numbers."""
        tail = f"70{kind}8{'0' * 15}"
        if self._kind == "sqlite":
            return f"printf('%012x', {number}) || '{tail}'"
        return f"CAST(lpad(to_hex({number}), 12, '0') || '{tail}' AS uuid)"

    def _literal(self, value: UUID) -> str:
        return f"'{value.hex}'" if self._kind == "sqlite" else f"'{value}'"


def _settle_down(shop: Shop) -> None:
    """What the database does by itself some time after such a load."""
    with shop.database.engine.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        for text in _SETTLING_DOWN[shop.database.is_sqlite]:
            connection.exec_driver_sql(text)


_SETTLING_DOWN = {
    True: ("PRAGMA wal_checkpoint(TRUNCATE)", "ANALYZE"),
    False: ("VACUUM ANALYZE", "CHECKPOINT"),
}
