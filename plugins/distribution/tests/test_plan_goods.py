import io

import pytest

from core.api.catalog import skus_coded
from plugins.distribution.rules import RateKind, Scope, Treatment
from plugins.distribution.tests.plan_pages import DEFAULT, OWN, ROOT, Editor


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


@pytest.fixture
def editor(shop, make_staff, sign_in):
    return Editor(shop, sign_in(make_staff(name="店主"), "staff"))


@pytest.fixture
def skus(shop, maker):
    """Ids of a product's two SKUs and another one's, by code."""
    maker.product("山岚侧把壶", skus=[("POT-A", 26_800, 5), ("POT-B", 29_800, 5)])
    maker.product("茶巾", skus=[("TOWEL", 1_900, 5)])
    with shop.database.read() as session:
        found = skus_coded(session, ["POT-A", "POT-B", "TOWEL"])
    return {sku.code: sku for sku in found}


def rules(programme, place=1):
    plan = programme.plans[place]
    return {rule.target_id: rule for rule in plan.rules}


def test_a_search_finds_products_and_the_skus_of_those_that_have_several(editor, skus):
    plan = editor.make()
    page = editor.get(f"{plan}/goods", q="山岚").text

    product_id = skus["POT-A"].product_id
    for key in (f"product:{product_id}", f"sku:{skus['POT-A'].id}", f"sku:{skus['POT-B'].id}"):
        assert f'value="{key}"' in page
    assert "TOWEL" not in page.split('class="hits"')[1].split("</ul>")[0]


def test_what_is_ticked_belongs_to_the_plan_at_rates_of_its_own(editor, skus):
    plan = editor.make()
    key = f"sku:{skus['POT-A'].id}"
    editor.post(
        f"{plan}/goods", do="add", pick=key, treatment="own",
        **{"own-kind": "fixed", "own-all-1": "8", "own-all-2": "3"},
    )  # fmt: skip

    (rule,) = editor.draft.plans[1].rules
    assert (rule.scope, rule.treatment) == (Scope.SKU, Treatment.OWN)
    assert (rule.rate.kind, rule.rate.levels) == (RateKind.FIXED, (800, 300, 0))
    assert "¥8.00 / ¥3.00 a piece" in editor.get(f"{plan}/goods").text


@pytest.mark.parametrize("typed", ["", "120", "x"])
def test_rates_of_its_own_that_are_none_are_refused_at_their_field(editor, skus, typed):
    plan = editor.make()
    key = f"sku:{skus['POT-A'].id}"
    answer = editor.browser.post(
        f"{ROOT}{plan}/goods?q=山岚", headers=OWN,
        data={"do": "add", "pick": key, "treatment": "own", "own-kind": "bps", "own-all-1": typed},
    )  # fmt: skip
    assert answer.status_code == 422
    assert f'value="{key}" checked' in answer.text
    assert editor.draft.plans[1].rules == ()


def test_moving_from_another_plan_is_asked_first(editor, skus):
    first, second = editor.make("春茶"), editor.make("秋茶")
    key = f"product:{skus['TOWEL'].product_id}"
    editor.post(f"{first}/goods", do="add", pick=key, treatment="none")

    asked = editor.post(f"{second}/goods", do="add", pick=key, treatment="plan")
    assert asked.status_code == 409
    assert "belongs to another plan already. Move it here?" in asked.text
    assert "春茶" in asked.text
    assert [len(plan.rules) for plan in editor.draft.plans] == [0, 1, 0]

    editor.post(f"{second}/goods", do="move", pick=key, treatment="plan")
    assert [len(plan.rules) for plan in editor.draft.plans] == [0, 0, 1]
    assert "moved from" not in editor.get("/publish").text  # nothing in force had it
    editor.publish()
    editor.post(f"{first}/goods", do="move", pick=key, treatment="plan")
    assert "moved from “秋茶”" in editor.get("/publish").text


def test_one_thing_is_paid_otherwise_and_taken_out_again(editor, skus):
    plan, key = editor.make(), f"product:{skus['TOWEL'].product_id}"
    editor.post(f"{plan}/goods", do="add", pick=key, treatment="plan")
    place = f"{plan}/goods/{key}"
    assert editor.get(place).status_code == 200

    refused = editor.post(place, treatment="own", **{"own-kind": "bps", "own-all-1": "101"})
    assert refused.status_code == 422
    assert 'value="101"' in refused.text
    editor.post(place, treatment="own", **{"own-kind": "bps", "own-all-1": "7"})
    assert editor.draft.plans[1].rules[0].rate.levels == (700, 0, 0)
    editor.post(f"{plan}/goods", do="none", pick=key)
    assert editor.draft.plans[1].rules[0].treatment == Treatment.NONE
    editor.post(place, do="remove")
    assert editor.draft.plans[1].rules == ()
    assert editor.get(place).status_code == 404


