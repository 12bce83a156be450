"""Fan tasks in admin: made, opened with the legal notice, decided about, downloaded."""

import csv
import io
from uuid import UUID

import pytest

from core.staff.services import create_role, list_audit
from plugins.poster.services.tasks import task_of
from plugins.poster.tests.fan_stage import FanStage, gift, money

OWN = {"Origin": "http://localhost"}
ROOT = "/admin/x/poster/tasks"
TYPED = {
    "name_zh": "春日邀新",
    "name_en": "",
    "starts": "2026-01-01",
    "ends": "2036-01-31",
    "budget": "100.00",
    "audience": "everybody",
    "window_days": "0",
    "per_day": "0",
    "per_month": "0",
    "step1-fans": "1",
    "step1-kind": "wallet",
    "step1-amount": "5",
    "step2-fans": "2",
    "step2-kind": "gift",
    "step2-text_zh": "一只茶杯",
}


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def stage(shop, maker, outbox, run_job):
    return FanStage(shop, maker, outbox, run_job)


@pytest.fixture
def owner(app, sign_in, make_staff):
    return sign_in(make_staff(role="owner"), "staff")


def test_a_task_is_made_opened_run_and_decided_about_from_the_pages(stage, owner):
    answer = owner.post(f"{ROOT}/new", data=TYPED, headers=OWN)
    assert answer.status_code == 303
    here = answer.headers["Location"]
    page = owner.get(here + "?lang=en").text
    assert "Draft" in page
    assert "State Council Order No. 444" in page

    refused = owner.post(f"{here}/open", data={"seen_revision": 1}, headers=OWN)
    assert refused.status_code == 422
    ticked = {"seen_revision": 1, "fan_task": "1"}
    assert owner.post(f"{here}/open", data=ticked, headers=OWN).status_code == 303
    opened = owner.get(here).text
    assert "State Council" not in opened
    assert "2026-01-01 – 2036-01-31" in opened  # the last day, not the midnight after it

    task_id = UUID(here.rsplit("/", 1)[1])
    taker = stage.taker(task_id)
    fans = [stage.fan(taker), stage.fan(taker)]
    stage.finish()
    assert stage.wallet(taker) == 500
    (paid, due) = sorted(stage.rewards(), key=lambda each: each.step)
    assert (paid.state, due.state) == ("granted", "due")
    assert "1 to hand over" in owner.get("/admin/?lang=en").text
    board = owner.get(f"{ROOT}/rewards?state=due").text
    assert str(due.id) in board
    done = {"do": "hand_over", "pick": str(due.id), "note": "SF1234", "state": "due"}
    assert owner.post(f"{ROOT}/rewards", data=done, headers=OWN).status_code == 303
    assert owner.post(f"{ROOT}/rewards", data=done, headers=OWN).status_code == 409

    sheet = owner.post(f"{here}/fans.csv", headers=OWN).data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sheet)))
    assert {row[3] for row in rows[1:]} == {str(fan) for fan in fans}
    assert {row[1] for row in rows[1:]} == {str(taker.id)}
    assert "Erased member" not in owner.get(f"{here}?list=fans&lang=en").text
    stage.erase(fans[0])
    assert "Erased member" in owner.get(f"{here}?list=fans&lang=en").text


def test_a_form_with_mistakes_comes_back_with_what_was_typed(stage, owner):
    wrong = {**TYPED, "step2-fans": "1", "step3-fans": "x", "budget": "-1"}
    answer = owner.post(f"{ROOT}/new?lang=en", data=wrong, headers=OWN)
    assert answer.status_code == 422
    assert "春日邀新" in answer.text
    for wrong, field, words in (  # a row that is left free does not count as a step
        ({"step2-fans": "1"}, "step2-fans", "more fans than the one before"),
        ({"step2-text_zh": ""}, "step2-text_zh", "Say what the gift is."),
        ({"step2-fans": "", "step3-fans": "3"}, "step3-amount", "between 0.01 and 20,000 yuan"),
    ):
        answer = owner.post(f"{ROOT}/new?lang=en", data={**TYPED, **wrong}, headers=OWN)
        assert answer.status_code == 422
        place = answer.text.index(f'name="{field}"')
        assert words in answer.text[place : place + 500], field
        assert answer.text.count(words) == 1
    hidden = {"step1-text_zh": "茶" * 81, "step2-amount": "-1"}  # of the other kind of benefit
    answer = owner.post(f"{ROOT}/new", data={**TYPED, **hidden}, headers=OWN)
    assert answer.status_code == 303


