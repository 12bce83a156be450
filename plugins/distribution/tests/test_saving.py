"""Instant saving: a distributor's own order is cheaper by level 1, the same wherever it is read."""

import re
from dataclasses import replace

import pytest

from core.api.clock import now
from core.api.contributions import PriceRule
from core.api.db import new_id
from core.api.orders import order_detail
from core.api.pricing import Adjustment, QuoteLine, QuoteRequest, Stage
from plugins.distribution.models import Distributor
from plugins.distribution.rules import (
    Base,
    Campaign,
    Grade,
    Joining,
    Saver,
    Scope,
    SelfPurchase,
)
from plugins.distribution.services import programmes
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.saving import saver_of
from plugins.distribution.tests.programmes import bps, fixed, opt_out, own, plan, publish

POT = ("POT", 1, 26_800)


@pytest.fixture
def saving(shop, programme):
    """Own orders save."""
    publish(shop, self_purchase=SelfPurchase.SAVING)
    return programme


@pytest.fixture
def distributor(saving, chain):
    """The buyer of the chain is a distributor."""
    saving.name(chain.buyer)
    return chain.buyer


def pending(programme, *members):
    return [programme.money(each).pending for each in members]


def test_level_1_comes_off_and_the_uplines_earn_on_what_is_then_paid(
    saving, chain, distributor, make_order, outbox, maker
):
    order = make_order([POT], member=distributor)
    outbox.drain()

    assert order.total_fen == 26_800 - 2680
    assert pending(saving, *chain.uplines) == [2412, 1206, 482]
    assert saving.accounts(distributor) == {}
    assert {row.base_fen for row in saving.rows(order.id)} == {24_120}
    maker.check_books()


def test_members_who_are_no_distributors_pay_the_whole_price(saving, chain, make_order):
    assert make_order([POT], member=chain.buyer).total_fen == 26_800
    for state in (DistributorState.FROZEN, DistributorState.LEFT):
        saving.name(chain.second)
        saving.move(chain.second, state, "checked")
        assert make_order([POT], member=chain.second).total_fen == 26_800


@pytest.mark.parametrize("mode", [SelfPurchase.OFF, SelfPurchase.SHIFT, SelfPurchase.EXTRA])
def test_no_other_mode_touches_the_price(shop, programme, chain, make_order, mode):
    publish(shop, self_purchase=mode)
    programme.name(chain.buyer)

    assert make_order([POT], member=chain.buyer).total_fen == 26_800


def test_where_everyone_joins_everyone_saves(shop, saving, make_member, make_order):
    publish(shop, joining=Joining.EVERYONE)

    assert make_order([POT], member=make_member()).total_fen == 24_120


@pytest.mark.parametrize("later", [SelfPurchase.SHIFT, SelfPurchase.EXTRA])
def test_who_saved_gets_nothing_more_when_the_mode_changes_before_the_payment(
    shop, saving, chain, distributor, make_order, maker, outbox, later
):
    order = make_order([POT], member=distributor, paid=False)
    publish(shop, self_purchase=later)
    maker.pay(order)
    outbox.drain()

    assert saving.accounts(distributor) == {}
    assert pending(saving, *chain.uplines) == [2412, 1206, 482]


@pytest.mark.parametrize("meanwhile", [SelfPurchase.SHIFT, SelfPurchase.EXTRA])
def test_a_programme_published_between_the_quote_and_the_freeze_gives_no_second_benefit(
    shop, saving, chain, distributor, make_order, make_plugin, outbox, meanwhile
):
    """The check of a placement runs after it was quoted, before plugins freeze."""
    done = []

    def overtake(session, placement):
        """As another process would; a check itself may only read."""
        if placement.member_id == distributor.id and not done:
            session.connection().execution_options(banyan_reads=False)
            programmes.publish(
                session,
                replace(programmes.current(session), self_purchase=meanwhile),
                actor="staff:other",
                actor_name="另一位",
                acknowledged=True,
            )
            done.append(placement)

    make_plugin("probe", hooks={"check_place_order": overtake})
    order = make_order([POT], member=distributor)
    outbox.drain()

    assert done
    assert order.total_fen == 24_120
    assert saving.accounts(distributor) == {}
    assert pending(saving, *chain.uplines) == [2412, 1206, 482]


