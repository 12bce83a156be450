"""Shoppers are told when a parcel leaves: by phone or mail, in their language, once a parcel."""

import pytest
import sqlalchemy as sa

from core.members.models import Member
from core.messages.models import Message
from core.orders import services as orders
from core.settings.services import save_settings
from tests.integration.orders.trading import STAFF


@pytest.fixture
def told(trade):
    """Messages about parcels, oldest first: (kind, recipient, body)."""

    def read():
        with trade.read() as session:
            rows = session.execute(
                sa.select(Message.kind, Message.recipient, Message.body)
                .where(Message.template == "order.shipped")
                .order_by(Message.created_at, Message.id)
            )
            return [tuple(row) for row in rows]

    return read


def ship(trade, placed, number):
    with trade.write() as session:
        orders.ship(session, placed.order_no, carrier="顺丰速运", tracking_no=number, actor=STAFF)


def test_each_parcel_is_told_once_to_the_phone(trade, told):
    placed = trade.bought(trade.buyer(phone="+8613811112222"), (trade.ware(), 2))
    ship(trade, placed, "SF1")
    ship(trade, placed, "SF2")

    first, second = told()
    assert first[:2] == second[:2] == ("sms", "+8613811112222")
    assert f"你的订单 {placed.order_no} 已发货，顺丰速运，运单号 SF1。" in first[2]
    assert "SF2" in second[2]


def test_a_member_without_a_phone_gets_mail_in_their_language(trade, told):
    buyer = trade.buyer()
    with trade.write() as session:
        session.execute(
            sa.update(Member)
            .where(Member.id == buyer.id)
            .values(phone=None, email="zoe@example.com", locale="en")
        )
    placed = trade.bought(buyer, (trade.ware(), 1))
    ship(trade, placed, "SF1")

    ((kind, recipient, body),) = told()
    assert (kind, recipient) == ("email", "zoe@example.com")
    assert f"Your order {placed.order_no} was shipped by 顺丰速运, tracking number SF1." in body


def test_the_store_can_switch_the_notice_off(trade, told):
    with trade.write() as session:
        save_settings(session, {"tells_shipping": False})
    ship(trade, trade.bought(trade.buyer(), (trade.ware(), 1)), "SF1")

    assert told() == []