def test_of_an_open_task_only_names_end_and_budget_change(stage, owner):
    task = stage.task(money(1, 500), budget_fen=1_000)
    form = owner.get(f"{ROOT}/{task}/edit").text
    assert 'name="budget"' in form
    assert 'name="step1-fans"' not in form

    typed = {**TYPED, "name_en": "Autumn", "budget": "20", "seen_revision": "2"}
    assert owner.post(f"{ROOT}/{task}/edit", data=typed, headers=OWN).status_code == 303
    with stage.read() as session:
        changed = task_of(session, task)
    assert changed.name_en == "Autumn"
    assert changed.rules.steps == (money(1, 500),)
    assert stage.left(task) == 2_000
    assert owner.post(f"{ROOT}/{task}/edit", data=typed, headers=OWN).status_code == 409


def test_held_rewards_are_released_or_rejected_with_a_reason(stage, owner):
    task = stage.task(money(1, 500), window_days=0)
    takers = [stage.taker(task, name) for name in ("甲", "乙")]
    for taker in takers:
        for _ in range(11):
            stage.fan(taker, drain=False)
    stage.outbox.drain()
    stage.finish()
    first, second = stage.rewards()
    assert {first.state, second.state} == {"held"}
    assert first.reasons == ["burst"]
    assert "2 held" in owner.get("/admin/?lang=en").text
    assert '</a> <span class="sub">Step 1</span>' in owner.get(f"{ROOT}/rewards?lang=en").text
    assert 'class="task-of" data-label="Of"' in owner.get(f"{ROOT}/{task}?list=fans&lang=en").text

    release = {"do": "release", "pick": str(first.id)}
    assert owner.post(f"{ROOT}/rewards", data=release, headers=OWN).status_code == 303
    assert "One reward released." in owner.get(f"{ROOT}/rewards?lang=en").text
    reject = {"do": "reject", "pick": str(second.id)}
    refused = owner.post(f"{ROOT}/rewards", data=reject, headers=OWN)
    assert refused.status_code == 422
    ticked = refused.text.split(f'name="pick" value="{second.id}"')[1]
    assert ticked.startswith(" checked")
    assert (
        owner.post(
            f"{ROOT}/rewards", data={**reject, "note": "同一台设备"}, headers=OWN
        ).status_code
        == 303
    )
    stage.finish()
    by_id = {each.id: each for each in stage.rewards()}
    assert by_id[first.id].state == "granted"
    assert (by_id[second.id].state, by_id[second.id].note) == ("rejected", "同一台设备")
    wallets = sorted(stage.wallet(taker) for taker in takers)
    assert wallets == [0, 500]
    assert sorted(stage.fans().values()) == ["final"] * 11 + ["rejected"] * 11
    with stage.read() as session:
        acts = {each.action for each in list_audit(session).items}
    assert {"poster.reward.release", "poster.reward.reject"} <= acts


def test_who_may_only_look_decides_nothing(stage, app, sign_in, make_staff, shop):
    task = stage.task(gift(1))
    with shop.database.write() as session:
        role = create_role(session, name="看看", permissions=["poster.view"], extra=["poster.view"])
    browser = sign_in(make_staff(role.key), "staff")
    assert browser.get(f"{ROOT}/{task}").status_code == 200
    for path in ("/new", f"/{task}/edit", f"/{task}/open", f"/{task}/close", "/rewards"):
        assert browser.post(ROOT + path, headers=OWN).status_code == 403
