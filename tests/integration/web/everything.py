"""A small shop with one of everything, and the routes of the application that reach it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa
from werkzeug.routing import Rule

from core.api.db import new_token
from core.api.payouts import WALLET_CHANNEL, PayoutRequest, request_payout
from core.api.testing.fakes import FakePayouts, plug_in_ways
from core.catalog.services import list_products
from core.db.base import Base
from core.ledger.services import PLATFORM, WALLET, Leg, book, member_owner
from core.members.services import addresses_of
from core.orders.models import Order, OrderLine
from core.orders.services import request_after_sale
from core.orders.states import AfterSaleKind
from core.payments.models import Refund
from core.payouts.services import approve, export_batch
from core.sharing.services import create_share
from core.staff.models import Role
from core.web.access import access_of
from plugins.distribution.rules import Joining
from plugins.distribution.services.accounts import AVAILABLE
from plugins.distribution.services.programmes import publish_plan

NOWHERE = "01a200ad-bfc3-7f52-8b8a-215653e73714"


@dataclass(frozen=True)
class Route:
    """One method of one address, with what it declares."""

    rule: str
    method: str
    kind: str
    arguments: tuple[str, ...]

    def path(self, values: dict[str, str]) -> str:
        """The address with its places filled; ``rule:name`` goes before ``name``."""

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            return values.get(f"{self.rule}:{name}") or values.get(name) or NOWHERE

        return re.sub(r"<(?:[^<>]*:)?(\w+)>", fill, self.rule)


def routes(app) -> list[Route]:
    """Every method of every address, but HEAD and OPTIONS."""

    def of(rule: Rule) -> Iterator[Route]:
        kind = access_of(app.view_functions[rule.endpoint])
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(rule.rule, method, kind or "", tuple(sorted(rule.arguments)))

    return [route for rule in app.url_map.iter_rules() for route in of(rule)]


MEASURES = frozenset({"plugin_timing"})
"""How long calls into plugins took, written by the process itself from time to time."""


def rows(shop) -> dict[str, list[tuple]]:
    """Everything that is stored, table by table, but what processes measure of themselves."""
    stored = set(sa.inspect(shop.database.engine).get_table_names())  # other tests load models, too
    with shop.database.read() as session:
        return {
            table.name: sorted(
                (tuple(map(str, row)) for row in session.execute(sa.select(table))),
            )
            for table in Base.metadata.sorted_tables
            if table.name in stored - MEASURES
        }


def changed_tables(before, after) -> set[str]:
    """Names of the tables that are not as they were."""
    return {name for name in after if after[name] != before.get(name)}


@dataclass(frozen=True)
class World:
    """Somebody who owns one of everything, and the addresses of what they own."""

    owner: object
    values: dict[str, str]
    line_id: UUID
    sku_id: UUID


def fill(shop, maker) -> World:
    """Fill an empty shop with one of everything."""
    _publish(shop)
    plug_in_ways(shop)
    upline = maker.member("上级")
    owner = maker.member("物主", referrer=upline)
    paid = maker.order(member=owner)
    open_order = maker.order(member=owner, paid=False)
    maker.refund(maker.order(member=owner))
    with shop.database.write() as session:
        page = list_products(session)
        values = {
            "order_no": paid.order_no,
            "/pay/<order_no>:order_no": open_order.order_no,
            "/me/orders/<order_no>/cancel:order_no": open_order.order_no,
            "address_id": str(addresses_of(session, owner.id)[0].id),
            "member_id": str(owner.id),
            "product_id": str(page.items[0].id),
            "slug": page.items[0].slug,
            "target": str(page.items[0].id),
            "kind": "product",
            "version": "1",
            "section": "freight",
            "name": "distribution",
            "key": "sandbox",
            "token": create_share(session, owner.id, "store", "", "link").token,
            "refund_id": str(session.scalar(sa.select(Refund.id))),
            "role_id": str(session.scalar(sa.select(Role.id)) or NOWHERE),
        }
        values["/me/settings/<any(phone, email):kind>:kind"] = "phone"
        values["/notify/payouts/<key>:key"] = FakePayouts.key
        values["/admin/x/distribution/distributors/<member_id>/<target>:target"] = "active"
        line = _line(session, paid.order_no)
        sale = request_after_sale(
            session,
            member_id=owner.id,
            order_no=paid.order_no,
            kind=AfterSaleKind.REFUND,
            wants={line.id: 1},
            reason="other",
        )
        values["after_sale_id"] = str(sale)
        values["sku_id"] = str(line.sku_id)
        values["payout_id"] = str(_payout(shop, session, owner.id))
        values["batch_id"] = str(_batch(shop, session, owner.id))
    return World(owner, values, line.id, line.sku_id)


def _publish(shop) -> None:
    with shop.database.write() as session:
        publish_plan(
            session,
            depth=2,
            rates_bps=(1000, 500),
            pool_bps=3000,
            joining=Joining.EVERYONE,
            actor="test",
            actor_name="test",
            acknowledged=True,
        )


def _line(session, order_no: str):
    return session.execute(
        sa.select(OrderLine.id, OrderLine.sku_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.order_no == order_no)
    ).one()


def _payout(shop, session, member_id: UUID) -> UUID:
    owner = member_owner(member_id)
    legs = (Leg(PLATFORM, "commission_expense", -9000), Leg(owner, AVAILABLE, 9000))
    book(session, key="test:gift", kind="gift", reference="test", actor="test", legs=legs)
    legs = (Leg(PLATFORM, "commission_expense", -100), Leg(owner, WALLET, 100))
    book(session, key="test:wallet", kind="gift", reference="test", actor="test", legs=legs)
    wanted = PayoutRequest(
        member_id=member_id,
        source_kind=AVAILABLE,
        channel=WALLET_CHANNEL,
        amount_fen=5000,
        request_key=new_token(),
    )
    made = request_payout(session, wanted, settings=shop.settings(), check=shop.extensions().check)
    return made.id


def _batch(shop, session, member_id: UUID) -> UUID:
    """A file with one payout that staff pay by hand."""
    settings = replace(shop.settings(), payout_by_wechat=True)
    wanted = PayoutRequest(
        member_id=member_id,
        source_kind=AVAILABLE,
        channel="wechat",
        amount_fen=1000,
        request_key=new_token(),
        account={"number": "hill_9527"},
    )
    made = request_payout(
        session, wanted, settings=settings, check=shop.extensions().check, channels=("wechat",)
    )
    approve(session, made.id, "staff:01a200ad-bfc3-7f52-8b8a-215653e73714")
    return export_batch(session, "wechat", "test", locale="en").id
