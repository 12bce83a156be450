from dataclasses import replace

import pytest

from core.api.db import new_id
from plugins.distribution.rules import (
    Base,
    Grade,
    Plan,
    Rate,
    RateKind,
    Rule,
    Scope,
    Treatment,
)
from plugins.distribution.services.explaining import explanations
from plugins.distribution.services.programmes import current, publish
from plugins.distribution.services.reports import commissions
from plugins.distribution.tests.conftest import STAFF
from plugins.distribution.views.explaining import level_words, plan_words, rate_words, why

POT = ("POT", 1, 26_800)


@pytest.fixture
def told(shop, app):
    """Each commission of an order with its explanation in English, by level."""

    def read(order):
        with shop.database.read() as session:
            found = commissions(session, order_id=order.id)
            explained = explanations(session, found)
        with app.test_request_context("/?lang=en"):
            return {row.level: dict(why(row, explained[row.id])) for row in found}

    return read


def publish_changed(shop, change):
    with shop.database.write() as session:
        programme = change(current(session))
        publish(session, programme, actor=STAFF, actor_name="店主", acknowledged=True)


def test_a_commission_names_base_rate_rule_plan_level_and_version(
    programme, chain, make_order, outbox, told
):
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    assert told(order)[2] == {
        "Paid for the line": "¥268.00",
        "Rate": "5% of ¥268.00",
        "Found by": "Rate of the whole plan",
        "Plan": "Default plan, programme version 1",
        "Level": "level 2",
        "Grade": "none",
        "Commission": "¥13.40",
    }


def test_it_stays_what_it_was_when_the_programme_changes(
    programme, chain, make_order, outbox, told
):
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    before = told(order)
    programme.publish(2000, 100)
    assert told(order) == before


def test_a_rule_of_a_product_with_a_fixed_sum_and_a_grade_is_named(
    programme, chain, shop, make_order, make_product, outbox, told
):
    cups = make_product("杯子", skus=[("CUP", 5000, 50)])
    gold = Grade(new_id(), "金牌", 1)
    plan = Plan(
        new_id(),
        "茶器",
        Rate(RateKind.BPS, (800, 0, 0)),
        pool_bps=5000,
        base=Base.PAID,
        rules=(
            Rule(
                Scope.PRODUCT,
                cups.id,
                Treatment.OWN,
                Rate(RateKind.FIXED, (300, 100, 0), {gold.id: (500, 200, 0)}),
            ),
        ),
    )
    publish_changed(shop, lambda old: replace(old, plans=(*old.plans, plan), grades=(gold,)))
    give_grade(shop, chain.first, gold.id)
    order = make_order([("CUP", 2, 5000)], member=chain.buyer)
    outbox.drain()

    found = told(order)
    assert found[1]["Rate"] == "¥5.00 × 2 pieces"
    assert found[1]["Found by"] == "Rule for this product"
    assert found[1]["Plan"] == "茶器, programme version 2"
    assert (found[1]["Grade"], found[2]["Grade"]) == ("金牌", "none")
    assert found[1]["Commission"] == "¥10.00"
    assert found[2]["Rate"] == "¥1.00 × 2 pieces"


def give_grade(shop, member, grade_id):
    from plugins.distribution.models import Distributor

    with shop.database.write() as session:
        session.get(Distributor, member.id).grade_id = grade_id


def test_what_the_pool_cut_says_so(programme, chain, make_order, outbox, told):
    programme.publish(2000, 2000, pool_bps=1000)
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    assert told(order)[1]["Rate"] == "20% of ¥268.00, cut to the plan’s limit"


def test_the_buyers_own_and_the_first_plan_have_words(
    shop, app, programme, chain, make_order, outbox
):
    make_order([POT], member=chain.buyer)
    outbox.drain()
    with shop.database.read() as session:
        (row, *_) = commissions(session)
        explanation = explanations(session, [row])[row.id]
    with app.test_request_context("/?lang=en"):
        assert level_words(0) == "purchase of your own"
        assert plan_words(replace(explanation, version=0)) == "the store’s first plan"
        assert rate_words(replace(row, rate_bps=1050)).startswith("10.5% of")


def test_many_are_explained_by_one_statement(
    programme, chain, shop, make_order, outbox, count_statements
):
    for number in range(3):
        make_order([(f"M{number}", 1, 1000)], member=chain.buyer)
        programme.publish(1000 + number, 500)
    outbox.drain()
    with shop.database.read() as session:
        found = commissions(session)
        explanations(session, found)
        with count_statements() as sent:
            assert len(explanations(session, found)) == len(found)
    assert len(sent) == 1