@pytest.mark.parametrize("pick", ["", "sku:nonsense", "plan:0", "campaign:0"])
def test_nonsense_is_not_added(editor, pick):
    plan = editor.make()
    assert editor.post(f"{plan}/goods", do="add", pick=pick).status_code == 422


def test_pasted_codes_are_taken_and_lines_that_are_none_are_explained(editor, skus):
    plan = editor.make()
    text = "SKU,level 1\nPOT-A\nPOT-B，12，6\nNOWHERE\nTOWEL,none\nTOWEL,5\nPOT-A,200"
    answer = editor.post(f"{plan}/paste", codes=text)

    assert answer.status_code == 422
    page = answer.text
    for number, reason in (
        (4, "No SKU has this code."),
        (6, "This code stands here twice."),
        (7, "A rate is from 0 to 100 percent."),
    ):
        assert reason in page.split(f"Line {number}")[1].split("</tr>")[0]
    area = page.split("<textarea")[1].split("</textarea>")[0]
    assert "NOWHERE\nTOWEL,5\nPOT-A,200" in area
    assert "POT-B" not in area

    found = rules(editor.draft)
    assert found[skus["POT-A"].id].treatment == Treatment.PLAN
    assert found[skus["POT-B"].id].rate.levels == (1200, 600, 0)
    assert found[skus["TOWEL"].id].treatment == Treatment.NONE


def test_pasted_words_and_amounts_are_read_in_chinese_too(shop, editor, skus):
    chinese = Editor(shop, editor.browser, "zh")
    plan = editor.make()
    answer = chinese.post(f"{plan}/paste", codes="TOWEL，无\nPOT-A，￥５，￥2.5")
    assert answer.status_code == 303
    found = rules(editor.draft)
    assert found[skus["TOWEL"].id].treatment == Treatment.NONE
    assert found[skus["POT-A"].id].rate.kind == RateKind.FIXED
    assert found[skus["POT-A"].id].rate.levels == (500, 250, 0)


def test_pasting_does_not_take_from_another_plan_unless_asked(editor, skus):
    first, second = editor.make("春茶"), editor.make("秋茶")
    editor.post(f"{first}/paste", codes="POT-A")

    refused = editor.post(f"{second}/paste", codes="POT-A\nTOWEL")
    assert refused.status_code == 422
    assert "It belongs to “春茶”" in refused.text
    assert [len(plan.rules) for plan in editor.draft.plans] == [0, 1, 1]
    editor.post(f"{second}/paste", codes="POT-A", moves="1")
    assert [len(plan.rules) for plan in editor.draft.plans] == [0, 0, 2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_file_is_taken_as_spreadsheets_write_it(editor, skus, encoding):
    plan = editor.make()
    data = "编码,比例\r\nTOWEL,4\r\n缺货,1\r\n".encode(encoding)
    answer = editor.browser.post(
        f"/admin/x/distribution/plan{plan}/paste?lang=zh",
        data={"codes": "", "file": (io.BytesIO(data), "a.csv")},
        headers=OWN,
    )
    assert answer.status_code == 422
    assert "缺货,1" in answer.text
    assert rules(editor.draft)[skus["TOWEL"].id].rate.levels == (400, 0, 0)


@pytest.mark.parametrize("codes", ["", " \n ", "A\n" * 5002])
def test_nothing_and_too_much_are_refused(editor, codes):
    plan = editor.make()
    assert editor.post(f"{plan}/paste", codes=codes).status_code == 422


def test_products_of_the_list_are_put_into_a_plan(editor, skus):
    plan = editor.make()
    product_id = skus["TOWEL"].product_id
    editor.browser.post(
        "/admin/products/act", data={"do": "distribution.into_plan", "pick": str(product_id)},
        headers=OWN,
    )  # fmt: skip
    page = editor.get().text
    assert "1 product was picked in the product list." in page
    assert "茶巾" in page

    editor.post("/picked", plan=plan.removeprefix("/plans/"))
    assert editor.draft.find(None, product_id, (), False).plan.name == "春茶"
    assert "was picked" not in editor.get().text


def test_products_of_the_list_are_left_out_of_commission(editor, skus):
    product_id = skus["TOWEL"].product_id
    editor.browser.post(
        "/admin/products/act", data={"do": "distribution.leave_out", "pick": str(product_id)},
        headers=OWN,
    )  # fmt: skip
    assert editor.draft.find(None, product_id, (), False).rate is None
    assert editor.programme.find(None, product_id, (), False).rate is not None


def test_a_product_shows_its_plan_and_what_is_paid_on_it(editor, skus):
    product_id = skus["POT-A"].product_id
    page = editor.browser.get(f"/admin/products/{product_id}?lang=en").text
    for text in ("Default plan", "10% / 5%", "¥26.80", "¥14.90"):
        assert text in page

    editor.post(f"{DEFAULT}/goods", do="add", pick=f"sku:{skus['POT-A'].id}", treatment="none")
    editor.publish()
    page = editor.browser.get(f"/admin/products/{product_id}?lang=en").text
    assert "¥26.80" not in page
    assert "¥29.80" in page
