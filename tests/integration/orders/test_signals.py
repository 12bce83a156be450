"""What a fraud check may compare: fingerprints of orders and of members."""

from dataclasses import fields, replace

import pytest
import sqlalchemy as sa

from core.api.members import MemberSignals, member_signals
from core.api.orders import order_signals
from core.kernel.ids import new_id
from core.members import services as members
from core.members.types import AddressForm
from core.payouts.models import Payout
from core.sharing import services as sharing
from tests.integration.orders.trading import counted


@pytest.fixture
def of_member(trade):
    def read(buyer):
        with trade.read() as session:
            return member_signals(session, [buyer.id])[buyer.id]

    return read


@pytest.fixture
def of_order(trade):
    def read(placed):
        with trade.read() as session:
            return order_signals(session, [placed.order_id])[placed.order_id]

    return read


def move(trade, buyer, detail, **more):
    """Give a buyer another address."""
    phone = more.get("phone", "13800000000")
    form = AddressForm("王五", phone, "浙江省", "杭州市", detail, "西湖区", is_default=True)
    with trade.write() as session:
        return members.add_address(session, buyer.id, form).id


def open_link(trade, sharer, visitor, member_id=None):
    with trade.write() as session:
        share = sharing.create_share(session, sharer.id, "store", "")
        sharing.record_visit(session, share.token, visitor=visitor, member_id=member_id)


def ask_for_payout(trade, buyer, account):
    """A payout row as a channel left it."""
    with trade.write() as session:
        session.execute(
            sa.insert(Payout).values(
                id=new_id(),
                payout_no=new_id().hex,
                member_id=buyer.id,
                request_key=new_id().hex,
                source_kind="wallet",
                channel="bank",
                amount_fen=1000,
                net_fen=1000,
                account=account,
                state="requested",
                requested_by=f"member:{buyer.id}",
                requested_at=sa.func.current_timestamp(),
            )
        )


def test_an_order_delivered_to_the_referrers_phone_shows(trade, of_member, of_order):
    referrer, other, buyer = trade.buyer(phone="+8613911112222"), trade.buyer(), trade.buyer()
    address_id = move(trade, buyer, "天目山路 5 号", phone="139 1111 2222")
    placed = trade.place(buyer, (trade.ware(), 1), address_id=address_id)

    assert of_order(placed).phones & of_member(referrer).phones
    assert not of_order(placed).phones & of_member(other).phones
    assert not of_order(placed).phones & of_member(buyer).phones


def test_an_order_to_the_referrers_home_shows_however_it_is_typed(trade, of_member, of_order):
    referrer, buyer = trade.buyer(), trade.buyer()
    move(trade, referrer, "文三路 ２０ 号 3-201")
    address_id = move(trade, buyer, "文三路20号3-201")
    placed = trade.place(buyer, (trade.ware(), 1), address_id=address_id)

    assert len(of_order(placed).addresses & of_member(referrer).addresses) == 1


def test_another_place_is_not_the_same(trade, of_member, of_order):
    referrer, buyer = trade.buyer(), trade.buyer()
    address_id = move(trade, buyer, "文三路 21 号")
    placed = trade.place(buyer, (trade.ware(), 1), address_id=address_id)

    assert of_order(placed).addresses
    assert not of_order(placed).addresses & of_member(referrer).addresses


def test_two_accounts_in_one_browser_show_by_its_cookie(trade, of_member, of_order):
    sharer, one, two, three = (trade.buyer() for _ in range(4))
    open_link(trade, sharer, "browser-1", one.id)
    open_link(trade, sharer, "browser-2", one.id)
    open_link(trade, sharer, "browser-3", three.id)
    with trade.write() as session:
        share = sharing.create_share(session, three.id, "store", "")
        sharing.record_visit(session, share.token, visitor="browser-1", member_id=two.id)
    placed = trade.place(two, (trade.ware(), 1))

    assert len(of_member(one).devices) == 2
    assert len(of_order(placed).devices & of_member(one).devices) == 1
    assert of_order(placed).devices == of_member(two).devices
    assert not of_order(placed).devices & of_member(three).devices


def test_two_accounts_signed_in_from_one_browser_show_by_address_and_browser(
    trade, of_member, of_order
):
    one, two, three, four = (trade.buyer() for _ in range(4))
    with trade.write() as session:
        for buyer, ip in ((one, "1.2.3.4"), (two, "1.2.3.4"), (three, "1.2.3.5"), (four, "")):
            members.open_session(session, "member", buyer.id, ip=ip, user_agent="Mobile Safari")
        members.open_session(session, "staff", new_id(), ip="1.2.3.4", user_agent="Firefox")
    placed = trade.place(two, (trade.ware(), 1))

    assert of_order(placed).browsers == of_member(one).browsers == of_member(two).browsers
    assert len(of_member(one).browsers) == 1
    assert not of_order(placed).browsers & of_member(three).browsers
    assert of_member(four).browsers == frozenset()


