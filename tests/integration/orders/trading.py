"""A small shop for tests of orders: members, products, and the steps of an order as one-liners."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from uuid import UUID

import sqlalchemy as sa

from core.catalog import services as catalog
from core.catalog.models import Product
from core.catalog.types import ProductDraft, SkuDraft
from core.db.engine import Database
from core.db.outbox import OutboxEvent
from core.kernel import clock
from core.kernel.clock import now
from core.kernel.events import from_payload
from core.kernel.ids import new_id, new_token
from core.ledger import services as ledger
from core.members.models import Address, Member
from core.orders import services as orders
from core.orders.models import Order
from core.orders.types import Extensions
from core.payments import services as payments
from core.payments.types import PaymentOutcome, PaymentResult
from core.settings.rules import StoreSettings
from core.stock.services import stock_views
from core.stock.services import verify as verify_stock

STAFF = "staff:00000000-0000-0000-0000-000000000001"
_numbers = count(1)


@dataclass(frozen=True)
class Buyer:
    """A member with an address."""

    id: UUID
    address_id: UUID

    @property
    def cart(self) -> str:
        return orders.member_cart(self.id)


@dataclass(frozen=True)
class Ware:
    """A product with one SKU."""

    product_id: UUID
    sku_id: UUID
    price_fen: int


class Trade:
    """The shop of one test. Settings and extensions are what the edge would hand in."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.settings = StoreSettings(freight_fen=1000, free_freight_from_fen=9900)
        self.extensions = Extensions()

    def write(self):
        return self.database.write()

    def read(self):
        return self.database.read()

    def set(self, **changes) -> None:
        self.settings = replace(self.settings, **changes)

    def extend(self, **changes) -> None:
        self.extensions = replace(self.extensions, **changes)

    def advance(self, **span) -> None:
        clock.set_offset(clock.offset_seconds() + timedelta(**span).total_seconds())

    # -- people and wares ------------------------------------------------------------------

    def buyer(self, nickname="小山", phone=None) -> Buyer:
        buyer = Buyer(new_id(), new_id())
        phone = phone or f"+86138{next(_numbers):08d}"
        with self.write() as session:
            session.execute(
                sa.insert(Member).values(
                    id=buyer.id, phone=phone, nickname=nickname, created_at=now()
                )
            )
            session.execute(
                sa.insert(Address).values(
                    id=buyer.address_id,
                    member_id=buyer.id,
                    name="林山",
                    phone=phone,
                    province="浙江省",
                    city="杭州市",
                    district="西湖区",
                    detail="龙井路1号",
                    created_at=now(),
                )
            )
        return buyer

    def ware(self, price_fen=5000, stock=100, title="青瓷茶壶", limit=None, cost_fen=0) -> Ware:
        number = next(_numbers)
        sku = SkuDraft(
            code=f"SKU-{number}",
            price_fen=price_fen,
            options={"釉色": "雨过天青"},
            on_hand=stock,
            cost_fen=cost_fen,
        )
        draft = ProductDraft(title=title, slug=f"ware-{number}", per_member_limit=limit)
        with self.write() as session:
            product_id = catalog.create_product(session, draft, skus=[sku], actor="test")
            catalog.set_product_state(session, [product_id], "on_sale")
            edit = catalog.product_for_edit(session, product_id)
        return Ware(product_id, edit.skus[0].id, price_fen)

    def take_off_sale(self, ware: Ware) -> None:
        with self.write() as session:
            catalog.set_product_state(session, [ware.product_id], "off_sale")

    def reprice(self, ware: Ware, price_fen: int) -> None:
        with self.write() as session:
            old = catalog.product_for_edit(session, ware.product_id).skus[0]
            draft = SkuDraft(code=old.code, price_fen=price_fen, options=old.options, id=old.id)
            catalog.save_skus(session, ware.product_id, [draft], actor="test")

    # -- the bag ----------------------------------------------------------------------------

    def add(self, buyer: Buyer, ware: Ware, quantity=1):
        with self.write() as session:
            return orders.add_to_cart(session, buyer.cart, ware.sku_id, quantity)

    def cart(self, buyer: Buyer):
        with self.read() as session:
            return orders.cart_view(
                session,
                buyer.cart,
                member_id=buyer.id,
                settings=self.settings,
                extensions=self.extensions,
            )

    # -- the order --------------------------------------------------------------------------

    def total_of(self, buyer: Buyer, *wants) -> int:
        with self.read() as session:
            return orders.wants_view(
                session,
                {ware.sku_id: quantity for ware, quantity in wants},
                member_id=buyer.id,
                settings=self.settings,
                extensions=self.extensions,
            ).total_fen

    def place(self, buyer: Buyer, *wants, key=None, expect=None, session=None, **more):
        """Place an order of (ware, pieces) pairs, or of the bag when there are none."""
        if expect is None:
            expect = self.total_of(buyer, *wants) if wants else self.cart(buyer).total_fen
        arguments = {
            "member_id": buyer.id,
            "address_id": buyer.address_id,
            "expected_total_fen": expect,
            "request_key": key or new_token(8),
            "settings": self.settings,
            "extensions": self.extensions,
            "wants": {ware.sku_id: quantity for ware, quantity in wants} or None,
            **more,
        }
        if session is not None:
            return orders.place_order(session, **arguments)
        with self.write() as fresh:
            return orders.place_order(fresh, **arguments)

    def attempt(self, placed, gateway="sandbox", amount_fen=None):
        with self.write() as session:
            return payments.start_attempt(
                session,
                order_id=placed.order_id,
                amount_fen=placed.total_fen if amount_fen is None else amount_fen,
                gateway_key=gateway,
                expires_at=placed.expires_at,
            )

    def word(self, attempt, outcome=PaymentOutcome.SUCCEEDED, amount_fen=None, reason=""):
        """What the gateway says about an attempt."""
        return PaymentResult(
            payment_no=attempt.payment_no,
            gateway_ref=f"ref-{attempt.payment_no}",
            outcome=outcome,
            amount_fen=attempt.amount_fen if amount_fen is None else amount_fen,
            reason=reason,
        )

    def confirm(self, result):
        with self.write() as session:
            return orders.confirm_payment(session, result, extensions=self.extensions)

    def pay(self, placed):
        return self.confirm(self.word(self.attempt(placed)))

    def ship(self, placed, number="SF1001"):
        with self.write() as session:
            orders.ship(session, placed.order_no, carrier="顺丰", tracking_no=number, actor=STAFF)

    def receive(self, placed, buyer: Buyer):
        with self.write() as session:
            orders.confirm_receipt(
                session,
                placed.order_no,
                actor=f"member:{buyer.id}",
                settings=self.settings,
                member_id=buyer.id,
            )

    def bought(self, buyer: Buyer, *wants, until="paid"):
        """An order that has come as far as ``paid``, ``shipped`` or ``received``."""
        placed = self.place(buyer, *wants)
        self.pay(placed)
        if until in {"shipped", "received"}:
            self.ship(placed)
        if until == "received":
            self.receive(placed, buyer)
        return placed

    # -- after-sale -------------------------------------------------------------------------

    def ask(self, buyer: Buyer, placed, *wants, kind="return", **more):
        """Ask for (ware, pieces) back."""
        lines = {line.sku_id: line.line_id for line in self.order(placed).lines}
        with self.write() as session:
            return orders.request_after_sale(
                session,
                member_id=buyer.id,
                order_no=placed.order_no,
                kind=kind,
                wants={lines[ware.sku_id]: quantity for ware, quantity in wants},
                reason="Not as described",
                **more,
            )

    def approve(self, after_sale_id, **more):
        """Staff agrees; returns the refund's id."""
        with self.write() as session:
            return orders.approve_after_sale(session, after_sale_id, actor=STAFF, **more)

    def refund(self, after_sale_id, **more) -> None:
        """Staff agrees and the gateway gives the money back."""
        refund_id = self.approve(after_sale_id, **more)
        if refund_id is not None:
            with self.write() as session:
                orders.refund_done(session, refund_id)

    # -- looking ----------------------------------------------------------------------------

    def order(self, placed, buyer: Buyer | None = None):
        with self.read() as session:
            return orders.order_detail(
                session, placed.order_no, member_id=buyer.id if buyer else None
            )

    def stock(self, ware: Ware):
        """Pieces (on hand, allocated)."""
        with self.read() as session:
            view = stock_views(session, [ware.sku_id])[ware.sku_id]
        return view.on_hand, view.allocated

    def sold(self, ware: Ware) -> int:
        with self.read() as session:
            return session.get(Product, ware.product_id).sold_count

    def facts(self, *names):
        """Events announced so far, oldest first; of some names only."""
        with self.read() as session:
            rows = session.execute(
                sa.select(OutboxEvent.name, OutboxEvent.payload).order_by(OutboxEvent.seq)
            ).all()
        return [from_payload(name, payload) for name, payload in rows if name in names]

    def count_orders(self) -> int:
        with self.read() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Order))

    def platform(self, kind: str) -> int:
        with self.read() as session:
            return ledger.platform_balance(session, kind)

    def check_books(self) -> None:
        """Ledger and stock recompute to what they say."""
        with self.read() as session:
            assert ledger.verify(session).is_clean
            assert verify_stock(session).faults == ()


@contextmanager
def counted(database: Database):
    """A list that fills with the statements sent while the block runs."""
    sent: list[str] = []

    def note(connection, cursor, statement, parameters, context, many):
        sent.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
