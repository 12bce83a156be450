"""Whom prices are for, what they come to, which of several counts, and how they are typed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.errors import InvalidInput
from plugins.member_pricing.rules import (
    ALL,
    RETURNING,
    Audience,
    MemberPrice,
    Person,
    Price,
    PriceKind,
    Step,
    Terms,
    best_for,
    check_terms,
    includes,
    locked_for,
    price_text,
    read_price,
)

NOON = datetime(2026, 11, 29, 4, tzinfo=UTC)
POT, BIG = UUID(int=1), UUID(int=2)
SILVER, GOLD = Step(1, "银卡", "Silver"), Step(2, "金卡", "Gold")
TIERS = {SILVER: Audience.tier(UUID(int=11)), GOLD: Audience.tier(UUID(int=12))}


def priced(text, audience=ALL, *, sku=None, step=None, starts=None, ends=None):
    audience = TIERS[step] if step else audience
    return MemberPrice(POT, sku, audience, Terms(read_price(text), starts, ends), step)


def best(prices, person=Person(), list_fen=10_000, at=NOON):  # noqa: B008 (frozen)
    won = best_for(prices, person, BIG, POT, list_fen, at)
    return won.unit_fen if won else None


def locked(prices, person, list_fen=10_000, below_fen=10_000):
    found = locked_for(prices, person, BIG, POT, list_fen, NOON, below_fen=below_fen)
    return [(each.price.audience, each.unit_fen) for each in found]


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("254.6", Price(PriceKind.FIXED, 25_460)),
        ("¥1,254.60", Price(PriceKind.FIXED, 125_460)),
        ("-10", Price(PriceKind.LESS, 1000)),
        ("−¥10.5", Price(PriceKind.LESS, 1050)),
        ("5%", Price(PriceKind.BPS, 500)),
        ("- 5.25 %", Price(PriceKind.BPS, 525)),
        ("95折", Price(PriceKind.BPS, 500)),
        ("9.5折", Price(PriceKind.BPS, 500)),
        ("8 折", Price(PriceKind.BPS, 2000)),
        ("８８折", Price(PriceKind.BPS, 1200)),
        ("  ", None),
    ],
)
def test_prices_are_read_as_people_type_them(text, price):
    assert read_price(text) == price


@pytest.mark.parametrize(
    "text", ["cheap", "5 5", "0", "-0", "100%", "0%", "1.234", "--5", "1e400", "10折"]
)
def test_what_is_no_price_or_gives_goods_away_is_refused(text):
    with pytest.raises(InvalidInput):
        read_price(text)


@pytest.mark.parametrize("text", ["9" * 20, "-" + "9" * 20])
def test_an_amount_that_is_too_large_is_told_as_that(text):
    with pytest.raises(InvalidInput, match="too large"):
        read_price(text)


def test_a_discount_of_thousands_of_percent_is_told_as_that():
    with pytest.raises(InvalidInput, match="below 100"):
        read_price("1234%")


kinds = st.sampled_from(PriceKind)


@given(kinds, st.integers(1, 9_999))
def test_a_price_that_is_written_down_reads_the_same(kind, value):
    price = Price(kind, value)

    assert read_price(price_text(price)) == price


@given(kinds, st.integers(1, 9_999), st.integers(0, 10**7))
def test_no_reduction_makes_goods_free_or_dearer(kind, value, list_fen):
    unit_fen = Price(kind, value).unit_fen(list_fen)

    assert unit_fen >= min(list_fen, 1)
    if kind != PriceKind.FIXED:
        assert unit_fen <= list_fen


def test_half_a_fen_goes_to_the_reduction():
    assert Price(PriceKind.BPS, 500).unit_fen(10) == 9  # 0.5 fen off
    assert Price(PriceKind.BPS, 500).unit_fen(9) == 9  # 0.45 fen off


def test_a_window_has_to_be_open_sometime():
    day = timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        check_terms(Terms(Price(PriceKind.LESS, 1), NOON, NOON))

    assert refused.value.params["field"] == "until"
    check_terms(Terms(Price(PriceKind.LESS, 1), NOON, NOON + day))


def test_terms_come_back_from_the_history_as_they_were():
    terms = Terms(Price(PriceKind.BPS, 525), NOON, None)

    assert Terms.from_json(terms.to_json()) == terms


def test_guests_belong_to_nobody_and_tiers_include_those_above_them():
    guest = Person(rank=9, is_returning=True, is_member=False)
    gold = Person(rank=2)

    assert not any(includes(each, GOLD, guest) for each in (ALL, RETURNING, TIERS[GOLD]))
    assert includes(ALL, None, gold)
    assert includes(TIERS[SILVER], SILVER, gold)
    assert not includes(TIERS[GOLD], GOLD, Person(rank=1))
    assert not includes(RETURNING, None, gold)
    assert not includes(TIERS[GOLD], None, gold), "it left the ladder"


@pytest.mark.parametrize("key", ["", "tier", "tier:x", "all:" + str(POT), "segment:1"])
def test_nonsense_is_no_audience(key):
    assert Audience.of(key) is None


@pytest.mark.parametrize("audience", [ALL, RETURNING, TIERS[GOLD]])
def test_an_audience_is_known_by_its_key(audience):
    assert Audience.of(audience.key) == audience


def test_the_cheapest_audience_counts_and_of_equals_the_highest_is_told():
    prices = [priced("90"), priced("80", step=SILVER), priced("85", step=GOLD)]
    assert best(prices, Person(rank=2)) == 8000
    assert best(prices) == 9000

    same = [priced("80"), priced("80", step=SILVER), priced("80", step=GOLD)]
    won = best_for(same, Person(rank=2), BIG, POT, 10_000, NOON)
    assert won.price.step == GOLD


def test_a_skus_own_price_counts_even_where_its_products_is_lower():
    whole, own = priced("80", step=GOLD), priced("95", step=GOLD, sku=BIG)

    for prices in ([whole, own], [own, whole]):
        assert best(prices, Person(rank=2)) == 9500
    assert best([whole, priced("50", step=GOLD, sku=POT)], Person(rank=2)) == 8000


def test_a_skus_price_whose_window_is_closed_leaves_its_products():
    over = priced("95", step=GOLD, sku=BIG, ends=NOON)

    assert best([priced("80", step=GOLD), over], Person(rank=2)) == 8000
    assert best([priced("95", starts=NOON + timedelta(1))]) is None


def test_a_price_that_is_not_below_the_list_price_is_none():
    assert best([priced("100"), priced("120")]) is None


def test_others_prices_are_told_from_the_nearest_up_and_only_while_they_get_cheaper():
    prices = [priced("96"), priced("95", step=SILVER), priced("97", step=GOLD)]
    guest = Person(is_member=False)
    assert locked(prices, guest) == [(ALL, 9600), (TIERS[SILVER], 9500)]
    assert locked(prices, Person(), below_fen=9600) == [(TIERS[SILVER], 9500)]
    assert locked(prices, Person(rank=1), below_fen=9500) == []

    gone = MemberPrice(POT, None, Audience.tier(UUID(int=99)), Terms(read_price("1")))
    assert locked([gone], guest) == []
