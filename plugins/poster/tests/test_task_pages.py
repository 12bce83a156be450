"""Fan tasks on the phone."""

import re

import pytest

from core.api.testing.costs import statements_sent
from plugins.poster.tests.fan_stage import FanStage, gift, money

OWN = {"Origin": "http://localhost"}
ROOT = "/x/poster/tasks"


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def stage(shop, maker, outbox, run_job):
    return FanStage(shop, maker, outbox, run_job)


def test_a_member_finds_takes_part_and_sees_who_came(stage, app, sign_in, clock):
    task = stage.task(money(2, 500), gift(3))
    member = stage.maker.member("林知夏")
    browser = sign_in(member)

    assert ROOT in browser.get("/me?lang=en").text
    assert "Spring guests" in browser.get(f"{ROOT}?lang=en").text
    page = browser.get(f"{ROOT}/{task}?lang=en").text
    assert "Take part" in page
    assert "/?s=" not in page
    answer = browser.post(f"{ROOT}/{task}", headers=OWN, follow_redirects=True)
    assert "http://localhost/?s=" in answer.text
    assert "1 under way" in browser.get("/me?lang=en").text
    assert "参加中" in browser.get(f"{ROOT}/{task}?lang=zh-CN").text

    stage.fan(member)
    page = browser.get(f"{ROOT}/{task}?lang=en").text
    assert "1 more is pending" in page
    assert "会***" in page or "会*" in page
    clock.advance(days=8)
    stage.finish()
    assert "Counts" in browser.get(f"{ROOT}/{task}?lang=en").text


def test_guests_sign_in_first_and_drafts_are_nobodys(stage, app, client, sign_in):
    draft = stage.task(is_open=False)
    assert client.get(ROOT).status_code == 303
    browser = sign_in(stage.maker.member("林知夏"))
    assert browser.get(f"{ROOT}/{draft}").status_code == 404
    assert browser.get(f"{ROOT}/nonsense").status_code == 404
    assert ROOT not in browser.get("/me").text


def test_open_tasks_stand_first_the_soonest_to_end_above(stage, sign_in, clock):
    taker = stage.maker.member("林知夏")
    for days, name in ((1, "over"), (2, "over later"), (90, "last"), (20, "first"), (40, "second")):
        task = stage.task(days=days, name=name)
        if days < 3:
            stage.take_part(task, taker)
            over = task
    clock.advance(days=4)
    browser = sign_in(taker)
    page = browser.get(f"{ROOT}?lang=zh-CN").text
    found = re.findall(r'<span class="fan-top"><b>([^<]+)', page)
    assert found == ["first", "second", "last", "over later", "over"]
    assert ROOT in browser.get("/me?lang=en").text
    assert "under way" not in browser.get("/me?lang=en").text
    assert "Nobody came." in browser.get(f"{ROOT}/{over}?lang=en").text


def test_pages_make_as_many_statements_for_many_fans_as_for_few(stage, shop, sign_in):
    task = stage.task(money(9, 500))
    few, many = stage.taker(task, "甲"), stage.taker(task, "乙")
    counts = {}
    for taker, number in ((few, 1), (many, 6)):
        for _ in range(number):
            stage.fan(taker, drain=False)
        stage.outbox.drain()
        browser = sign_in(taker)
        for path in (ROOT, f"{ROOT}/{task}"):
            browser.get(path)
            with statements_sent(shop) as sent:
                assert browser.get(path).status_code == 200
            counts.setdefault(path, []).append(len(sent))

    assert [len(set(each)) for each in counts.values()] == [1, 1]
    assert max(counts[ROOT]) <= 7
    assert max(counts[f"{ROOT}/{task}"]) <= 9


def test_the_wallet_calls_a_reward_by_its_name(stage, sign_in):
    task = stage.task(money(1, 500), window_days=0)
    taker = stage.taker(task)
    stage.fan(taker)
    stage.finish()

    page = sign_in(taker).get("/me/wallet?lang=en").text
    assert "<b>Reward</b>" in page
    assert "+¥5.00" in page
