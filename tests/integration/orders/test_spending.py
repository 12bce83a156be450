"""What members bought and kept, as plugins may ask for it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.orders import (
    Spending,
    buyer_ids,
    has_bought,
    is_buyer,
    sales_between,
    spending_of,
)
from core.kernel.clock import now
from core.kernel.ids import new_id
from core.orders import services as orders
from core.pricing.types import Adjustment, PriceRule, Stage
from tests.integration.orders.trading import STAFF, counted


@pytest.fixture
def spent(trade):
    def read(buyer, since=None):
        with trade.read() as session:
            return spending_of(session, [buyer.id], since)[buyer.id]

    return read


@pytest.fixture
def bought(trade):
    def read(buyer, *wares):
        with trade.read() as session:
            return has_bought(session, buyer.id, [ware.product_id for ware in wares])

    return read


def test_paid_orders_count_without_freight_and_unpaid_ones_do_not(trade, spent, bought):
    buyer, pot, cup = trade.buyer(), trade.ware(5000), trade.ware(700)
    trade.bought(buyer, (pot, 1))  # 50 yuan and 10 yuan of freight
    trade.place(buyer, (cup, 1))

    assert spent(buyer) == Spending(1, 5000)
    assert bought(buyer, pot)
    assert not bought(buyer, cup)


def test_a_buyer_is_whoever_has_an_order_that_was_not_given_back_whole(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)

    def asked():
        with trade.read() as session:
            return session.scalar(sa.select(is_buyer(sa.literal(buyer.id, sa.Uuid()))))

    trade.place(buyer, (pot, 1))
    assert not asked(), "it is not paid"
    placed = trade.bought(buyer, (pot, 2), until="received")
    assert asked()
    trade.refund(trade.ask(buyer, placed, (pot, 1)))
    assert asked(), "one piece is left"
    trade.refund(trade.ask(buyer, placed, (pot, 1)))
    assert not asked()


def test_orders_count_in_every_state_of_their_parcel(trade, spent):
    buyer, pot = trade.buyer(), trade.ware(5000)
    for until in ("paid", "shipped", "received"):
        trade.bought(buyer, (pot, 1), until=until)

    assert spent(buyer) == Spending(3, 15_000)


def test_a_partial_refund_leaves_the_rest(trade, spent, bought):
    buyer, pot, cup = trade.buyer(), trade.ware(5000), trade.ware(700)
    placed = trade.bought(buyer, (pot, 2), (cup, 1), until="received")
    trade.refund(trade.ask(buyer, placed, (pot, 1), (cup, 1)))

    assert spent(buyer) == Spending(1, 5000)
    assert bought(buyer, pot)
    assert not bought(buyer, cup), "the cup went back"
    assert bought(buyer, cup, pot)


def test_an_order_given_back_counts_no_more(trade, spent, bought):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 1), until="received")
    assert spent(buyer) == Spending(1, 5000)
    trade.refund(trade.ask(buyer, placed, (pot, 1)))

    assert spent(buyer) == Spending()
    assert not bought(buyer, pot)


def test_freight_that_was_kept_makes_no_order_effective(trade, spent):
    """Goods came back and their money went, but not the freight: the order is partly refunded."""
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 1), until="received")
    trade.refund(trade.ask(buyer, placed, (pot, 1)))

    assert trade.order(placed).refunded_fen < trade.order(placed).paid_fen
    assert spent(buyer) == Spending()


def test_a_cancelled_order_counts_for_nothing(trade, spent, bought):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.place(buyer, (pot, 1))
    with trade.write() as session:
        orders.cancel_order(session, placed.order_no, actor=STAFF, reason="no")

    assert spent(buyer) == Spending()
    assert not bought(buyer, pot)


def test_goods_that_were_free_are_bought_until_they_go_back(trade, spent, bought):
    trade.set(freight_fen=0)
    rule = PriceRule(
        "test.gift", Stage.COUPON, lambda draft, _: [Adjustment(-draft.goods_fen, "Gift")]
    )
    trade.extend(rules=[rule])
    buyer, gift = trade.buyer(), trade.ware(5000)
    placed = trade.place(buyer, (gift, 1), expect=0)
    assert spent(buyer) == Spending(1, 0)
    assert bought(buyer, gift)
    trade.refund(trade.ask(buyer, placed, (gift, 1), kind="refund"))

    assert spent(buyer) == Spending()
    assert not bought(buyer, gift)


def test_a_gift_that_was_left_makes_no_order_effective(trade, spent):
    rule = PriceRule("test.gift", Stage.COUPON, lambda draft, _: [Adjustment(-1, "Gift", line=1)])
    trade.extend(rules=[rule])
    buyer, pot, gift = trade.buyer(), trade.ware(5000), trade.ware(1)
    placed = trade.bought(buyer, (pot, 1), (gift, 1), until="received")
    assert spent(buyer) == Spending(1, 5000)
    trade.refund(trade.ask(buyer, placed, (pot, 1)))

    assert spent(buyer) == Spending()


def test_only_orders_paid_since_then_are_asked_for(trade, spent):
    buyer, pot = trade.buyer(), trade.ware(5000)
    trade.bought(buyer, (pot, 1))
    trade.advance(days=3)
    trade.bought(buyer, (pot, 2))

    assert spent(buyer, now() - timedelta(days=1)) == Spending(1, 10_000)
    assert spent(buyer, now() - timedelta(days=9)) == Spending(2, 15_000)
    assert spent(buyer, now() + timedelta(days=1)) == Spending()


def test_others_buy_for_themselves_and_nobody_is_left_out(trade):
    one, two, nobody = trade.buyer(), trade.buyer(), trade.buyer()
    pot = trade.ware(5000)
    trade.bought(one, (pot, 1))
    trade.bought(two, (pot, 2))
    wanted = {one.id: Spending(1, 5000), two.id: Spending(1, 10_000), nobody.id: Spending()}

    with trade.read() as session, counted(trade.database) as sent:
        assert spending_of(session, list(wanted)) == wanted
    assert len([text for text in sent if not text.startswith("BEGIN")]) == 1


def test_asking_about_nobody_or_nothing_asks_the_database_nothing(trade):
    buyer = trade.buyer()
    with trade.read() as session, counted(trade.database) as sent:
        assert spending_of(session, []) == {}
        assert not has_bought(session, buyer.id, [])
    assert sent == []
    with trade.read() as session:
        assert not has_bought(session, buyer.id, [new_id()])


def test_sales_of_a_time_are_what_was_paid_in_it_and_kept(trade):
    buyer, looker, pot = trade.buyer(), trade.buyer(), trade.ware(5000)
    trade.bought(buyer, (pot, 1))
    trade.place(looker, (pot, 1))
    at = now()
    with trade.read() as session:
        hour, minute = timedelta(hours=1), timedelta(minutes=1)
        paid, count = sales_between(session, at - hour, at + minute)
        assert (paid, count) == (6000, 1)  # freight is in it
        assert sales_between(session, at - 2 * hour, at - hour) == (0, 0)
        assert [*session.scalars(buyer_ids())] == [buyer.id]
        assert [*session.scalars(buyer_ids(at - hour, at + minute))] == [buyer.id]
        assert [*session.scalars(buyer_ids(at + minute))] == []
        assert [*session.scalars(buyer_ids(until=at - hour))] == []
