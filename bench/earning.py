"""A network that earns: orders of ninety days, commissions of three levels, links and visits."""

import time
from uuid import UUID

from sqlalchemy.orm import Session

from bench.filling import Filler, settle_down
from bench.forest import Forest, grown, plant
from bench.store import Bench
from core.api.testing.making import Maker
from core.sharing import services as sharing
from plugins.distribution.models import Commission, Distributor

DAYS = 90
DAY = 86_400
PER_ORDER = 2.9
"""Commissions of an order, on an average."""
_ORDER, _LINE, _COMMISSION, _VISIT, _ACTION, _LINK = "20", "21", "22", "23", "24", "25"
_BUYER = "CAST(floor((n * 2654435761 % 4294967296) / 4294967296.0 * {size}) AS bigint)"
_MEMBER = ("1735689600000 + ({place}) * 25", "70008000", "({place})")
"""As :func:`bench.forest.id_of` makes the id of a place."""


def build(bench: Bench, size: int, commissions: int) -> Forest:
    """Fill a store with a network of so many members who are all distributors, and about so many
    commissions; as many visits."""
    forest = grown(size)
    shop = bench.shop()
    try:
        order = Maker(shop).order([("EARNED", 1, 10_000)])
        plant(shop.database, forest)
        with shop.database.write() as session:
            link = sharing.create_share(session, order.member_id, "store", "", "link")
            _Builder(session, bench.kind, size, commissions).run(order.id, link.id)
        settle_down(shop.database)
    finally:
        shop.close()
    return forest


class _Builder:
    """Everything in one unit of work; the newest order is of today."""

    def __init__(self, session: Session, kind: str, size: int, commissions: int) -> None:
        self._fill, self._size, self._count = Filler(session, kind), size, commissions
        self._orders = round(commissions / PER_ORDER)
        self._epoch = int(time.time()) - DAYS * DAY
        self._session = session

    def run(self, order_id: UUID, link_id: UUID) -> None:
        """Copy an order and a link, write what follows from them."""
        fill, mine = self._fill, f"id = {self._fill.literal(order_id)}"
        fill.copy(
            "shop_order",
            self._orders,
            {
                "id": fill.id_of(_ORDER, "n"),
                "order_no": "'E' || n",
                "request_key": "'E' || n",
                "member_id": self._member(_BUYER.format(size=self._size)),
                "placed_at": self._at("n", self._orders),
                "paid_at": self._at("n", self._orders),
            },
            mine,
        )
        line = {"id": fill.id_of(_LINE, "n"), "order_id": fill.id_of(_ORDER, "n")}
        fill.copy("order_line", self._orders, line, f"order_{mine}")
        self._commissions()
        self._distributors()
        self._shares(link_id)

    def _commissions(self) -> None:
        number = "CAST(substr(o.order_no, 2) AS bigint)"
        age = f"{number} * 100 / {self._orders}"
        values = {
            "id": self._fill.id_of(_COMMISSION, f"{number} * 4 + level.n"),
            "order_id": "o.id",
            "order_no": "o.order_no",
            "order_line_id": "l.id",
            "product_id": "l.product_id",
            "buyer_id": "o.member_id",
            "beneficiary_id": "CASE level.n WHEN 1 THEN r.referrer_id WHEN 2 THEN r.upline2_id"
            " ELSE r.upline3_id END",
            "level": "level.n",
            "base_fen": "10000",
            "line_paid_fen": "10000",
            "refunded_fen": f"CASE WHEN {number} % 50 = 0 THEN 10000 ELSE 0 END",
            "rate_bps": "1000",
            "amount_fen": "1000 / level.n",
            "reversed_fen": f"CASE WHEN {number} % 50 = 0 THEN 1000 / level.n ELSE 0 END",
            "state": f"CASE WHEN {age} > 92 THEN 'pending' WHEN {age} > 84 THEN 'frozen'"
            " ELSE 'available' END",
            "plan_version": "1",
            "accrued_at": "o.paid_at",
            "checked_at": "o.paid_at",
        }
        self._fill.run(
            f"INSERT INTO {Commission.__tablename__} ({', '.join(values)})"
            f" SELECT {', '.join(values.values())} FROM shop_order AS o"
            " JOIN order_line AS l ON l.order_id = o.id JOIN referral AS r"
            f" ON r.member_id = o.member_id CROSS JOIN {self._fill.numbers} "
            "WHERE o.order_no LIKE 'E%' AND CASE n WHEN 1 THEN r.referrer_id"
            " WHEN 2 THEN r.upline2_id ELSE r.upline3_id END IS NOT NULL".replace(
                "numbered", "level"
            ),
            count=3,
        )

    def _distributors(self) -> None:
        self._fill.run(
            f"INSERT INTO {Distributor.__tablename__} (member_id, state, reason, note,"
            " rules_version, actor, joined_at, changed_at) SELECT id, CASE WHEN substr("
            "nickname, 3) LIKE '%77' THEN 'frozen' WHEN substr(nickname, 3) LIKE '%4321' THEN"
            " 'applied' ELSE 'active' END, '', '', '', 'bench', created_at, created_at"
            " FROM member WHERE nickname LIKE '成员%'"
        )

    def _shares(self, link_id: UUID) -> None:
        fill, links = self._fill, self._size // 10
        own = {
            "id": fill.id_of(_LINK, "n"),
            "token": "'E' || n",
            "code": "'E' || n",
            "member_id": self._member("n * 10 - 1"),
        }
        fill.copy("share_link", links, own, f"id = {fill.literal(link_id)}")
        at = self._at("n", self._count)
        fill.run(
            "INSERT INTO share_visit (id, share_id, visitor, kind, day, at)"
            f" SELECT {fill.id_of(_VISIT, 'n')}, {fill.id_of(_LINK, f'1 + n % {links}')},"
            f" 'visitor-' || (n * 7919 % {self._count // 2}), 'visit',"
            f" {'date' if fill.is_sqlite else ''}({at}){'' if fill.is_sqlite else '::date'}, {at}"
            f" FROM {fill.numbers}",
            count=self._count,
        )
        fill.run(
            "INSERT INTO share_action (id, share_id, kind, reference, member_id, at)"
            f" SELECT {fill.id_of(_ACTION, 'n')}, {fill.id_of(_LINK, f'1 + n % {links}')},"
            " CASE WHEN n % 3 = 0 THEN 'ordered' ELSE 'registered' END, 'E' || n,"
            f" {self._member('n')}, {self._at('n', self._count // 2)} FROM {fill.numbers}",
            count=self._count // 2,
        )

    def _member(self, place: str) -> str:
        return self._fill.hex_id(*(part.format(place=place) for part in _MEMBER))

    def _at(self, number: str, count: int) -> str:
        return self._fill.instant(f"{self._epoch} + {number} * {DAYS * DAY} / {count}")
