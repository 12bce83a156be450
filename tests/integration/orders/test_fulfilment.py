from contextlib import contextmanager

import pytest

from core.kernel.clock import now
from core.kernel.errors import Conflict, InvalidInput, NotFound, Rejected
from core.orders import jobs
from core.orders import services as orders
from core.orders.states import OrderStatus
from tests.integration.orders.trading import STAFF, counted


class Work:
    """A job context as the worker would hand in."""

    def __init__(self, database):
        self.database, self.beats = database, []

    @contextmanager
    def write(self):
        with self.database.write() as session:
            yield session

    def beat(self, done, total=None):
        self.beats.append(done)


@pytest.fixture
def work(trade):
    return Work(trade.database)


def test_an_order_walks_from_payment_to_settlement(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1))

    trade.ship(placed)
    shipped = trade.order(placed)
    trade.receive(placed, buyer)
    received = trade.order(placed)
    trade.advance(days=7, seconds=1)
    with trade.write() as session:
        assert orders.settle_due(session) == 1
    settled = trade.order(placed)

    assert (shipped.status, shipped.shipments[0].tracking_no) == (OrderStatus.TO_RECEIVE, "SF1001")
    assert (received.status, received.can_ask_refund) == (OrderStatus.COMPLETED, True)
    assert (received.aftersale_until - received.received_at).days == 7
    assert settled.settled_at is not None
    assert not settled.can_ask_refund
    kinds = [entry.kind for entry in settled.timeline]
    assert kinds == ["placed", "paid", "shipped", "received", "settled"]
    names = ("order_shipped", "order_received", "order_settled")
    assert [fact.name for fact in trade.facts(*names)] == list(names)


def test_repeats_of_shipping_and_receipt_fire_nothing_again(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1), until="shipped")

    trade.ship(placed, "SF1002")
    for _ in range(2):
        trade.receive(placed, buyer)

    assert len(trade.facts("order_shipped")) == 1
    assert len(trade.facts("order_received")) == 1
    assert [parcel.tracking_no for parcel in trade.order(placed).shipments] == ["SF1001", "SF1002"]
    with pytest.raises(Rejected):
        trade.ship(placed, "SF1003")


def test_an_unpaid_order_is_not_shipped_and_an_unsent_one_not_received(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.place(buyer, (pot, 1))

    with pytest.raises(Rejected):
        trade.ship(placed)
    trade.pay(placed)
    with pytest.raises(Conflict):
        trade.receive(placed, buyer)


def test_only_the_owner_confirms_receipt(trade):
    buyer, stranger, pot = trade.buyer(), trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1), until="shipped")

    with pytest.raises(NotFound):
        trade.receive(placed, stranger)


@pytest.mark.parametrize("parcel", [("", "1"), ("顺丰", " "), ("x" * 41, "1"), ("x", "1" * 65)])
def test_a_parcel_needs_a_carrier_and_a_number(trade, parcel):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1))

    with pytest.raises(InvalidInput), trade.write() as session:
        orders.ship(session, placed.order_no, carrier=parcel[0], tracking_no=parcel[1], actor=STAFF)


def test_unpaid_orders_expire_and_give_their_stock_back(trade, work):
    buyer, pot = trade.buyer(), trade.ware(stock=10)
    old = [trade.place(buyer, (pot, 1)) for _ in range(3)]
    paid = trade.bought(buyer, (pot, 1))
    trade.advance(minutes=20)
    young = trade.place(buyer, (pot, 1))
    trade.advance(minutes=11)

    jobs.expire_unpaid(work)
    jobs.expire_unpaid(work)

    assert [trade.order(placed).status for placed in old] == [OrderStatus.EXPIRED] * 3
    assert trade.order(paid).status == OrderStatus.TO_SHIP
    assert trade.order(young).status == OrderStatus.UNPAID
    assert trade.stock(pot) == (9, 1)
    assert len(trade.facts("order_cancelled")) == 3
    assert work.beats[-1] == 0
    trade.check_books()


