"""Writing an order that is computed in full: a few inserts, and the stock last of all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.prepared import Prepared
from core.kernel.ids import new_id
from core.kernel.values import dataclass
from core.orders.events import OrderPlaced
from core.orders.services.basket import BasketLine, Want
from core.orders.services.cart import member_cart
from core.orders.services.finalise import pay_nothing
from core.orders.services.frozen import chain_json, quote_json
from core.orders.services.tables import CART_LINE, LINE, ORDER
from core.orders.services.timeline import add_entries, entry_row
from core.orders.states import FulfilmentState, OrderState, PaymentState
from core.orders.types import Extensions, PlacedOrder, PlacementFacts
from core.pricing.types import Quote
from core.settings.rules import BindingPolicy, StoreSettings
from core.stock import services as stock

ADDRESS_PARTS = ("name", "phone", "province", "city", "district", "detail", "postcode")

_insert_order = Prepared(
    sa.insert(ORDER), [column.name for column in ORDER.c if not column.nullable]
)
_insert_line = Prepared(sa.insert(LINE), [column.name for column in LINE.c])
_take_out = Prepared(
    sa.delete(CART_LINE).where(
        CART_LINE.c.owner == sa.bindparam("bag"), CART_LINE.c.sku_id == sa.bindparam("ordered")
    )
)


@dataclass(frozen=True)
class Request:
    """What the edge asked for, with the address it named."""

    member_id: UUID
    address: Mapping[str, Any]
    request_key: str
    expected_total_fen: int
    wants: list[Want] | None
    visitor: str
    note: str
    choices: Mapping[str, str] | None
    settings: StoreSettings
    extensions: Extensions


@dataclass(frozen=True)
class Placement:
    """Everything an order will hold, computed before the first row is written."""

    order_id: UUID
    order_no: str
    at: datetime
    lines: tuple[BasketLine, ...]
    facts: PlacementFacts
    plan_versions: dict[str, Any]

    @property
    def quote(self) -> Quote:
        """The agreed quote."""
        return self.facts.quote


def store_order(session: Session, request: Request, prepared: Placement) -> PlacedOrder:
    """Write the order and hold its stock, the stock last."""
    expires_at = prepared.at + timedelta(minutes=request.settings.unpaid_minutes)
    _insert_order.many(session, [_order_row(request, prepared, expires_at)])
    lines = range(len(prepared.lines))
    _insert_line.many(session, [_line_row(prepared, position) for position in lines])
    placed = entry_row(
        prepared.order_id,
        "placed",
        "Order placed",
        actor=f"member:{request.member_id}",
        at=prepared.at,
    )
    add_entries(session, [placed])
    pieces = {line.facts.sku_id: line.want.quantity for line in prepared.lines}
    if request.wants is None:
        bag = member_cart(request.member_id)
        _take_out.many(session, [{"bag": bag, "ordered": sku_id} for sku_id in pieces])
    announce(session, _placed_fact(prepared))
    stock.hold(session, str(prepared.order_id), pieces, expires_at)
    total = prepared.quote.total_fen
    if total == 0:
        pay_nothing(session, prepared.order_id)
    return PlacedOrder(
        prepared.order_id, prepared.order_no, total, expires_at, True, is_paid=total == 0
    )


def _order_row(request: Request, prepared: Placement, expires_at: datetime) -> dict[str, Any]:
    quote, address = prepared.quote, request.address
    return {
        "id": prepared.order_id,
        "shop_id": 1,
        "order_no": prepared.order_no,
        "member_id": request.member_id,
        "request_key": request.request_key,
        "state": OrderState.PLACED,
        "payment_state": PaymentState.PENDING,
        "fulfilment_state": FulfilmentState.PENDING,
        "goods_fen": quote.goods_fen,
        "discount_fen": quote.discount_fen,
        "freight_fen": quote.freight_fen,
        "total_fen": quote.total_fen,
        "paid_fen": 0,
        "refunded_fen": 0,
        "address": {name: address[name] for name in ADDRESS_PARTS},
        "receiver_name": address["name"],
        "receiver_phone": address["phone"],
        "note": request.note,
        "quote": quote_json(quote),
        "chain": chain_json(prepared.facts.chain),
        "plan_versions": prepared.plan_versions,
        "binds_at_payment": request.settings.binding == BindingPolicy.FIRST_PAYMENT,
        "open_after_sales": 0,
        "placed_at": prepared.at,
        "expires_at": expires_at,
        "close_reason": "",
    }


def _line_row(prepared: Placement, position: int) -> dict[str, Any]:
    facts, priced = prepared.lines[position].facts, prepared.quote.lines[position]
    return {
        "id": new_id(),
        "order_id": prepared.order_id,
        "position": position,
        "product_id": facts.product_id,
        "sku_id": facts.sku_id,
        "category_id": facts.category_id,
        "title": facts.title,
        "options": dict(facts.options),
        "picture_id": facts.picture.id if facts.picture else None,
        "quantity": priced.line.quantity,
        "unit_price_fen": priced.line.unit_price_fen,
        "discount_fen": priced.discount_fen,
        "paid_fen": priced.total_fen,
        "cost_fen": priced.line.cost_fen * priced.line.quantity,
        "refunded_quantity": 0,
        "refunded_fen": 0,
    }


def _placed_fact(prepared: Placement) -> OrderPlaced:
    return OrderPlaced(
        order_id=prepared.order_id,
        order_no=prepared.order_no,
        member_id=prepared.facts.member_id,
        total_fen=prepared.quote.total_fen,
        placed_at=prepared.at,
    )
