import re
from dataclasses import replace

import pytest

from core.api.db import new_id
from plugins.distribution.rules import Base, Campaign, Grade, RateKind, Scope, SelfPurchase
from plugins.distribution.services.programmes import current, publish
from plugins.distribution.tests.conftest import STAFF
from plugins.distribution.tests.plan_pages import DEFAULT, PLAN, Editor


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


@pytest.fixture
def editor(shop, merchant):
    return Editor(shop, merchant)


@pytest.fixture
def gold(shop):
    """A grade of the programme in force."""
    grade = Grade(new_id(), "金牌", 1)
    with shop.database.write() as session:
        before = current(session)
        publish(
            session,
            replace(before, grades=(grade,)),
            actor=STAFF,
            actor_name="店主",
            acknowledged=False,
        )
    return grade


def audited(merchant, language="en"):
    return merchant.get(f"/admin/audit?lang={language}").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages_before_and_after_a_version(shop, merchant, language):
    editor = Editor(shop, merchant, language)
    for _ in range(2):
        plan = editor.make(f"方案{editor.programme.version}")
        for path in (
            "", "/settings", "/publish", "/calculator", "/versions", "/notices",
            DEFAULT, f"{DEFAULT}/goods", plan, f"{plan}/goods",
        ):  # fmt: skip
            page = editor.get(path)
            assert (path, page.status_code) == (path, 200)
            assert "%(" not in page.text
        assert editor.publish().status_code == 303
    assert editor.get("/versions/1").status_code == 200
    assert editor.get("/versions/9").status_code == 404
    assert editor.get("/plans/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rate-all-1": "120"}, "rate-all-1"),
        ({"rate-all-2": "x"}, "rate-all-2"),
        ({"rate-kind": "fixed", "rate-all-1": "200000"}, "rate-all-1"),
        ({"pool": "0"}, "pool"),
        ({"pool": ""}, "pool"),
        ({"name": "长" * 41}, "name"),
        ({"base": "guess"}, None),
        ({"campaign": "own"}, "campaign-all-1"),
    ],
)
@pytest.mark.parametrize(("language", "typed"), [("en", "6.66"), ("zh", "7.77")])
def test_wrong_plans_are_refused_at_their_field_and_nothing_typed_is_lost(
    shop, merchant, change, field, language, typed
):
    editor = Editor(shop, merchant, language)
    other = "rate-all-2" if field != "rate-all-2" else "rate-all-1"
    page = editor.post(DEFAULT, do="save", **{**PLAN, other: typed, **change})

    assert page.status_code == 422
    assert 'class="error"' in page.text
    assert f'value="{typed}"' in page.text
    if field:
        tag = page.text.split(f'name="{field}"')[1].split(">")[0]
        assert 'aria-invalid="true"' in page.text.split(f'name="{field}"')[0].split("<")[-1] + tag
    assert editor.programme.version == 0


def test_errors_are_told_in_the_language_of_the_page(shop, merchant):
    for language, sentence in {"en": "A rate is from 0", "zh": "比例"}.items():
        page = Editor(shop, merchant, language).post(DEFAULT, **{**PLAN, "rate-all-1": "120"})
        assert sentence in page.text.split('class="error"')[1][:400]


def test_full_width_numbers_are_read_as_chinese_keyboards_write_them(editor):
    editor.save(**{"rate-all-1": "１２．５％"})
    assert editor.draft.default_plan.rate.levels[0] == 1250


def test_yuan_a_piece_are_kept_as_fen(editor):
    editor.save(**{"rate-kind": "fixed", "rate-all-1": "￥5", "rate-all-2": "2.50"})
    rate = editor.draft.default_plan.rate
    assert (rate.kind, rate.levels) == (RateKind.FIXED, (500, 250, 0))


