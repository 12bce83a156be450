"""Applications, members named in bulk and grades, as the merchant works on them."""

import csv
import io
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from plugins.distribution.models import Distributor, GradeEvent
from plugins.distribution.rules import Condition, Grade, Joining, Measure
from plugins.distribution.services.distributors import DistributorState, apply, states_of
from plugins.distribution.services.programmes import current, history


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


ROOT = "/admin/x/distribution"
OWN = {"Origin": "http://localhost"}
SILVER, GOLD = UUID(int=1), UUID(int=2)
LADDER = (
    Grade(SILVER, "银牌", 1, True, (Condition(Measure.TEAM_SALES, 10_000),)),
    Grade(
        GOLD, "金牌", 2, False, (Condition(Measure.EARNED, 900), Condition(Measure.TEAM_HEADS, 4))
    ),
)


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


@pytest.fixture
def applied(shop, programme, make_member):
    def run(name, **more):
        member = make_member(name, **more)
        with shop.database.write() as session:
            apply(session, member.id, Joining.APPLICATION, real_name=f"{name}名", note="=想分享")
        return member

    return run


def post(browser, path, **form):
    return browser.post(f"{ROOT}{path}?lang=en", data=form, headers=OWN)


def read(browser, path, language="en"):
    page = browser.get(f"{ROOT}{path}{'&' if '?' in path else '?'}lang={language}")
    assert page.status_code == 200
    assert "%(" not in page.text
    return page.text


def states(shop, *members):
    with shop.database.read() as session:
        found = states_of(session, [each.id for each in members])
    return [found.get(each.id) for each in members]


def in_force(shop):
    with shop.database.read() as session:
        return current(session)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_queue_shows_what_staff_judges_by(merchant, applied, make_member, make_order, language):
    member = applied("申请人", referrer=make_member("引荐人"))
    make_order([("CUP", 2, 5000)], member=member)

    page = read(merchant, "/applications", language)
    for text in ("申请人名", "=想分享", "引荐人", "¥100.00"):
        assert text in page
    assert "申请人名" in read(merchant, "/applications?q=申请", language)
    assert "申请人名" in read(merchant, "/applications?q=人名", language)  # as they gave it
    assert "申请人名" not in read(merchant, "/applications?q=别人", language)
    assert "申请人名" not in read(merchant, "/applications?state=rejected", language)


def test_ticked_rows_are_judged_alone_and_told_one_by_one(shop, merchant, applied, programme):
    one, two, gone = applied("甲"), applied("乙"), applied("丙")
    programme.move(gone, DistributorState.ACTIVE)  # somebody else was faster
    picked = [str(each.id) for each in (one, gone, two)]

    assert post(merchant, "/applications", do="x", pick=picked).status_code == 404
    answer = post(merchant, "/applications", do="accept", pick=picked)
    assert answer.status_code == 200
    assert answer.text.count("accepted; they earn on new orders") == 2
    assert "This application no longer waits for an answer." in answer.text
    assert states(shop, one, two, gone) == ["active"] * 3
    assert "distribution.distributor.active" in merchant.get("/admin/audit?lang=en").text
    assert post(merchant, "/applications", do="accept", pick=picked).status_code == 409


def test_refusing_needs_a_reason_and_keeps_the_ticks(shop, merchant, applied):
    one, two = applied("甲"), applied("乙")
    bare = post(merchant, "/applications", do="refuse", pick=[str(one.id)])
    assert bare.status_code == 422
    assert bare.text.count(" checked") == 1
    long = post(merchant, "/applications", do="refuse", pick=[str(one.id)], reason="长" * 201)
    assert (long.status_code, long.text.count(" checked")) == (422, 1)
    assert "长" * 201 in long.text
    assert states(shop, one) == ["applied"]

    both = [str(one.id), str(two.id)]
    post(merchant, "/applications", do="refuse", pick=both, reason="资料不全")
    assert states(shop, one, two) == ["rejected", "rejected"]
    refused = read(merchant, "/applications?state=rejected")
    assert "资料不全" in refused
    assert "Waiting since" not in refused
    assert "Choose some rows first." in post(merchant, "/applications", do="accept").text


