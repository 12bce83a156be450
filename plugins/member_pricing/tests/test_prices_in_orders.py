"""What members pay: the same number wherever it is asked, and nothing for others."""

import time
from datetime import timedelta

import pytest

from core.api.clock import now

POT = [("POT", 26_800, 100)]


@pytest.fixture
def pot(make_product):
    return make_product("茶壶", skus=POT)


def test_a_tiers_price_is_paid_by_it_and_by_those_above_it(prices, pot, make_member, make_order):
    prices.set(pot, "silver", "-5%")
    totals = {}
    for tier in ("silver", "black", ""):
        member = make_member()
        if tier:
            prices.raise_to(member, tier)
        totals[tier] = make_order([("POT", 1, 0)], member=member).total_fen

    assert totals == {"silver": 25_460, "black": 25_460, "": 26_800}


def test_the_price_of_a_sku_counts_before_that_of_its_product(
    prices, make_product, make_member, make_order
):
    tea = make_product("茶", skus=[("S", 1000, 9), ("L", 20_000, 9)])
    prices.set(tea, "all", "-10%")
    prices.set(tea, "all", "199", sku="L")
    member = make_member()

    assert make_order([("S", 9, 0), ("L", 1, 0)], member=member).total_fen == 9 * 900 + 19_900


def test_of_several_audiences_the_cheapest_counts(prices, pot, make_member, make_order):
    prices.set(pot, "gold", "250")
    prices.set(pot, "silver", "240")
    member = make_member()
    prices.raise_to(member, "gold")

    assert make_order([("POT", 1, 0)], member=member).total_fen == 24_000


def test_a_returning_customer_has_paid_once_and_kept_it(
    prices, pot, make_member, make_order, maker
):
    prices.set(pot, "returning", "-20")
    member = make_member()
    make_order([("POT", 1, 0)], member=member, paid=False)
    first = make_order([("POT", 1, 0)], member=member)
    second = make_order([("POT", 1, 0)], member=member)
    assert (first.total_fen, second.total_fen) == (26_800, 24_800)

    maker.refund(first)
    maker.refund(second)
    assert make_order([("POT", 1, 0)], member=member).total_fen == 26_800


def test_a_refund_gives_back_what_was_paid_however_prices_changed_since(
    prices, pot, make_member, make_order, maker, outbox
):
    prices.set(pot, "all", "250")
    order = make_order([("POT", 3, 0)], member=make_member())
    prices.set(pot, "all", "100")

    maker.refund(order, {"POT": 1})
    (told,) = outbox.events("order_refunded")
    assert [line.amount_fen for line in told.lines] == [25_000]
    maker.check_books()


def test_a_price_counts_from_its_first_day_to_its_last(prices, pot, make_member, make_order, clock):
    start, end = now() + timedelta(days=1), now() + timedelta(days=2)
    prices.set(pot, "all", "250", starts=start, ends=end)
    member, paid = make_member(), []
    for _ in range(3):
        paid.append(make_order([("POT", 1, 0)], member=member).total_fen)
        clock.advance(days=1)

    assert paid == [26_800, 25_000, 26_800]


def test_a_product_that_is_left_out_costs_everybody_the_same(prices, pot, make_member, make_order):
    prices.set(pot, "all", "250")
    prices.leave_out(pot)

    assert make_order([("POT", 1, 0)], member=make_member()).total_fen == 26_800


def test_a_member_price_above_the_list_price_makes_nothing_dearer(
    prices, pot, make_member, make_order
):
    prices.set(pot, "all", "300")

    assert make_order([("POT", 1, 0)], member=make_member()).total_fen == 26_800


def test_the_order_keeps_whose_price_it_was(prices, pot, make_member, make_order, shop):
    from core.api.orders import order_detail

    prices.set(pot, "gold", "250")
    member = make_member()
    prices.raise_to(member, "gold")
    order = make_order([("POT", 2, 0)], member=member)

    with shop.database.read() as session:
        (step,) = [
            each
            for each in order_detail(session, order.order_no).trace
            if each.rule == "member_pricing.price"
        ]
    assert (step.stage, step.before_fen, step.after_fen) == ("member", 53_600, 50_000)
    assert (step.label, step.params["tier"]) == ("%(tier)s price", {"zh": "金卡", "en": "Gold"})


def test_pages_without_prices_ask_for_none_and_a_first_one_shows_a_second_later(
    prices, pot, make_product, make_member, shop, count_statements, monkeypatch
):
    from core.api.db import shared
    from plugins.member_pricing.services import priced
    from plugins.member_pricing.services.offers import offers_for

    cup, member = make_product("茶杯"), make_member()
    prices.set(cup, "all", "-5%")

    def shown(ware, **how):
        with getattr(shop.database, how.get("by", "read"))() as session:
            return bool(offers_for(session, member.id, [ware.id]).prices)

    assert (shown(cup), shown(pot)) == (True, False)
    with count_statements() as sent:
        assert not shown(pot)
    assert len(sent) == 0

    with shop.database.read() as session:
        known = dict(shared(session))
    prices.set(pot, "all", "-5%")
    assert shown(pot)  # where it was set it counts at once
    with shop.database.read() as session:
        shared(session).update(known)  # as in another process
    assert (shown(pot), shown(pot, by="write")) == (False, True)
    later = time.monotonic() + priced.KEPT_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert shown(pot)


def test_a_basket_is_priced_in_one_statement_and_guests_cost_none(
    prices, make_product, make_member, shop, count_statements
):
    from core.api.pricing import QuoteLine, QuoteRequest
    from plugins.member_pricing.services.offers import load

    wares = [make_product(skus=[(f"S{n}", 1000, 5)]) for n in range(5)]
    for ware in wares:
        prices.set(ware, "gold", "-5%")
    lines = tuple(
        QuoteLine(next(iter(ware.skus.values())), ware.id, None, 1, 1000) for ware in wares
    )
    member = make_member()
    prices.raise_to(member, "black")
    with shop.database.read() as session:
        with count_statements() as sent:
            offers = load(session, QuoteRequest(lines, member.id, now()))
            load(session, QuoteRequest(lines[:2], member.id, now()))
        assert len(sent) == 1
        assert (offers.person.rank, len(offers.prices)) == (3, 5)
        with count_statements() as sent:
            assert load(session, QuoteRequest(lines, None, now())) is None
        assert len(sent) == 0
