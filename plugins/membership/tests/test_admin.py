"""Pages of the merchant: in both languages, every change with right, reason and audit."""

import pytest

from core.api.clock import now
from core.api.db import new_id
from core.api.events import MemberErased
from core.members.services import erase_member
from plugins.membership.models import Entry, TierEvent, TierRow
from plugins.membership.services import ladder as ladders
from plugins.membership.services import starting
from plugins.membership.services.benefits import matrix
from plugins.membership.services.documents import rules_of
from plugins.membership.services.reading import tiers

ROOT = "/admin/x/membership"
OWN = {"Origin": "http://localhost"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in test_every_page.py


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


@pytest.fixture
def post(merchant):
    def run(path, **form):
        return merchant.post(f"{ROOT}{path}?lang=en", data=form, headers=OWN)

    return run


@pytest.fixture
def started(shop, club):
    with shop.database.write() as session:
        starting.set_up(session)
    return club


def ladder_form(ladder, **changes):
    """The fields that the editor sends for a ladder."""
    form = {}
    for place, tier in enumerate(ladder):
        for name in ("id", "name_zh", "name_en", "threshold", "validity_days", "colour", "icon"):
            form[f"t{place}-{name}"] = str(getattr(tier, name))
    return {**form, **changes}


def now_in_force(shop):
    with shop.database.read() as session:
        return tiers(session)


def audited(merchant):
    return merchant.get("/admin/audit?lang=en").text


def test_a_shop_begins_with_one_button(shop, club, merchant, post):
    assert "Begin with four tiers" in merchant.get(f"{ROOT}?lang=en").text
    post("/begin")

    assert [tier.threshold for tier in now_in_force(shop)] == [0, 500, 1500, 5000]
    assert "membership.ladder.publish" in audited(merchant)


def test_a_draft_is_felt_by_nobody_until_it_is_put_in_force(
    shop, started, post, merchant, make_member, run_job
):
    member = make_member()
    started.give(member, 400)
    form = ladder_form(now_in_force(shop), **{"t1-threshold": "400"})
    post("/tiers", do="save", **form)
    assert now_in_force(shop)[1].threshold == 500
    preview = post("/tiers", do="preview", **form)
    page = merchant.get(f"{preview.location}?lang=en").text
    assert f"/members/{member.id}" in page
    assert started.rank(member) == 1

    post("/tiers", do="publish", **form)
    run_job("membership.ladder")
    assert now_in_force(shop)[1].threshold == 400
    assert started.rank(member) == 2
    log = merchant.get("/admin/audit?lang=zh").text
    assert "成长值门槛: 400" in log
    assert "黑金会员" not in log, "what stayed as it was"
    with shop.database.read() as session:
        assert ladders.draft(session) is None


def test_tiers_are_added_on_top_and_taken_out_in_the_draft(shop, started, post):
    post("/tiers", do="add", **ladder_form(now_in_force(shop)))
    with shop.database.read() as session:
        draft = ladders.draft(session)
    assert [tier.threshold for tier in draft] == [0, 500, 1500, 5000, 10_000]
    post("/tiers", do="remove-1", **ladder_form(draft))
    with shop.database.read() as session:
        draft = ladders.draft(session)
    assert [tier.threshold for tier in draft] == [0, 1500, 5000, 10_000]
    post("/tiers", do="publish", **ladder_form(draft))

    assert [tier.rank for tier in now_in_force(shop)] == [1, 2, 3, 4]
    assert [row.rank for row in started.rows(TierRow) if row.retired_at] == [1]
    post("/tiers/discard")


def test_a_faulty_ladder_keeps_what_was_typed_and_says_where(shop, started, post):
    for field, typed, said in (
        ("t1-threshold", "0", "It must be higher than 0."),
        ("t1-threshold", "many", "Not a valid integer value"),
        ("t2-colour", "#ffeeaa", "White text cannot be read"),
        ("t1-name_zh", "", "This field is required"),
        ("t0-spent_fen", "5 yuan", "Give an amount in yuan"),
        ("t0-spent_fen", "99999999999999999", "This amount is too large."),
        ("t0-spent_fen", "99999999", "Give 0.01 to 10000000.00."),
    ):
        page = post("/tiers", do="publish", **ladder_form(now_in_force(shop), **{field: typed}))

        assert (field, page.status_code) == (field, 422)
        assert said in page.text
        assert f'value="{typed}"' in page.text
    assert now_in_force(shop)[1].threshold == 500


def test_rules_are_put_in_force_with_an_audit_line(shop, started, post, merchant):
    form = {"rate": "2.5", "counts_at": "settled", "shares_a_day": "3", "review": "fall",
            "expiry_bps": "30", "basis_days": "0", "warn_days": "7",
            **{f"task_{name}": "1" for name in ("register", "profile", "address", "phone",
                                                "first_order", "check_in", "share")}}  # fmt: skip
    wrong = post("/rules", **{**form, "expiry_bps": "101"})
    assert (wrong.status_code, "Give 0 to 100." in wrong.text) == (422, True)
    assert "Give a number with" in post("/rules", **{**form, "rate": "abc"}).text
    post("/rules", **form)
    with shop.database.read() as session:
        rules = rules_of(session)

    assert (rules.rate, rules.expiry_bps, rules.warn_days) == (250, 3000, 7)
    assert (rules.counts_at, rules.review, rules.lowers_at_once) == ("settled", "fall", False)
    assert "membership.rules.save" in audited(merchant)


def test_the_grid_is_saved_as_ticked_and_wrong_values_are_marked(shop, started, post, merchant):
    with shop.database.read() as session:
        cells = matrix(session)
        base = tiers(session)[0]
    (multiplier,) = {key[1] for key, cell in cells.items() if cell.value == 11_000}
    name = f"{base.id}_{multiplier}"
    wrong = post("/benefits", **{f"has_{name}": "1", f"value_{name}": "0.5"})
    assert (wrong.status_code, "between 1 and 10 times" in wrong.text) == (422, True)
    wrong = post("/benefits", **{f"has_{name}": "1", f"value_{name}": "9" * 20})
    assert "between 1 and 10 times" in wrong.text
    post("/benefits", **{f"has_{name}": "1", f"value_{name}": "1.3"})

    with shop.database.read() as session:
        assert {key: cell.value for key, cell in matrix(session).items()} == {
            (base.id, multiplier): 13_000
        }
    assert "membership.benefits.save" in audited(merchant)
    assert f"{base.name_zh} · 成长加速" in audited(merchant)
    assert str(base.id) not in audited(merchant)


def test_a_benefit_is_written_shown_and_taken_out(started, post, merchant):
    form = {"name_zh": "停车券", "name_en": "Parking", "kind": "service", "icon": "gift",
            "effect": "", "is_active": "y"}  # fmt: skip
    assert post("/benefits/new", **{**form, "name_en": ""}).status_code == 422
    post("/benefits/new", **form)
    page = merchant.get(f"{ROOT}/benefits?lang=zh").text
    assert "停车券" in page
    key = page.split("停车券")[0].rsplit("/benefits/", 1)[1].split('"')[0]
    post(f"/benefits/{key}/remove")

    assert "停车券" not in merchant.get(f"{ROOT}/benefits?lang=zh").text


def test_growth_and_tier_are_changed_by_hand_with_reason_and_audit(
    shop, started, post, merchant, make_member
):
    member = make_member("林知夏")
    black = now_in_force(shop)[3]
    path = f"/members/{member.id}"
    assert post(f"{path}/growth", amount="50", reason="").status_code == 422
    post(f"{path}/growth", amount="50", reason="回访", request_key="a")
    post(f"{path}/growth", amount="50", reason="回访", request_key="a")
    assert started.growth(member) == 50
    short = post(f"{path}/growth", amount="-51", reason="扣", request_key="b")
    assert short.status_code == 422
    assert "not so much growth value" in short.text.split('name="amount"')[1][:400]
    tier = started.standing(member).tier_id
    assert f'<option selected value="{tier}">' in short.text, "the other form stays as it was"
    assert started.growth(member) == 50
    post(f"{path}/tier", tier=str(black.id), is_locked="y", why="贵宾")
    assert started.standing(member).is_locked
    assert started.rank(member) == 4
    page = merchant.get(f"{ROOT}{path}?lang=en").text
    assert "贵宾" in page
    post(f"{path}/tier", tier=str(black.id), why="到期")

    assert not started.standing(member).is_locked
    log = audited(merchant)
    assert "membership.growth.adjust" in log
    assert "membership.tier.set" in log
    assert black.name_zh in log
    assert str(black.id) not in log
    log = merchant.get("/admin/audit?lang=zh").text
    assert "调整成长值" in log
    assert "指定等级" in log
    for form in ("growth", "tier"):
        assert post(f"/members/{new_id()}/{form}", amount="5", reason="x").status_code == 404
    assert "Black" in merchant.get("/admin/members?lang=en").text
    assert "Growth and tier" in merchant.get(f"/admin/members/{member.id}?lang=en").text


def test_the_growth_log_is_narrowed_and_downloaded(started, post, merchant, make_member):
    one, other = make_member("林知夏"), make_member("许知远")
    started.give(one, 70, reason="=1+1")
    started.give(other, 30, reason="别的")
    page = merchant.get(f"{ROOT}/growth?q=林知夏&lang=en").text
    assert "=1+1" in page
    assert "别的" not in page
    file = merchant.post(f"{ROOT}/growth.csv?kind=adjustment", headers=OWN).text

    assert "林知夏" in file
    assert ",70," in file
    assert '"=1+1' not in file
    assert ",=1+1" not in file
    assert "membership.growth.export" in audited(merchant)


def test_a_proposal_is_taken_over_as_a_draft(
    shop, started, post, merchant, make_member, make_order, outbox
):
    for fen in (1000, 2000, 50_000, 90_000):
        make_order([(f"P{fen}", 1, fen)], member=make_member(), received=True)
    outbox.drain()
    assert "add up to 100" in merchant.get(f"{ROOT}/proposal?shares=50,60&lang=en").text
    assert "800" in merchant.get(f"{ROOT}/proposal?shares=75，25&lang=en").text
    assert "You have 4 tiers" in merchant.get(f"{ROOT}/proposal?shares=75,25&lang=en").text
    for days in ("²", "９０", "9" * 5000):
        assert merchant.get(f"{ROOT}/proposal?shares=75,25&days={days}").status_code == 200
    post("/proposal", shares="75, 25", days="365")
    assert "takes its place" in merchant.get(f"{ROOT}/proposal?shares=75,25&lang=en").text

    with shop.database.read() as session:
        assert [tier.threshold for tier in ladders.draft(session)] == [0, 800]
    assert len(now_in_force(shop)) == 4


def test_who_may_only_look_changes_nothing(shop, started, sign_in, make_staff, make_member):
    member = make_member()
    clerk = sign_in(make_staff(role="clerk", name="店员"), "staff")
    for path in ("/tiers", "/rules", "/begin", "/benefits", f"/members/{member.id}/growth"):
        answer = clerk.post(f"{ROOT}{path}", data={"amount": "5", "reason": "x"}, headers=OWN)
        assert (path, answer.status_code) == (path, 403)
    assert started.growth(member) == 0


def test_an_erased_member_leaves_numbers_and_no_words(shop, started, make_member, outbox, post):
    member = make_member()
    started.give(member, 700, reason="张三的表弟")
    started.set_tier(member, now_in_force(shop)[3].id, is_locked=True)
    outbox.tell("membership", MemberErased(member_id=member.id, erased_at=now()))

    assert started.growth(member) == 700
    assert started.standing(member).lock_reason == ""
    assert started.standing(member).valid_until is None
    rows = [row for model in (Entry, TierEvent) for row in started.rows(model, member)]
    assert {row.note for row in rows} == {""}

    with shop.database.write() as session:
        erase_member(session, member.id)
    for path, form in (
        ("growth", {"amount": "5", "reason": "李四"}),
        ("tier", {"tier": "", "why": "李四"}),
    ):
        answer = post(f"/members/{member.id}/{path}", **form).text
        assert "This member was erased" in answer
        assert "<h1>Erased member</h1>" in answer
    assert len(started.rows(Entry, member)) == 1


def test_an_erased_member_has_no_tier_life_any_more(
    shop, started, make_member, make_order, outbox, run_job
):
    member = make_member()
    outbox.tell("membership", MemberErased(member_id=member.id, erased_at=now()))
    make_order([("POT", 1, 90_000)], member=member, received=True)
    outbox.drain()
    run_job("membership.ladder")

    assert started.growth(member) >= 900
    assert started.history(member) == []
    assert started.standing(member).valid_until is None


def test_a_tier_reached_by_growth_alone_has_no_empty_or_on_the_phone(merchant, started):
    page = merchant.get(f"{ROOT}?lang=en").text

    assert page.count('<td class="mem-none">') == 4
    assert 'data-label="or"' not in page