def test_applications_are_downloaded_without_formulas_and_audited(merchant, applied, make_order):
    member = applied("=cmd()")
    make_order([("CUP", 2, 5000)], member=member)

    answer = post(merchant, "/applications/export.csv")
    heads, row = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
    answer.close()  # it read while it went out
    shown = dict(zip(heads, row, strict=True))
    assert (shown["Member"], shown["What they wrote"]) == ("'=cmd()", "'=想分享")
    assert (shown["Orders kept"], shown["Spent and kept"]) == ("1", "100.00")
    assert merchant.get(f"{ROOT}/applications/export.csv").status_code == 405
    assert "distribution.applications.export" in merchant.get("/admin/audit?lang=en").text


def test_members_are_named_by_a_bulk_action_but_erased_ones_are_not(
    shop, programme, merchant, make_member
):
    one, two, erased = make_member("甲"), make_member("乙"), make_member("丙")
    assert "Name as distributors" in merchant.get("/admin/members?lang=en").text
    reason = {"erase-reason": "本人要求", "erase-is_sure": "y"}
    merchant.post(f"/admin/members/{erased.id}/erase", data=reason, headers=OWN)
    form = {"do": "distribution.name_members", "pick": [str(m.id) for m in (one, two, erased)]}

    answer = merchant.post("/admin/members/act?lang=en", data=form, headers=OWN)
    assert answer.status_code == 303
    assert states(shop, one, two) == ["active", "active"]
    assert states(shop, erased) == [None]
    assert "本人要求" in merchant.get("/admin/audit?lang=en").text  # erased indeed


def test_a_grade_is_made_changed_and_refused_at_its_field(shop, merchant, programme):
    before = programme.change(depth=2).version
    typed = {
        "name": "金牌", "rank": "2", "needs": "any", "team_sales": "50000", "direct_heads": "20",
        "seen_version": str(before),
    }  # fmt: skip
    assert "No grades yet" in read(merchant, "/grades")
    assert post(merchant, "/grades/new", **{**typed, "name": ""}).status_code == 422
    assert post(merchant, "/grades/new", **{**typed, "team_sales": "-1"}).status_code == 422
    assert post(merchant, "/grades/new", **typed).status_code == 303

    (grade,) = in_force(shop).grades
    assert (grade.name, grade.rank, grade.needs_all) == ("金牌", 2, False)
    assert set(grade.conditions) == {
        Condition(Measure.TEAM_SALES, 5_000_000),
        Condition(Measure.DIRECT_HEADS, 20),
    }
    assert 'value="50000' in read(merchant, f"/grades/{grade.id}")
    stale = post(merchant, f"/grades/{grade.id}", **typed)
    assert stale.status_code == 409
    fresh = {**typed, "rank": "3", "seen_version": str(before + 1)}
    assert post(merchant, f"/grades/{grade.id}", **fresh).status_code == 303
    twice = {**typed, "name": "金牌", "rank": "9", "seen_version": str(before + 2)}
    assert post(merchant, "/grades/new", **twice).status_code == 422
    with shop.database.read() as session:
        assert "金牌" in history(session)[0].summary
    assert in_force(shop).default_plan.rate.levels == (1000, 500, 200)


def test_where_three_levels_are_paid_each_person_confirms_the_notice_first(
    shop, merchant, programme
):
    seen = in_force(shop).version
    typed = {"name": "金牌", "rank": "1", "needs": "all", "seen_version": str(seen)}

    refused = post(merchant, "/grades/new", **typed)
    assert refused.status_code == 422
    assert "Three levels need your confirmation" in refused.text
    assert 'name="acknowledged"' in refused.text
    assert post(merchant, "/grades/new", acknowledged="y", **typed).status_code == 303
    assert 'name="acknowledged"' not in read(merchant, "/grades/new")


def test_a_grade_of_heads_alone_is_warned_about(merchant, programme):
    only_heads = Grade(SILVER, "拉新", 1, True, (Condition(Measure.DIRECT_HEADS, 10),))
    programme.change(grades=(only_heads, LADDER[1]))

    assert "asks for numbers of people only" in read(merchant, f"/grades/{SILVER}")
    assert "asks for numbers of people only" not in read(merchant, f"/grades/{GOLD}")


