"""The calculator's numbers are those that placed and paid orders accrue."""

from dataclasses import replace

import pytest

from core.api.catalog import skus_coded
from core.api.db import new_id
from plugins.distribution.models import Distributor
from plugins.distribution.rules import (
    Base,
    Grade,
    Plan,
    Rate,
    RateKind,
    Rule,
    Scope,
    SelfPurchase,
    Treatment,
)
from plugins.distribution.rules.calculator import calculate
from plugins.distribution.rules.editing import put, with_plan
from plugins.distribution.services.calculating import Wanted, basket, find_chain
from plugins.distribution.services.programmes import current, publish
from plugins.distribution.tests.conftest import STAFF
from plugins.distribution.tests.plan_pages import Editor

WORTH = [("POT", 1, 26_803), ("CUP", 3, 4_999), ("SET", 2, 10_001)]


@pytest.fixture
def put_in_force(shop):
    def run(change):
        with shop.database.write() as session:
            return publish(
                session,
                change(current(session)),
                actor=STAFF,
                actor_name="店主",
                acknowledged=True,
            )

    return run


@pytest.fixture
def grade_members(shop):
    def run(*members, grade):
        with shop.database.write() as session:
            for member in members:
                session.get(Distributor, member.id).grade_id = grade.id

    return run