def test_cancelling_frees_the_stock_once_and_tells_why(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=1)
    placed = trade.place(buyer, (pot, 1))

    for _ in range(2):
        with trade.write() as session:
            orders.cancel_order(
                session,
                placed.order_no,
                actor=f"member:{buyer.id}",
                reason="改主意了",
                member_id=buyer.id,
            )

    order = trade.order(placed)
    assert (order.status, order.close_reason) == (OrderStatus.CANCELLED, "改主意了")
    assert trade.stock(pot) == (1, 0)
    assert len(trade.facts("order_cancelled")) == 1
    assert len(trade.facts("stock_returned")) == 1


def test_an_expired_order_cannot_be_cancelled(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.place(buyer, (pot, 1))
    trade.advance(hours=1)
    with trade.write() as session:
        orders.expire_unpaid(session)

    with pytest.raises(Conflict), trade.write() as session:
        orders.cancel_order(session, placed.order_no, actor="x", reason="")


def test_parcels_on_their_way_for_long_are_received_by_themselves(trade, work):
    buyer, pot = trade.buyer(), trade.ware()
    quiet = trade.bought(buyer, (pot, 1), until="shipped")
    disputed = trade.bought(buyer, (pot, 1), until="shipped")
    asked = trade.ask(buyer, disputed, (pot, 1))
    trade.advance(days=14)
    late = trade.bought(buyer, (pot, 1), until="shipped")
    trade.advance(days=1, minutes=1)

    jobs.auto_receive(work)

    assert trade.order(quiet).status == OrderStatus.COMPLETED
    assert trade.order(disputed).status == OrderStatus.TO_RECEIVE
    assert trade.order(late).status == OrderStatus.TO_RECEIVE
    with trade.write() as session:
        orders.withdraw_after_sale(session, asked, member_id=buyer.id)
    jobs.auto_receive(work)
    assert trade.order(disputed).status == OrderStatus.COMPLETED


def test_settlement_waits_for_open_after_sales_and_then_goes_on(trade, work):
    buyer, pot = trade.buyer(), trade.ware()
    plain = trade.bought(buyer, (pot, 1), until="received")
    disputed = trade.bought(buyer, (pot, 2), until="received")
    asked = trade.ask(buyer, disputed, (pot, 1))
    trade.advance(days=8)

    jobs.settle_due(work)
    assert trade.order(plain).settled_at is not None
    assert trade.order(disputed).settled_at is None

    trade.refund(asked)
    jobs.settle_due(work)
    jobs.settle_due(work)
    assert trade.order(disputed).settled_at is not None
    assert len(trade.facts("order_settled")) == 2


def test_a_wholly_refunded_order_is_never_settled_nor_received(trade, work):
    buyer, pot = trade.buyer(), trade.ware()
    received = trade.bought(buyer, (pot, 1), until="received")
    shipped = trade.bought(buyer, (pot, 1), until="shipped")
    trade.refund(trade.ask(buyer, received, (pot, 1)), freight_fen=1000)
    trade.refund(trade.ask(buyer, shipped, (pot, 1)), freight_fen=1000)
    trade.advance(days=40)

    jobs.auto_receive(work)
    jobs.settle_due(work)

    assert trade.facts("order_settled") == []
    assert len(trade.facts("order_received")) == 1
    assert trade.order(shipped).status == OrderStatus.REFUNDED


def test_batches_of_jobs_take_a_fixed_number_of_statements(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=1000)
    for _ in range(30):
        trade.bought(buyer, (pot, 1), until="received")
    trade.advance(days=8)

    with trade.write() as session, counted(trade.database) as sent:
        assert orders.settle_due(session, limit=20) == 20
    assert len(sent) == 4
    with trade.write() as session, counted(trade.database) as sent:
        assert orders.settle_due(session, limit=20) == 10
    assert len(sent) == 4


def test_plugins_write_into_the_story_and_shoppers_do_not_see_it(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1))
    with trade.write() as session:
        orders.add_entry(
            session,
            placed.order_id,
            "accrued",
            "Commission of ¥%(amount)s",
            actor="plugin:distribution",
            source="distribution",
            params={"amount": "6.00"},
        )
        orders.add_entry(session, placed.order_id, "note", "VIP", actor=STAFF)

    staff = trade.order(placed).timeline
    shopper = trade.order(placed, buyer).timeline

    assert [entry.source for entry in staff] == ["core", "core", "distribution", "core"]
    assert [entry.kind for entry in shopper] == ["placed", "paid"]
    assert staff[-1].at <= now()
