import pytest

from plugins.distribution.services.programmes import NOTICE_VERSION, history
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


def audited(merchant, language="en"):
    return merchant.get(f"/admin/audit?lang={language}").text


def test_three_levels_need_the_tick_beside_the_legal_notice(shop, editor, merchant):
    editor.settle(depth="3")
    refused = editor.publish()
    assert refused.status_code == 422
    assert "Three levels need your confirmation" in refused.text
    assert "State Council Order No. 444" in refused.text
    assert 'value="秋季"' in refused.text
    assert editor.programme.version == 0

    assert editor.publish(acknowledged="y").status_code == 303
    assert editor.programme.depth == 3
    for language, field in (("en", "Acknowledged notice"), ("zh", "已确认的须知")):
        page = audited(merchant, language)
        assert f"{field}</th><td></td><td><ins>{NOTICE_VERSION}</ins>" in page
    record = editor.get("/notices").text
    for text in ("店主", NOTICE_VERSION, "Legal notice on three levels"):
        assert text in record
    assert "staff:" not in record

    # the same person is not asked again
    editor.save()
    assert "You have confirmed this notice" in editor.get("/publish").text
    assert editor.publish().status_code == 303


def test_another_person_has_to_confirm_for_themselves(shop, editor, make_staff, sign_in):
    editor.settle(depth="3")
    editor.publish(acknowledged="y")
    other = Editor(shop, sign_in(make_staff(name="副手"), "staff"))
    other.save()

    assert other.publish().status_code == 422
    assert other.programme.version == 1


def test_a_version_published_meanwhile_is_not_run_over(shop, editor, make_staff, sign_in):
    plan = editor.make("春茶")
    other = Editor(shop, sign_in(make_staff(name="副手"), "staff"))
    other.save()
    other.publish("另一人的")

    page = editor.get().text
    assert "Version 1 was published while you worked" in page
    assert editor.post(plan, do="save", **{**PLAN, "name": "春茶"}).status_code == 409
    stale = editor.post("/publish", summary="我的", seen_version="0")
    assert stale.status_code == 409
    assert editor.programme.version == 1

    assert editor.post("/draft", do="take_over").status_code == 303
    assert editor.publish("我的").status_code == 303
    assert [each.name for each in editor.programme.plans] == ["", "春茶"]
    assert editor.programme.default_plan.rate.levels[:2] == (1200, 600)
    with shop.database.read() as session:
        assert [each.summary for each in history(session)] == ["我的", "另一人的"]


def test_a_page_that_showed_an_older_version_cannot_publish(editor):
    editor.save()
    editor.publish("一")
    editor.save(**{"rate-all-1": "9"})
    assert editor.publish("二", seen_version="0").status_code == 409
    assert editor.programme.version == 1


def test_a_draft_is_thrown_away(editor):
    editor.save()
    editor.post("/draft", do="discard")
    assert "You see your draft" not in editor.get().text
    assert 'value="10"' in editor.get(DEFAULT).text


def test_drafts_of_two_people_are_apart(shop, editor, make_staff, sign_in):
    editor.save()
    other = Editor(shop, sign_in(make_staff(name="副手"), "staff"))
    assert "You see your draft" not in other.get().text


def test_an_old_version_is_seen_in_full_and_published_again_as_a_new_one(editor, make_product):
    product = make_product("茶")
    plan = editor.make("春茶")
    editor.post(f"{plan}/goods", do="add", pick=f"product:{product.id}", treatment="none")
    editor.publish("第一")
    editor.post(f"{plan}/remove")
    editor.publish("第二")

    page = editor.get("/versions/1").text
    for text in ("春茶", "茶", "No commission", "第一"):
        assert text in page
    assert editor.post("/versions/1").status_code == 303
    assert editor.publish("又一次").status_code == 303

    assert (editor.programme.version, editor.programme.plans[1].name) == (3, "春茶")


def test_publishing_shows_what_changes_before_it_asks(editor):
    editor.save(base="profit", campaign="excluded")
    editor.settle(self_purchase="shift", is_compressed="y")

    page = editor.get("/publish").text

    for text in ("10% / 5%", "12% / 6%", "30%", "25%", "What was paid less the cost"):
        assert text in page
    for text in ("No commission", "Level 1 themselves", "Close gaps in the chain"):
        assert text in page


def test_publishing_asks_for_a_summary(editor):
    editor.save()
    refused = editor.publish(summary="  ")
    assert refused.status_code == 422
    assert 'id="summary-error"' in refused.text
    assert editor.programme.version == 0


def test_nothing_is_published_that_changes_nothing(editor):
    editor.save(**{"rate-all-1": "10", "rate-all-2": "5", "pool": "30"})
    assert "Nothing differs" in editor.get("/publish").text
    assert editor.publish().status_code == 422
    assert editor.programme.version == 0


def test_what_is_saved_holds_for_orders_only_once_it_is_published(editor, merchant):
    editor.save()
    assert editor.programme.version == 0
    assert editor.draft.default_plan.rate.levels[:2] == (1200, 600)
    assert "You see your draft" in editor.get().text

    assert editor.publish("秋季比例").status_code == 303

    plan = editor.programme.default_plan
    assert (editor.programme.version, plan.rate.levels[:2], plan.pool_bps) == (1, (1200, 600), 2500)
    assert "You see your draft" not in editor.get().text
    assert "秋季比例" in editor.get("/versions").text
    assert "distribution.plan.publish" in audited(merchant)
    assert "秋季比例" in audited(merchant)
