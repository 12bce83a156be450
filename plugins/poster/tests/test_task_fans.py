"""New fans: counted by facts, once for ever, within limits; revoked when they leave in time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.clock import now
from core.api.errors import Conflict, Rejected
from core.ledger.services import verify
from core.members import services as members
from core.members.types import AddressForm
from plugins.poster.models import Fan, FanTask
from plugins.poster.rules.tasks import FanState
from plugins.poster.services import task_holds, task_notice, task_sample, tasks
from plugins.poster.tests.fan_stage import STAFF, FanStage, gift, money


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def stage(shop, maker, outbox, run_job):
    return FanStage(shop, maker, outbox, run_job)


def test_fans_are_pending_for_their_window_then_final_and_bring_the_benefit_once(stage, clock):
    task = stage.task(money(2, 500), window_days=7)
    taker = stage.taker(task)
    fans = [stage.fan(taker), stage.fan(taker)]

    assert list(stage.fans().values()) == ["pending", "pending"]
    clock.advance(days=6)
    stage.finish()
    assert stage.rewards() == []
    clock.advance(days=1)
    stage.finish()
    stage.finish()

    assert stage.fans() == dict.fromkeys(fans, "final")
    (reward,) = stage.rewards()
    assert (reward.state, reward.amount_fen, reward.step) == ("granted", 500, 0)
    assert stage.wallet(taker) == 500
    assert stage.left(task) == 100_000 - 500
    with stage.read() as session:
        assert verify(session).is_clean


def test_who_was_a_member_before_or_came_otherwise_is_no_new_fan(stage):
    task = stage.task()
    early = stage.maker.member()
    taker = stage.taker(task)
    stage.bind(early.id, taker)
    for reason in ("transfer", "visit", "import"):
        stage.fan(taker, reason=reason)
    stage.fan(stage.maker.member("路人"))
    stage.outbox.drain()

    assert stage.fans() == {}


def test_a_task_that_is_closed_or_over_counts_nobody_new_and_keeps_its_word(stage, clock):
    task = stage.task(money(1, 500), days=3, window_days=7)
    taker = stage.taker(task)
    first = stage.fan(taker)
    with stage.write() as session:
        tasks.close_task(session, task, seen_revision=2, actor=STAFF)
    stage.fan(taker)
    clock.advance(days=8)
    stage.fan(taker)
    stage.finish()

    assert stage.fans() == {first: "final"}
    assert stage.wallet(taker) == 500


def test_a_follow_task_counts_those_only_who_follow(stage, clock):
    task = stage.task(money(2, 500), needs_follow=True)
    taker = stage.taker(task)
    fans = [stage.fan(taker), stage.fan(taker)]
    assert list(stage.fans().values()) == ["arrived", "arrived"]
    stage.follow(fans[0])
    stage.follow(fans[0])

    assert stage.fans() == {fans[0]: "pending", fans[1]: "arrived"}
    clock.advance(days=8)
    stage.finish()
    assert stage.fans() == {fans[0]: "final", fans[1]: "arrived"}
    assert stage.rewards() == []


def test_leaving_within_the_window_revokes_and_later_does_not(stage, clock):
    task = stage.task(money(3, 500), needs_follow=True)
    taker = stage.taker(task)
    soon, elsewhere, late = [stage.fan(taker) for _ in range(3)]
    for fan in (soon, elsewhere, late):
        stage.follow(fan)
    stage.follow(soon, False)
    stage.follow(soon)
    stage.follow(elsewhere, channel="other")
    stage.follow(elsewhere, False, channel="other")
    clock.advance(days=7)
    stage.follow(late, False)
    stage.finish()

    assert stage.fans() == {soon: "revoked", elsewhere: "final", late: "final"}


def test_a_fact_that_is_still_on_its_way_is_not_overtaken_by_the_job(stage, clock):
    task = stage.task(money(1, 500), needs_follow=True)
    taker = stage.taker(task)
    left, erased = stage.fan(taker), stage.fan(taker)
    stage.follow(left)
    stage.follow(erased)
    clock.advance(days=6)
    stage.follow(left, False, drain=False)
    stage.erase(erased, drain=False)
    clock.advance(days=2)
    stage.finish()
    stage.outbox.drain()

    assert stage.fans() == {left: "revoked", erased: "revoked"}
    assert stage.rewards() == []


def test_an_erased_taker_gets_nothing_more(stage, clock):
    task = stage.task(gift(1), money(2, 500))
    taker = stage.taker(task)
    stage.fan(taker)
    clock.advance(days=8)
    stage.finish()
    stage.fan(taker)
    stage.erase(taker.id)
    clock.advance(days=8)
    stage.finish()

    assert [(each.step, each.state) for each in stage.rewards()] == [(0, "void")]


def test_limits_of_day_and_month_leave_the_others_out_for_good(stage, clock):
    next_month = now() + timedelta(days=32)
    clock.set_to(next_month.replace(day=10, hour=4))  # tomorrow is of the same month
    task = stage.task(money(9, 500), per_day=2, per_month=3, days=80)
    taker = stage.taker(task)
    stage.fan(taker)
    revoked = stage.fan(taker)
    stage.erase(revoked)
    over_day = stage.fan(taker)
    clock.advance(days=1)
    stage.fan(taker)
    over_month = stage.fan(taker)
    clock.advance(days=32)
    later = stage.fan(taker)

    states = stage.fans()
    assert [states[fan] for fan in (over_day, over_month)] == [FanState.CAPPED] * 2
    assert states[later] == "pending"
    assert sorted(states.values()) == [
        "capped",
        "capped",
        "pending",
        "pending",
        "pending",
        "revoked",
    ]


def test_a_fan_counts_for_the_task_that_still_lacks_fans(stage):
    full, other = stage.task(money(1, 500), days=5), stage.task(money(9, 500), days=50)
    taker = stage.taker(full)
    stage.take_part(other, taker)
    first, second = stage.fan(taker), stage.fan(taker)

    with stage.read() as session:
        assert session.get(Fan, first).task_id == full
        assert session.get(Fan, second).task_id == other


def test_rewards_wait_for_the_budget_and_never_go_above_it(stage, clock):
    task = stage.task(money(1, 500), budget_fen=700, window_days=0)
    takers = [stage.taker(task) for _ in range(2)]
    for taker in takers:
        stage.fan(taker)
        stage.finish()
    assert [each.state for each in stage.rewards()] == ["granted", "unfunded"]
    assert stage.left(task) == 200
    with pytest.raises(Rejected, match="spent already"), stage.write() as session:
        tasks.change_task(session, task, _same(stage, task, 499), seen_revision=2, actor=STAFF)

    with stage.write() as session:
        tasks.change_task(session, task, _same(stage, task, 1_000), seen_revision=2, actor=STAFF)
    stage.finish()
    assert [stage.wallet(taker) for taker in takers] == [500, 500]
    assert stage.left(task) == 0
    with stage.read() as session:
        assert tasks.budget_of(session, task) == (1_000, 1_000)
        assert verify(session).is_clean


def _same(stage, task_id, budget_fen):
    with stage.read() as session:
        task = tasks.task_of(session, task_id)
    return tasks.TaskForm(
        task.name_zh, task.name_en, task.starts_at, task.ends_at, task.rules, budget_fen
    )


def test_a_gift_waits_until_staff_has_handed_it_over(stage):
    task = stage.task(gift(1), window_days=0)
    stage.fan(stage.taker(task))
    stage.finish()
    (reward,) = stage.rewards()
    assert (reward.state, reward.text_zh) == ("due", "一只茶杯")

    with stage.write() as session:
        task_holds.hand_over(session, reward.id, actor=STAFF, note="门店自取")
    assert [each.state for each in stage.rewards()] == ["granted"]
    with pytest.raises(Conflict), stage.write() as session:
        task_holds.hand_over(session, reward.id, actor=STAFF)


class TestOpening:
    """A task is opened by somebody who has confirmed the legal notice; then its promise stays."""

    def test_opening_needs_the_acknowledgement_of_each_risk_once(self, stage):
        task = stage.task(needs_follow=True, is_open=False)
        told = {"seen_revision": 1, "actor": STAFF, "actor_name": "店主"}
        with pytest.raises(Rejected) as refused, stage.write() as session:
            tasks.open_task(session, task, **told)
        assert refused.value.params["field"] == "fan_task"
        with pytest.raises(Rejected) as refused, stage.write() as session:
            tasks.open_task(session, task, **told, acknowledged=["fan_task"])
        assert refused.value.params["field"] == "follow_reward"

        with stage.write() as session:
            tasks.open_task(session, task, **told, acknowledged=["fan_task", "follow_reward"])
        another = stage.task(needs_follow=True, is_open=False)
        with stage.write() as session:
            tasks.open_task(session, another, **told)
            found = task_notice.acknowledgements(session)
        assert [(each.subject, each.text_version, each.actor_name) for each in found] == [
            ("follow_reward", task_notice.NOTICE_VERSION, "店主"),
            ("fan_task", task_notice.NOTICE_VERSION, "店主"),
        ]

    def test_what_an_open_task_promises_cannot_be_changed(self, stage):
        task = stage.task(money(1, 500))
        with pytest.raises(Rejected, match="what it promises stays"), stage.write() as session:
            tasks.change_task(
                session, task, stage.form(money(1, 400)), seen_revision=2, actor=STAFF
            )

    def test_a_second_editor_is_told(self, stage):
        task = stage.task()
        with pytest.raises(Conflict, match="meanwhile"), stage.write() as session:
            tasks.close_task(session, task, seen_revision=1, actor=STAFF)

    def test_nobody_takes_part_in_what_is_not_running_or_not_for_them(self, stage):
        draft, buyers = stage.task(is_open=False), stage.task(audience="buyers")
        for task, code in ((draft, "poster.task_not_running"), (buyers, "poster.task_audience")):
            with pytest.raises(Rejected) as refused:
                stage.taker(task)
            assert refused.value.code == code


def test_fans_who_share_something_with_the_taker_or_each_other_hold_the_reward(stage):
    task = stage.task(money(2, 500), window_days=0)
    honest, own_home, twins, ring = (stage.taker(task, name) for name in ("甲", "乙", "丙", "丁"))
    for taker in (honest, own_home, twins, ring):
        for _ in range(2):
            stage.fan(taker)
    with stage.read() as session:
        fans = {
            taker.id: list(session.scalars(sa.select(Fan.fan_id).where(Fan.holder_id == taker.id)))
            for taker in (own_home, twins, ring)
        }
        homes = {
            member_id: members.addresses_of(session, member_id)[0]
            for member_id in (own_home.id, fans[twins.id][0])
        }
    with stage.write() as session:
        for member_id, home in (
            (fans[own_home.id][0], homes[own_home.id]),
            (fans[twins.id][1], homes[fans[twins.id][0]]),
        ):
            form = AddressForm(
                "收件人", "13800000001", home.province, home.city, home.detail, home.district
            )
            members.add_address(session, member_id, form)
        for member_id in fans[ring.id]:
            members.open_session(session, "member", member_id, ip="203.0.113.9", user_agent="X")
        members.open_session(session, "member", honest.id, ip="203.0.113.9", user_agent="Y")
    stage.finish()

    states = {each.holder_id: (each.state, each.reasons) for each in stage.rewards()}
    assert states == {
        honest.id: ("granted", []),
        own_home.id: ("held", ["address"]),
        twins.id: ("held", ["address"]),
        ring.id: ("held", ["network"]),
    }


def test_a_demo_store_gets_the_draft_of_a_task_once(stage):
    with stage.write() as session:
        assert [task_sample.draft(session, "demo") for _ in range(2)] == [1, 0]
        (row,) = session.scalars(sa.select(FanTask))
    assert row.state == "draft"
    assert stage.left(row.id) == 30_000
