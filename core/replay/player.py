"""Playing invoices: the shop's clock stands at each invoice's time, and days pass in between.

Everything goes through the services that pages use: sign-up and binding, placement with the
invoice's own prices as a price rule, payment, parcels, receipt, settlement, after-sale.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.host.shop import Shop
from core.kernel import clock
from core.kernel.errors import Conflict, Rejected
from core.members import services as members
from core.members.types import AddressForm
from core.orders import services as orders
from core.orders.models import OrderLine
from core.orders.states import AfterSaleKind
from core.orders.types import PlacedOrder
from core.payments import services as payments
from core.pricing.types import Adjustment, Draft, PriceRule, Stage
from core.replay.arriving import Arrivals, StoreLinks
from core.replay.invoices import Invoice, InvoiceLine, Unplayed
from core.replay.tills import Till
from core.settings.rules import StoreSettings
from core.sharing import services as sharing
from core.worker.jobs import jobs_of, run_now
from core.worker.relay import Relay

SHIPPED_AFTER = timedelta(days=1)
RECEIVED_AFTER = timedelta(days=3)


@dataclass
class _Bought:
    """What is left of one order line for a later return."""

    order_no: str
    line_id: UUID
    quantity: int


@dataclass
class Tally:
    """What came of the invoices. Amounts in fen."""

    orders: int = 0
    paid_fen: int = 0
    members: int = 0
    referred: int = 0
    refunds: int = 0
    refunded_fen: int = 0
    settled: int = 0
    lines_played: int = 0
    lines_returned: int = 0
    unplayed: list[Unplayed] = field(default_factory=list)


@dataclass
class Player:
    """Plays invoices in order of time.

    Args:
        shop: an open shop whose clock follows nobody else (``Counters.follows_clock`` off).
        relay: delivers facts to plugins in between.
        till: where orders are paid.
        skus: stock code → SKU.
        referrers: customer → the customer who brought them.
        advance: told after each invoice.
        known: customer → (member, address) of those who are members already.
        arrivals: by which links customers come.
    """

    shop: Shop
    relay: Relay
    till: Till
    skus: Mapping[str, UUID]
    referrers: Mapping[str, str]
    advance: Callable[[], None]
    known: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    arrivals: Arrivals = field(default_factory=StoreLinks)
    tally: Tally = field(default_factory=Tally)
    _bought: dict[tuple[str, str], deque[_Bought]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _underway: deque[tuple[datetime, str]] = field(default_factory=deque)
    _shipped: deque[tuple[datetime, str]] = field(default_factory=deque)
    _day: datetime | None = None

    def play(self, invoices: Sequence[Invoice], *, until: datetime | None = None) -> Tally:
        """Play all invoices, then let days pass.

        Args:
            invoices: in order of time.
            until: where to stop; ``None``: when the last parcel arrived and its window passed.
        """
        for invoice in invoices:
            self._pass_days(invoice.at)
            _set_clock(invoice.at)
            if invoice.is_return:
                self._return(invoice)
            else:
                self._buy(invoice)
            self.advance()
        if until is None and invoices:
            window = timedelta(days=self.shop.settings().aftersale_days + 1)
            until = invoices[-1].at + SHIPPED_AFTER + RECEIVED_AFTER + window
        if until is not None:
            self._pass_days(until)
            _set_clock(until)
        self.relay.drain()
        return self.tally

    # --- days ----------------------------------------------------------------------------------

    def _pass_days(self, until: datetime) -> None:
        """Do what each day in between does: parcels, receipts, settlement, deliveries, jobs."""
        day = self._day or until.replace(hour=0, minute=0, second=0)
        while day + timedelta(days=1) <= until:
            day += timedelta(days=1)
            _set_clock(day)
            self._move_parcels(day)
            with self.shop.database.write() as session:
                self.tally.settled += orders.settle_due(session, limit=100_000)
            self.relay.drain()
            self._run_jobs_of_plugins()
        self._day = day

    def _run_jobs_of_plugins(self) -> None:
        """Once a day what plugins do on a schedule, such as settling what became due."""
        for key, job in jobs_of(self.shop).items():
            if job.plugin:
                run_now(self.shop, key)

    def _move_parcels(self, day: datetime) -> None:
        settings = self.shop.settings()
        with self.shop.database.write() as session:
            while self._underway and self._underway[0][0] + SHIPPED_AFTER <= day:
                paid_at, order_no = self._underway.popleft()
                try:
                    orders.ship(
                        session, order_no, carrier="SF", tracking_no=f"SF{order_no}", actor="replay"
                    )
                except Rejected:
                    continue  # all of it went back before it left
                self._shipped.append((paid_at, order_no))
            while self._shipped and self._shipped[0][0] + RECEIVED_AFTER <= day:
                _, order_no = self._shipped.popleft()
                self._receive(session, order_no, settings)

    def _receive(self, session: Session, order_no: str, settings: StoreSettings) -> None:
        try:
            orders.confirm_receipt(session, order_no, actor="replay", settings=settings)
        except Conflict:
            return  # its money went back while it travelled

    # --- purchases -----------------------------------------------------------------------------

    def _buy(self, invoice: Invoice) -> None:
        lines = [line for line in invoice.lines if self._is_playable(line)]
        if not lines:
            return
        wants: dict[UUID, int] = defaultdict(int)
        asked: dict[UUID, int] = defaultdict(int)
        for line in lines:
            sku_id = self.skus[line.code]
            wants[sku_id] += line.quantity
            asked[sku_id] += line.quantity * line.price_fen
        try:
            placed = self._order(invoice, wants, asked)
        except Rejected as refusal:
            self._give_up(lines, refusal.code)
            return
        self.tally.orders += 1
        self.tally.lines_played += len(lines)
        self._underway.append((invoice.at, placed.order_no))
        if invoice.customer:
            self._remember(invoice, lines, placed)

    def _is_playable(self, line: InvoiceLine) -> bool:
        reason = ""
        if line.code not in self.skus:
            reason = "no_such_product"
        elif line.quantity <= 0:
            reason = "negative_without_return"
        elif line.price_fen <= 0:
            reason = "no_price"
        if reason:
            self._give_up([line], reason)
        return not reason

    def _order(
        self, invoice: Invoice, wants: Mapping[UUID, int], asked: Mapping[UUID, int]
    ) -> PlacedOrder:
        database, settings = self.shop.database, self.shop.settings()
        member_id, address_id = self._member(invoice)
        extensions = self.shop.extensions()
        # What was paid is history: no offer of today makes it cheaper.
        priced = replace(extensions, rules=(_invoice_prices(asked),))
        with database.write() as session:
            visitor = self.arrivals.buyer(session, member_id, _browser(member_id), tuple(wants))
            placed = orders.place_order(
                session,
                member_id=member_id,
                address_id=address_id,
                expected_total_fen=_with_freight(sum(asked.values()), settings),
                request_key=f"replay:{invoice.number}",
                settings=settings,
                extensions=priced,
                wants=wants,
                visitor=visitor,
            )
        result = self.till.take(placed)
        with database.write() as session:
            orders.confirm_payment(session, result, extensions=extensions)
        self.tally.paid_fen += placed.total_fen
        return placed

    def _remember(
        self, invoice: Invoice, lines: Sequence[InvoiceLine], placed: PlacedOrder
    ) -> None:
        with self.shop.database.read() as session:
            rows = session.execute(
                sa.select(OrderLine.sku_id, OrderLine.id).where(
                    OrderLine.order_id == placed.order_id
                )
            )
            by_sku = dict(rows.all())
        for line in lines:
            bought = _Bought(placed.order_no, by_sku[self.skus[line.code]], line.quantity)
            self._bought[invoice.customer, line.code].append(bought)

    # --- members -------------------------------------------------------------------------------

    def _member(self, invoice: Invoice) -> tuple[UUID, UUID]:
        """The member of a customer with their address; a customer the file does not name is new."""
        customer = invoice.customer or f"invoice {invoice.number}"
        if customer not in self.known:
            with self.shop.database.write() as session:
                member_id = members.create_member(session, source="replay", nickname=customer)
                address = members.add_address(session, member_id, _ADDRESS)
                self._bind(session, customer, member_id)
            self.tally.members += 1
            self.known[customer] = member_id, address.id
        return self.known[customer]

    def _bind(self, session: Session, customer: str, member_id: UUID) -> None:
        """Let the newcomer open the referrer's link and register, as the policy would see it."""
        referrer = self.known.get(self.referrers.get(customer, ""))
        if referrer is None:
            return
        settings = self.shop.settings()
        visitor = _browser(member_id)
        self.arrivals.newcomer(session, referrer[0], visitor)
        sharing.bind_on_registration(
            session, member_id, visitor, settings=settings, check=self.shop.extensions().check
        )
        self.tally.referred += 1

    # --- returns -------------------------------------------------------------------------------

    def _return(self, invoice: Invoice) -> None:
        wants: dict[str, dict[UUID, int]] = defaultdict(lambda: defaultdict(int))
        for line in invoice.lines:
            found = self._take_back(invoice.customer, line)
            if not found:
                self._give_up([line], "no_matching_purchase")
                continue
            self.tally.lines_returned += 1
            for order_no, line_id, quantity in found:
                wants[order_no][line_id] += quantity
        for order_no, lines in wants.items():
            self._refund(order_no, lines)

    def _take_back(self, customer: str, line: InvoiceLine) -> list[tuple[str, UUID, int]]:
        """Which order lines a returned quantity comes from, latest purchase first; all or none."""
        left, found = -line.quantity, []
        bought = self._bought.get((customer, line.code)) if customer else None
        if not bought or left <= 0 or sum(item.quantity for item in bought) < left:
            return []
        for item in reversed(bought):
            quantity = min(left, item.quantity)
            if quantity:
                item.quantity -= quantity
                left -= quantity
                found.append((item.order_no, item.line_id, quantity))
        return found

    def _refund(self, order_no: str, wants: Mapping[UUID, int]) -> None:
        database = self.shop.database
        with database.write() as session:
            after_sale_id = orders.open_by_staff(
                session,
                order_no=order_no,
                kind=AfterSaleKind.RETURN,
                wants=wants,
                reason="other",
                actor="replay",
            )
            refund_id = orders.approve_after_sale(session, after_sale_id, actor="replay")
        if refund_id is None:
            return
        with database.write() as session:
            orders.refund_done(session, refund_id)
            self.tally.refunded_fen += payments.find_refund(session, refund_id).amount_fen
        self.tally.refunds += 1

    def _give_up(self, lines: Sequence[InvoiceLine], reason: str) -> None:
        self.tally.unplayed.extend(Unplayed(line.line_no, reason) for line in lines)


_ADDRESS = AddressForm(
    name="收货人",
    phone="13800000000",
    province="上海市",
    city="上海市",
    district="静安区",
    detail="南京西路 1 号",
)


def _invoice_prices(asked: Mapping[UUID, int]) -> PriceRule:
    """A rule that brings each line to what its invoice asked."""

    def apply(draft: Draft, _loaded: Any) -> list[Adjustment]:
        return [
            Adjustment(asked[line.sku_id] - fen, "Invoice price", line=index)
            for index, (line, fen) in enumerate(
                zip(draft.request.lines, draft.line_fen, strict=True)
            )
            if asked[line.sku_id] != fen
        ]

    return PriceRule("replay.invoice", Stage.PROMOTION, apply)


def _with_freight(goods_fen: int, settings: StoreSettings) -> int:
    is_free = settings.free_freight_from_fen and goods_fen >= settings.free_freight_from_fen
    return goods_fen + (0 if is_free else settings.freight_fen)


def _browser(member_id: UUID) -> str:
    return f"replay-{member_id}"[:40]


def _set_clock(at: datetime) -> None:
    clock.set_offset((at - datetime.now(UTC)).total_seconds())