def test_a_grade_gets_rates_of_its_own_and_an_empty_field_is_what_everybody_gets(editor, gold):
    editor.save(**{f"rate-{gold.id}-1": "15", f"rate-{gold.id}-2": ""})
    assert editor.draft.default_plan.rate.by_grade == {gold.id: (1500, 600, 0)}

    editor.save(**{f"rate-{gold.id}-1": "", f"rate-{gold.id}-2": ""})
    assert editor.draft.default_plan.rate.by_grade == {}


def test_rates_of_levels_that_are_not_paid_stay_as_they_were(editor):
    editor.settle(depth="3")
    editor.save(**{"rate-all-3": "2"})
    editor.settle(depth="1")
    assert "not paid now" in editor.get(DEFAULT).text
    editor.post(DEFAULT, do="save", **{k: v for k, v in PLAN.items() if k != "rate-all-2"})
    assert editor.draft.default_plan.rate.levels == (1200, 600, 200)


def test_promotions_are_paid_at_rates_of_their_own(editor):
    editor.save(campaign="own", **{"campaign-kind": "bps", "campaign-all-1": "3"})
    plan = editor.draft.default_plan
    assert (plan.campaign, plan.campaign_rate.levels) == (Campaign.OWN, (300, 0, 0))
    assert plan.base == Base.PAID


def test_a_plan_is_made_copied_and_removed_again(editor, make_product):
    product = make_product("茶")
    plan = editor.make("春茶", copy=DEFAULT.removeprefix("/plans/"))
    editor.post(f"{plan}/goods", do="add", pick=f"product:{product.id}", treatment="plan")
    assert [each.name for each in editor.draft.plans] == ["", "春茶"]
    assert editor.draft.plans[1].rate == editor.draft.default_plan.rate
    assert editor.draft.find(None, product.id, (), False).plan.name == "春茶"

    page = editor.get().text
    assert "falls to the default plan, at 10% / 5%" in page
    assert "1 product" in page
    assert editor.post(f"{plan}/remove").status_code == 303

    assert [each.name for each in editor.draft.plans] == [""]
    assert editor.draft.find(None, product.id, (), False).scope == Scope.PLAN


def test_the_default_plan_cannot_be_removed(editor):
    editor.make("春茶")
    editor.post(f"{DEFAULT}/remove")
    assert len(editor.draft.plans) == 2
    assert f'action="/admin/x/distribution/plan{DEFAULT}/remove"' not in editor.get().text


@pytest.mark.parametrize("name", ["", "长" * 41, "春茶", "Default plan"])
def test_a_plan_needs_a_name_of_its_own(editor, name):
    plan = editor.make("春茶")
    answer = editor.post("", name=name, copy=plan.removeprefix("/plans/"))
    assert answer.status_code == 422
    assert 'id="new-name-error"' in answer.text
    assert f'value="{plan.removeprefix("/plans/")}" selected' in answer.text
    assert len(editor.draft.plans) == 2


def test_no_plan_is_called_as_the_default_one_is_while_that_has_no_name(editor):
    plan = editor.make("春茶")
    answer = editor.post(plan, do="save", **{**PLAN, "name": "Default plan"})
    assert answer.status_code == 422
    assert "Another plan has this name." in answer.text


@pytest.mark.parametrize(
    ("language", "optional", "told"),
    [("en", "optional", "This field is required."), ("zh", "选填", "此项必填")],
)
def test_who_lets_members_join_by_spending_must_say_how_much(editor, language, optional, told):
    form = {"depth": "2", "joining_orders": "0", "self_purchase": "off", "do": "save"}
    editor.language = language
    page = editor.post("/settings", joining="spend", **form)

    field = page.text.partition('class="only-spend"')[2].partition('class="only-orders"')[0]
    assert page.status_code == 422
    assert told in field.partition('id="joining_spend-error"')[2]
    assert optional not in field
    assert editor.post("/settings", joining="open", **form).status_code == 303


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"joining": "spend"}, "joining_spend"),
        ({"joining": "orders"}, "joining_orders"),
        ({"joining": "spend", "joining_spend": "-1"}, "joining_spend"),
        ({"depth": "4"}, None),
        ({"joining": "purchase"}, "products"),
        ({"self_purchase": "twice"}, None),
    ],
)
def test_settings_that_contradict_themselves_are_refused(editor, change, field):
    form = {"depth": "2", "joining_orders": "0", "joining": "open", "self_purchase": "off"}
    page = editor.post("/settings", do="save", **{**form, **change})
    assert page.status_code == 422
    assert ('class="error"' in page.text) or ('class="note bad"' in page.text)
    if field:
        assert f'id="{field}-error"' in page.text


