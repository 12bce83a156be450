"""Changing prices: one act at a time, written down, refused when somebody was quicker."""

import pytest

from core.api.errors import InvalidInput, Rejected
from plugins.member_pricing.rules import ALL, RETURNING, Terms, read_price
from plugins.member_pricing.services import bulk, editing, history, lines, listing


@pytest.fixture
def pot(make_product):
    return make_product("茶壶", skus=[("S", 10_000, 5), ("L", 20_000, 5)], cost_fen=8_000)


def undo(shop, act_id):
    with shop.database.write() as session:
        return history.undo(session, act_id, actor="staff:test")


def test_a_later_writer_is_refused_even_when_the_price_was_gone_in_between(prices, pot):
    prices.set(pot, "all", "90", version=0)
    (kept,) = prices.of(pot).values()
    prices.set(pot, "all", "")
    prices.set(pot, "all", "85")

    change = prices.change(pot, "all", "80", version=kept.version)
    with pytest.raises(editing.PricesMoved) as refused:
        prices.save(change, prices.change(pot, "gold", "70"))
    ((moved, now),) = refused.value.moved
    assert (moved, now.terms) == (change, Terms(read_price("85")))
    assert len(prices.of(pot)) == 1, "nothing of it was written"


def test_what_changes_nothing_is_no_act(prices, pot):
    assert prices.set(pot, "all", "90").count == 1
    assert prices.set(pot, "all", "90") == editing.Done(None, 0)
    assert prices.set(pot, "gold", "") == editing.Done(None, 0)


def test_an_act_is_taken_back_once_and_only_as_far_as_nobody_changed_it_since(prices, pot, shop):
    prices.set(pot, "all", "95")
    act = prices.save(prices.change(pot, "all", "90"), prices.change(pot, "gold", "80")).act_id
    prices.set(pot, "gold", "70")

    assert undo(shop, act).count == 1
    assert {key[1]: kept.terms for key, kept in prices.of(pot).items()} == {
        "all": Terms(read_price("95")),
        prices.audience("gold").key: Terms(read_price("70")),
    }
    with pytest.raises(Rejected):
        undo(shop, act)


def test_many_products_are_looked_at_before_they_change(prices, pot, make_product, shop):
    cup = make_product("茶杯", skus=[("CUP", 3_000, 5)])
    prices.set(pot, "all", "150", sku="L")
    prices.set(cup, "all", "95折")
    many = bulk.Many((ALL, RETURNING), Terms(read_price("95折")), takes_own=False)

    with shop.database.read() as session:
        told = bulk.forecast(session, [pot.id, cup.id], many)
        dear = bulk.Many((ALL,), Terms(read_price("70")), takes_own=True)
        faulty = bulk.forecast(session, [pot.id, cup.id], dear)
    assert (told.new, told.replaced, told.removed, told.own_left) == (3, 0, 0, 1)
    assert (faulty.new, faulty.replaced, faulty.removed) == (1, 1, 1)
    assert faulty.faulty == {"below_cost": 1, "not_lower": 1}


def test_products_are_found_by_what_is_known_of_their_prices(prices, pot, make_product, shop):
    cup = make_product("茶杯", skus=[("CUP", 3_000, 5)])
    prices.set(pot, "all", "70")
    prices.set(cup, "gold", "-5%")
    prices.leave_out(cup)

    def found(session, selection):
        return set(session.scalars(selection))

    with shop.database.read() as session:
        assert found(session, listing.with_price()) == {pot.id, cup.id}
        assert found(session, listing.with_price(ALL)) == {pot.id}
        assert found(session, listing.warned(session, limit=9)) == {pot.id}
        assert found(session, listing.all_left_out()) == {cup.id}
        assert listing.coverage(session) == {"all": 1, prices.audience("gold").key: 1}
        assert [column.tier.rank for column in listing.columns(session)[2:]] == [1, 2, 3]


def test_lines_name_skus_by_code_and_products_by_address(prices, pot, shop):
    prices.set(pot, "all", "90", sku="S")
    text = "L,all,150\nS,all,\nnowhere,all,1\nS,vip,1\nS,returning,1,2026-13-01\nL,all,1"

    with shop.database.read() as session:
        table = lines.read_table(session, text, {"all": ALL, "returning": RETURNING}, "UTC", {})
        with pytest.raises(InvalidInput, match="no table"):
            lines.read_table(session, f"S,all,{'9' * 200_000}", {"all": ALL}, "UTC", {})
    assert [(line.number, line.kind) for line in table.good] == [(1, "new"), (2, "removed")]
    assert [line.number for line in table.bad] == [3, 4, 5, 6]
    assert table.left == "nowhere,all,1\nS,vip,1\nS,returning,1,2026-13-01\nL,all,1"