def test_two_members_who_are_paid_to_one_account_show_by_its_number(trade, of_member):
    one, two, three = trade.buyer(), trade.buyer(), trade.buyer()
    ask_for_payout(trade, one, {"name": "林山", "bank": "招商银行", "number": "6214 8300 1111"})
    ask_for_payout(trade, two, {"name": "王五", "bank": "招商银行", "card": "621483001111"})
    ask_for_payout(trade, three, {"name": "林山", "bank": "招商银行", "number": "6214830099999"})
    ask_for_payout(trade, three, {})

    assert of_member(one).accounts == of_member(two).accounts != frozenset()
    assert not of_member(one).accounts & of_member(three).accounts


def pay_from(trade, buyer, payer):
    placed = trade.place(buyer, (trade.ware(), 1))
    trade.confirm(replace(trade.word(trade.attempt(placed)), payer=payer))
    return placed


def test_two_who_pay_from_one_account_show_by_its_mark(trade, of_member, of_order):
    one, two, three = trade.buyer(), trade.buyer(), trade.buyer()
    first, second = pay_from(trade, one, "oUser-1"), pay_from(trade, two, "ouser 1")
    pay_from(trade, three, "oUser-2")
    untold = trade.bought(three, (trade.ware(), 1))

    assert of_order(first).payers == of_order(second).payers == of_member(two).payers
    assert len(of_member(one).payers) == 1
    assert not of_member(one).payers & of_member(three).payers
    assert of_order(untold).payers == frozenset()


def test_who_pays_from_the_account_that_another_is_paid_to_shows(trade, of_member, of_order):
    buyer, referrer = trade.buyer(), trade.buyer()
    ask_for_payout(trade, referrer, {"name": "林山", "account": "lin@example.com"})

    assert (
        of_order(pay_from(trade, buyer, "Lin@Example.com")).payers == of_member(referrer).accounts
    )


def test_money_that_does_not_fit_leaves_no_mark_of_who_paid(trade, of_member):
    buyer = trade.buyer()
    placed = trade.place(buyer, (trade.ware(), 1))
    trade.confirm(replace(trade.word(trade.attempt(placed), amount_fen=1), payer="oUser-1"))

    assert of_member(buyer).payers == frozenset()


def test_no_value_can_be_read_from_a_signal(trade, of_member, of_order):
    buyer = trade.buyer(phone="+8613911113333")
    open_link(trade, trade.buyer(), "browser-secret", buyer.id)
    ask_for_payout(trade, buyer, {"number": "621483001111"})
    shown = f"{of_member(buyer)} {of_order(trade.place(buyer, (trade.ware(), 1)))}"

    for secret in ("13911113333", "龙井路", "browser-secret", "621483001111"):
        assert secret not in shown


def test_signals_of_many_take_one_statement_each_and_leave_no_member_out(trade):
    buyers, pot = [trade.buyer() for _ in range(3)], trade.ware()
    placed = [trade.place(buyer, (pot, 1)) for buyer in buyers]
    nobody = new_id()

    with trade.read() as session, counted(trade.database) as sent:
        people = member_signals(session, [*(buyer.id for buyer in buyers), nobody])
        found = order_signals(session, [*(each.order_id for each in placed), nobody])
    assert len([text for text in sent if not text.startswith("BEGIN")]) == 2
    assert people[nobody] == MemberSignals(nobody)
    assert {each.order_id: buyer.id for each, buyer in zip(placed, buyers, strict=True)} == {
        order_id: signals.member_id for order_id, signals in found.items()
    }
    with trade.read() as session, counted(trade.database) as sent:
        assert member_signals(session, []) == {}
        assert order_signals(session, []) == {}
    assert sent == []


def test_nothing_is_compared_of_an_erased_receiver(trade, of_order, of_member):
    buyer = trade.buyer()
    placed = pay_from(trade, buyer, "oUser-1")
    trade.ship(placed)
    trade.receive(placed, buyer)
    with trade.write() as session:
        members.erase_member(session, buyer.id)

    signals = of_order(placed)
    assert signals.phones == signals.addresses == signals.payers == frozenset()
    assert of_member(buyer).payers == frozenset()


def test_every_kind_of_signal_has_its_source(trade):
    """A field of which no room says where it is kept would be empty for ever."""
    from core.members.services.signals import _READ

    assert {field.name for field in fields(MemberSignals)} - {"member_id"} == set(_READ)