def test_joining_by_purchase_names_products_that_were_searched(editor, make_product):
    product = make_product("开店礼包")
    form = {"depth": "2", "joining": "purchase", "joining_orders": "0", "self_purchase": "off"}
    page = editor.post("/settings", do="find", query="开店", **form).text
    assert f'value="product:{product.id}"' in page
    bare = editor.post("/settings", do="save", **form).text
    assert re.search(r'name="query"[^>]*aria-invalid="true"', bare)

    assert editor.settle(joining="purchase", product=f"product:{product.id}")
    assert editor.draft.joining_products == (product.id,)
    assert "开店礼包" in editor.get("/publish").text


def test_each_way_of_own_purchase_is_explained_and_kept(editor):
    page = editor.get("/settings").text
    for mode in SelfPurchase:
        assert f'value="{mode}"' in page
        if mode != SelfPurchase.OFF:  # which is what holds already
            editor.settle(self_purchase=str(mode))
            assert editor.draft.self_purchase == mode
    for sentence in ("uplines move down one level", "comes off the price at once"):
        assert sentence in page


def test_the_editor_works_with_what_is_typed_and_keeps_nothing(editor):
    typed = {**PLAN, "rate-all-1": "20", "rate-all-2": "10", "pool": "10"}
    basket = {"c-0-pieces": "1", "c-0-price": "1000", "u-1": "active", "u-2": "active"}
    page = editor.post(DEFAULT, do="calculate", **typed, **basket)

    assert page.status_code == 200
    for text in ("¥66.67", "¥33.33", "The limit of 10% cuts ¥200.00 off.", "¥900"):
        assert text in page.text
    assert "You see your draft" not in editor.get().text


def test_staff_who_may_only_look_find_no_button_to_change(shop, programme, make_staff, sign_in):
    clerk = Editor(shop, sign_in(make_staff("finance"), "staff"))
    for path in ("", "/settings", DEFAULT):
        assert clerk.post(path, **PLAN).status_code == 403


def test_a_sku_is_taken_into_the_calculator_without_keeping_the_plan(editor, maker):
    maker.product("山岚侧把壶", skus=[("POT-A", 26_800, 5), ("POT-B", 29_800, 5)])
    basket = {"c-0-pieces": "1", "c-0-sku": "山岚", "u-1": "active", "use": "0:POT-B"}
    page = editor.post(DEFAULT, **PLAN, **basket)

    assert page.status_code == 200
    assert "¥35.76" in page.text  # 12 % of 298
    assert "You see your draft" not in editor.get().text


def test_the_calculator_shows_no_old_figures_for_rates_that_cannot_be_read(editor):
    basket = {"c-0-pieces": "1", "c-0-price": "1000", "u-1": "active"}
    page = editor.post(DEFAULT, do="calculate", **{**PLAN, "rate-all-1": "x"}, **basket).text
    result = page.split('data-part="result"')[1].split("</section>")[0]

    assert "It cannot be worked out yet" in result
    assert "Give a percentage" in result
    assert "You keep" not in result

    page = editor.post(DEFAULT, do="calculate", **PLAN, **{**basket, "c-0-pieces": "x"}).text
    result = page.split('data-part="result"')[1].split("</section>")[0]
    assert "Any product: Give a whole number from 1 to 9999." in result
    assert "Put something in the basket." not in result