def test_taking_out_a_grade_says_what_happens_and_moves_its_distributors(
    shop, merchant, programme, make_member
):
    plan = in_force(shop).default_plan
    rate = replace(plan.rate, by_grade={GOLD: (1200, 600, 200)})
    published = programme.change(depth=2, grades=LADDER, plans=(replace(plan, rate=rate),))
    member = make_member("甲")
    programme.name(member)
    give = {"grade": str(GOLD), "is_locked": "y", "reason": "店主推荐"}
    assert post(merchant, f"/distributors/{member.id}/grade", **give).status_code == 303
    page = read(merchant, f"/grades/{GOLD}")
    assert "1 distributor has this grade." in page
    assert "rates of its own, which go with it: Default plan" in page

    form = {"successor": str(SILVER), "seen_version": str(published.version)}
    assert post(merchant, f"/grades/{GOLD}/remove", **form).status_code == 422
    assert len(in_force(shop).grades) == 2
    assert post(merchant, f"/grades/{GOLD}/remove", sure="y", **form).status_code == 303
    assert [grade.id for grade in in_force(shop).grades] == [SILVER]
    assert in_force(shop).default_plan.rate.by_grade == {}
    with shop.database.read() as session:
        assert session.get(Distributor, member.id).grade_id == SILVER
        events = session.scalars(sa.select(GradeEvent).order_by(GradeEvent.id)).all()
    assert [(each.old_grade_id, each.new_grade_id) for each in events] == [
        (None, GOLD),
        (GOLD, SILVER),
    ]


TOLD = {
    "zh": ("金牌 → 无等级，并锁定", "已解除锁定", "锁定为金牌", "长期合作"),
    "en": ("金牌 → no grade, locked", "Lock taken off", "Locked at 金牌", "长期合作"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_distributors_page_shows_measures_and_the_grades_history(
    programme, chain, sold, make_staff, sign_in, language
):
    programme.change(grades=LADDER)
    sold(chain.buyer)
    merchant = sign_in(make_staff(name="店主"), "staff")
    page = read(merchant, f"/distributors/{chain.first.id}", language)
    for text in ("银牌", "¥268", "¥26.80", "金牌"):
        assert text in page

    bare = post(merchant, f"/distributors/{chain.first.id}/grade", grade="", reason="")
    assert bare.status_code == 422
    given = {"grade": "", "is_locked": "y", "reason": "重新考核"}
    post(merchant, f"/distributors/{chain.first.id}/grade", **given)
    page = read(merchant, f"/distributors/{chain.first.id}", language)
    assert {"zh": "操作人：店主：重新考核", "en": "by 店主: 重新考核"}[language] in page
    steps = [
        {"grade": "", "reason": "考核结束"},
        {"grade": str(GOLD), "reason": "店主推荐"},
        {"grade": str(GOLD), "is_locked": "y", "reason": "长期合作"},
    ]
    for step in steps:
        post(merchant, f"/distributors/{chain.first.id}/grade", **step)
    same = post(merchant, f"/distributors/{chain.first.id}/grade", **{**step, "reason": "再说一次"})
    assert (same.status_code, 'value="再说一次"' in same.text) == (422, True)
    own = sign_in(chain.first).get(f"/x/distribution/grade?lang={language}").text
    for page in (read(merchant, f"/distributors/{chain.first.id}", language), own):
        assert [told for told in TOLD[language] if told not in page] == []
    assert "distribution.distributor.grade" in merchant.get("/admin/audit?lang=en").text
    assert merchant.get(f"{ROOT}/distributors/nobody").status_code == 404


@pytest.mark.parametrize("role", ["clerk", "finance"])
def test_staff_without_the_right_judge_nobody(shop, applied, programme, make_staff, sign_in, role):
    member = applied("甲")
    programme.change(grades=LADDER)
    browser = sign_in(make_staff(role), "staff")

    assert post(browser, "/applications", do="accept", pick=[str(member.id)]).status_code == 403
    assert post(browser, "/applications/export.csv").status_code == 403
    assert post(browser, f"/grades/{GOLD}/remove", sure="y").status_code == 403
    assert post(browser, "/grades/new", name="x").status_code == 403
    assert post(browser, f"/distributors/{member.id}/grade", reason="x").status_code == 403
    assert states(shop, member) == ["applied"]