@pytest.fixture
def goods(maker):
    """A SKU for each line of ``WORTH``, with costs."""
    for code, _quantity, price in WORTH:
        maker.product(code, skus=[(code, price, 100)], cost_fen=price // 3)


def reckoned(shop, member, codes=WORTH):
    """(SKU's product, level, fen) of all commissions that the calculator expects."""
    with shop.database.read() as session:
        programme = current(session)
        found = find_chain(session, member.nickname, programme)
        skus = {sku.code: sku for sku in skus_coded(session, [code for code, *_ in codes])}
        wanted = [
            Wanted(skus[code], quantity, price, skus[code].cost_fen, False)
            for code, quantity, price in codes
        ]
        lines = basket(session, programme, wanted)
        outcomes = calculate(programme, lines, found.chain, found.buyer)
    return sorted(
        (str(line.sku.product_id), earned.level, earned.amount_fen)
        for line, outcome in zip(wanted, outcomes, strict=True)
        for earned in outcome.earned
        if earned.is_paid and earned.amount_fen
    ), outcomes


def accrued(programme, order):
    return sorted(
        (str(row.product_id), row.level, row.amount_fen) for row in programme.rows(order.id)
    )


def colourful(programme, shop, grade):
    """A programme with everything that decides: a grade, plans, a cut, fixed sums, an opt-out."""
    with shop.database.read() as session:
        skus = {sku.code: sku for sku in skus_coded(session, [code for code, *_ in WORTH])}
    first = replace(
        programme.default_plan,
        rate=Rate(RateKind.BPS, (1500, 700, 333), {grade.id: (2000, 900, 400)}),
        pool_bps=2000,
    )
    fixed = Plan(new_id(), "按件", Rate(RateKind.FIXED, (505, 203, 100)), 3000, Base.PROFIT)
    changed = replace(programme, grades=(grade,), plans=(first,))
    changed = with_plan(changed, fixed)
    return put(changed, fixed.id, [Rule(Scope.PRODUCT, skus["CUP"].product_id, Treatment.PLAN)])


@pytest.mark.parametrize("mode", list(SelfPurchase))
@pytest.mark.parametrize("buys", ["customer", "distributor"])
def test_the_calculator_says_what_a_paid_order_accrues(
    shop, programme, chain, goods, make_order, outbox, put_in_force, grade_members, mode, buys
):
    grade = Grade(new_id(), "金牌", 1)
    put_in_force(lambda before: replace(colourful(before, shop, grade), self_purchase=mode))
    if buys == "distributor":
        programme.name(chain.buyer)
    grade_members(chain.first, *([chain.buyer] if buys == "distributor" else []), grade=grade)
    expected, _outcomes = reckoned(shop, chain.buyer)

    order = make_order(WORTH, member=chain.buyer)
    outbox.drain()

    assert expected
    assert accrued(programme, order) == expected


@pytest.mark.parametrize("is_compressed", [False, True])
def test_gaps_in_the_chain_are_seen_as_accrual_sees_them(
    shop, programme, chain, goods, make_order, outbox, put_in_force, is_compressed
):
    put_in_force(lambda before: replace(before, is_compressed=is_compressed))
    programme.move(chain.second, "frozen", "刷单")
    expected, _outcomes = reckoned(shop, chain.buyer)

    order = make_order(WORTH, member=chain.buyer)
    outbox.drain()

    assert accrued(programme, order) == expected
    levels = {level for _product, level, _fen in expected}
    assert levels == ({1, 2} if is_compressed else {1, 3})


def test_an_opted_out_sku_pays_nothing_and_says_where_that_was_found(
    shop, programme, chain, goods, put_in_force
):
    with shop.database.read() as session:
        (pot,) = skus_coded(session, ["POT"])
    put_in_force(
        lambda before: put(
            before, before.default_plan.id, [Rule(Scope.SKU, pot.id, Treatment.NONE)]
        )
    )
    _expected, outcomes = reckoned(shop, chain.buyer)

    assert [each.found.scope for each in outcomes] == [Scope.SKU, Scope.PLAN, Scope.PLAN]
    assert (outcomes[0].earned, outcomes[0].paid_out_fen) == ((), 0)
    assert outcomes[0].kept_fen == 26_803 - 26_803 // 3


@pytest.fixture
def editor(shop, make_staff, sign_in):
    return Editor(shop, sign_in(make_staff(name="店主"), "staff"))


def test_the_page_takes_a_real_chain_and_shows_what_is_kept(editor, chain, goods):
    page = editor.get(
        "/calculator",
        **{"c-0-pieces": "2", "c-0-sku": "POT", "who": "买家", "do": "chain"},
    ).text

    for text in ("甲", "乙", "丙", "¥53.61", "¥26.80", "¥10.72"):
        assert text in page
    assert "¥266.25" in page  # 536.06 − 91.13 − 2 × 89.34


def test_a_name_that_nobody_or_several_have_is_told_at_its_field(editor, chain, make_member):
    make_member("买家")
    for who in ("买家", "无人"):
        page = editor.get("/calculator", **{"c-0-pieces": "1", "who": who, "do": "chain"}).text
        assert "Nobody, or more than one member" in page
        assert f'value="{who}"' in page


def test_a_product_is_found_by_its_name_and_asked_about_when_several_fit(editor, programme, maker):
    maker.product("山岚侧把壶", skus=[("POT-A", 26_800, 5), ("POT-B", 29_800, 5)])
    maker.product("茶巾", skus=[("TOWEL", 1_900, 5)])

    page = editor.get("/calculator", **{"c-0-pieces": "1", "c-0-sku": "茶巾", "u-1": "active"}).text
    assert 'value="TOWEL"' in page
    assert "¥1.90" in page

    page = editor.get("/calculator", **{"c-0-pieces": "1", "c-0-sku": "山岚"}).text
    assert "Which of these?" in page
    assert 'value="0:POT-B"' in page
    page = editor.get("/calculator", **{"c-0-pieces": "1", "use": "0:POT-B", "u-1": "active"}).text
    assert "¥29.80" in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [("pieces", "0"), ("pieces", "1.5"), ("price", "x"), ("price", "-1"), ("cost", "9" * 19)],
)
def test_what_cannot_be_read_is_told_at_its_field_and_kept(editor, field, typed):
    form = {"c-0-pieces": "1", "c-0-price": "10", "c-0-cost": "1", f"c-0-{field}": typed}
    page = editor.get("/calculator", **form).text
    assert f'id="c-0-{field}-error"' in page
    assert f'value="{typed}"' in page


def test_draft_and_version_in_force_are_told_apart(editor, programme):
    editor.save(**{"rate-all-1": "20"})
    form = {"c-0-pieces": "1", "c-0-price": "1000", "u-1": "active"}

    assert "¥200.00" in editor.get("/calculator", of="draft", **form).text
    assert "¥100.00" in editor.get("/calculator", of="force", **form).text


def test_a_loss_is_told(editor, programme):
    form = {"c-0-pieces": "1", "c-0-price": "100", "c-0-cost": "95", "u-1": "active"}
    assert "You would lose money" in editor.get("/calculator", **form).text


def test_an_instant_saving_comes_off_before_the_chain_earns(shop, editor, programme):
    editor.settle(self_purchase="saving", depth="2")
    page = editor.get(
        "/calculator",
        of="draft",
        **{"c-0-pieces": "1", "c-0-price": "100", "u-1": "active", "b": "active"},
    ).text
    for text in ("¥10.00", "¥90.00", "¥9.00"):
        assert text in page
