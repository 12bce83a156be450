import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.kernel.clock import now
from core.kernel.errors import Rejected
from core.kernel.ids import new_id
from core.kernel.marks import account_mark
from core.members.services import erase_blockers, erase_member, export_member
from core.orders.models import CartLine
from core.payouts import services as payouts
from core.payouts.models import Payout


def erase(trade, buyer):
    with trade.write() as session:
        erase_member(session, buyer.id)


def reasons(trade, buyer):
    with trade.read() as session:
        return [reason.code for reason in erase_blockers(session, buyer.id)]


def payout(trade, buyer, state):
    with trade.write() as session:
        session.execute(
            sa.insert(Payout).values(
                id=new_id(),
                payout_no=f"P{state}",
                member_id=buyer.id,
                request_key=state,
                requested_by=f"member:{buyer.id}",
                source_kind="wallet",
                channel="bank",
                amount_fen=100,
                net_fen=100,
                account={"name": "林山", "number": "6222"},
                state=state,
                requested_at=now(),
            )
        )


def test_a_member_with_an_order_on_its_way_is_not_forgotten(trade):
    buyer, ware = trade.buyer(), trade.ware()
    placed = trade.place(buyer, (ware, 1))
    assert reasons(trade, buyer) == ["orders.open"]
    trade.pay(placed)
    trade.ship(placed)
    with pytest.raises(Rejected) as refusal:
        erase(trade, buyer)
    assert "Orders that are not finished yet: 1." in str(refusal.value)
    trade.receive(placed, buyer)
    assert reasons(trade, buyer) == []


def test_a_wish_for_money_back_is_answered_first(trade):
    buyer, ware = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (ware, 2), until="received")
    wish = trade.ask(buyer, placed, (ware, 1))
    assert reasons(trade, buyer) == ["orders.open"]
    trade.refund(wish)
    assert reasons(trade, buyer) == []


def test_money_on_its_way_arrives_first(trade):
    buyer = trade.buyer()
    payout(trade, buyer, "paid")
    payout(trade, buyer, "rejected")
    assert reasons(trade, buyer) == []
    for state in ("requested", "approved", "paying", "waiting_for_recipient", "failed"):
        other = trade.buyer()
        payout(trade, other, state)
        assert reasons(trade, other) == ["payouts.open"]
    assert payouts.PayoutState.FAILED == "failed"


def test_orders_stay_for_the_books_without_the_person(trade):
    buyer, other, ware = trade.buyer(), trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (ware, 1), until="received")
    theirs = trade.bought(other, (ware, 1), until="received")
    trade.add(buyer, ware)
    payout(trade, buyer, "paid")
    erase(trade, buyer)

    order = trade.order(placed)
    assert order.total_fen == placed.total_fen
    assert (order.address.name, order.address.phone, order.address.detail) == ("", "", "")
    assert trade.order(theirs).address.name == "林山"
    with trade.read() as session:
        assert session.execute(sa.select(CartLine.sku_id)).all() == []
        assert session.execute(sa.select(Payout.account)).scalars().all() == [{}]
    trade.check_books()


def test_the_export_holds_orders_and_payouts(trade):
    buyer, ware = trade.buyer(), trade.ware()
    placed = trade.place(buyer, (ware, 2))
    trade.confirm(replace(trade.word(trade.attempt(placed)), payer="oUser-1"))
    payout(trade, buyer, "paid")
    with trade.read() as session:
        copy = json.loads(json.dumps(export_member(session, buyer.id)))
    (order,) = copy["orders"]
    assert order["order_no"] == placed.order_no
    assert order["payer_mark"] == account_mark("oUser-1")
    assert order["lines"] == [{"title": "青瓷茶壶", "quantity": 2, "paid_fen": 2 * ware.price_fen}]
    assert copy["payouts"][0]["account"]["number"] == "6222"