def test_each_line_saves_at_its_own_rate(
    shop, saving, distributor, make_product, make_order, maker
):
    """Fixed sums count by the piece, grades and profit as in the plan, and nothing is opted out."""
    grade = _grade(shop)
    products = {
        code: make_product(code, skus=[(code, 10_000, 50)], cost_fen=4000)
        for code in ("BASIC", "FIXED", "PROFIT", "NONE", "RANK")
    }
    publish(
        shop,
        plan("固定", fixed(700), own_rule(products["FIXED"], fixed(700))),
        plan("利润", bps(5000), own_rule(products["PROFIT"], bps(5000)), base=Base.PROFIT),
        plan("无", bps(1000), opt_out(Scope.PRODUCT, products["NONE"].id)),
        plan("等级", bps(1000), own_rule(products["RANK"], bps(1000, by_grade={grade: (2000,)}))),
    )
    _give_grade(shop, distributor, grade)

    order = make_order([(code, 2, 10_000) for code in products], member=distributor)

    with shop.database.read() as session:
        view = order_detail(session, order.order_no)
    saved = {line.sku_code: 20_000 - line.paid_fen for line in view.lines}
    assert saved == {
        "BASIC": 2000,  # 10 % of 200
        "FIXED": 1400,  # 7 yuan for each of 2 pieces
        "PROFIT": 6000,  # half of 200 less 80
        "NONE": 0,
        "RANK": 4000,  # 20 % for this grade
    }


def own_rule(product, rate):
    return own(Scope.PRODUCT, product.id, rate)


def _grade(shop):
    grade = Grade(id=new_id(), name="金牌", rank=1)
    publish(shop, grades=(grade,))
    return grade.id


def _give_grade(shop, member, grade_id):
    with shop.database.write() as session:
        session.get(Distributor, member.id).grade_id = grade_id


def test_lines_of_a_promotion_save_by_the_rule_of_campaigns(
    shop, saving, chain, distributor, make_plugin, make_order, outbox
):
    sale = PriceRule(
        "probe.sale", Stage.PROMOTION, lambda draft, _: [Adjustment(-1000, "Sale", line=0)]
    )
    make_plugin("probe", price_rules=[sale])
    publish(shop, default={"campaign": Campaign.EXCLUDED})
    assert make_order([("SALE", 1, 10_000)], member=distributor).total_fen == 9000 + 1000

    publish(shop, default={"campaign": Campaign.OWN, "campaign_rate": bps(500, 100)})
    order = make_order([("SALE", 1, 10_000)], member=distributor)
    outbox.drain()

    assert order.total_fen == 9000 - 450 + 1000  # 5 % of what the promotion left; freight
    assert [(row.base_fen, row.amount_fen) for row in saving.rows(order.id)] == [
        (8550, 428),
        (8550, 85),  # 85.5 ties with level 1's 427.5, which stands first
    ]


