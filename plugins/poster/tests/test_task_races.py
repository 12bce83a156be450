"""Many at once: a step is rewarded once, a budget is never overspent, limits hold."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.ledger.services import verify
from plugins.poster.rules.tasks import FanState
from plugins.poster.services import task_rewards
from plugins.poster.services.task_watch import Watch
from plugins.poster.tests.fan_stage import FanStage, money

NOBODY = Watch(kinds=frozenset())


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def stage(shop, maker, outbox, run_job):
    return FanStage(shop, maker, outbox, run_job)


def test_fifty_who_complete_at_once_are_paid_once_each_and_never_above_the_budget(stage):
    task = stage.task(money(1, 100), window_days=0, budget_fen=3_000)
    takers = [stage.taker(task) for _ in range(50)]
    for taker in takers:
        stage.fan(taker, drain=False)
    stage.outbox.drain()
    with stage.write() as session:
        assert task_rewards.finish_batch(session, NOBODY) == 50

    def complete(taker):
        with stage.write() as session:
            return task_rewards.reward(session, task, taker.id)

    with ThreadPoolExecutor(12) as pool:
        new = list(pool.map(complete, takers * 2))

    assert sum(new) == 50
    states = [each.state for each in stage.rewards()]
    assert (states.count("granted"), states.count("unfunded")) == (30, 20)
    assert sum(stage.wallet(taker) for taker in takers) == 3_000
    assert stage.left(task) == 0
    with stage.read() as session:
        assert verify(session).is_clean


def test_fans_told_at_once_stay_within_the_limit_of_the_day(stage, outbox):
    task = stage.task(money(9, 100), per_day=3)
    taker = stage.taker(task)
    for _ in range(8):
        stage.fan(taker, drain=False)

    def tell(event):
        outbox.tell("poster", event)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, outbox.events("referral_bound") * 2))

    states = list(stage.fans().values())
    assert states.count(FanState.PENDING) == 3
    assert states.count(FanState.CAPPED) == 5