def test_a_coupon_comes_first_and_together_they_never_make_goods_free(
    shop, saving, distributor, make_plugin, make_order
):
    publish(shop, default={"rate": bps(6000), "pool_bps": 6000})
    half = PriceRule(
        "coupon.half", Stage.COUPON, lambda draft, _: [Adjustment(-draft.goods_fen // 2, "Half")]
    )
    make_plugin("coupon", price_rules=[half])

    assert make_order([("CUP", 2, 10_000)], member=distributor).total_fen == 4000 + 1000


def test_half_of_a_line_back_gives_half_of_what_was_paid_and_reverses_half_of_the_commissions(
    saving, chain, distributor, shop, make_order, maker, outbox
):
    order = make_order([("CUP", 4, 9999)], member=distributor)
    outbox.drain()
    assert order.total_fen == 39_996 - 4000
    assert pending(saving, *chain.uplines) == [3599, 1800, 720]

    maker.refund(order, {"CUP": 2})
    outbox.drain()
    with shop.database.read() as session:
        (line,) = order_detail(session, order.order_no).lines
    assert line.refunded_fen == 17_998
    assert pending(saving, *chain.uplines) == [1799, 900, 360]

    maker.refund(order)
    outbox.drain()
    with shop.database.read() as session:
        assert order_detail(session, order.order_no).refunded_fen == 35_996
    assert [saving.accounts(each) for each in chain.uplines] == [{}, {}, {}]
    maker.check_books()


def test_list_product_page_bag_and_order_say_the_same(
    saving, distributor, make_product, make_order, sign_in, client
):
    sku = make_product("茶壶", skus=[("POT", 26_800, 9)]).skus["POT"]
    path = "/p/" + client.get("/").text.partition('href="/p/')[2].partition('"')[0]
    browser = sign_in(distributor)

    assert "¥26.80" in re.search(r'dist-save">.*?</p>', browser.get("/search").text).group()
    page = browser.get(path).text
    assert "自购立省 -¥26.80" in page
    assert "¥241.20" in page
    own = {"Origin": "http://localhost"}
    browser.post("/cart/add", data={"sku": str(sku), "quantity": "1"}, headers=own)
    bag = browser.get("/cart").text
    assert "自购立省" in bag
    assert "241.20" in re.sub(r"<[^>]+>", "", bag)
    assert "241.20" in re.sub(r"<[^>]+>", "", browser.get("/checkout").text)

    order = make_order([POT], member=distributor)
    assert order.total_fen == 24_120
    page = re.sub(r"<[^>]+>", "", browser.get(f"/me/orders/{order.order_no}").text)
    assert "自购立省" in page
    assert "241.20" in page


def test_cards_reckon_a_share_of_the_profit_as_the_page_does(
    shop, saving, distributor, make_product, sign_in
):
    make_product("茶壶", skus=[("POT", 26_800, 9)], cost_fen=6000)
    publish(shop, default={"base": Base.PROFIT})

    card = sign_in(distributor).get("/search").text
    assert "¥20.80" in re.search(r'dist-save">.*?</p>', card).group()
    assert "247.20" in re.sub(r"<[^>]+>", "", card)


def test_guests_and_other_members_see_no_trace_of_it(saving, chain, make_product, sign_in, client):
    make_product("茶壶", skus=[("POT", 26_800, 9)])
    path = "/p/" + client.get("/").text.partition('href="/p/')[2].partition('"')[0]

    for browser in (client, sign_in(chain.buyer)):
        for page in (browser.get(path).text, browser.get("/search").text):
            assert "自购" not in page
            assert "241.20" not in page


def request_of(member_id):
    return QuoteRequest((QuoteLine(member_id, member_id, None, 1, 100),), member_id, now())


def test_the_price_costs_a_guest_no_statement_and_a_member_one(
    shop, saving, distributor, make_member, count_statements
):
    other = make_member()
    with shop.database.read() as session:
        saver_of(session, request_of(distributor.id))
    guest = QuoteRequest((), None, now())

    with shop.database.read() as session, count_statements() as sent:
        assert saver_of(session, guest) is None
        assert sent == []
    with shop.database.read() as session, count_statements() as sent:
        assert saver_of(session, request_of(other.id)) is None
        assert len(sent) == 1
    with shop.database.read() as session, count_statements() as sent:
        assert isinstance(saver_of(session, request_of(distributor.id)), Saver)
        assert isinstance(saver_of(session, request_of(distributor.id)), Saver)
        assert len(sent) == 1
