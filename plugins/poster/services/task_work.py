"""The recurring work of fan tasks: windows that are over, steps reached, rewards that waited."""

from core.api.contributions import JobContext
from plugins.poster.services.task_rewards import (
    finish_batch,
    pay_waiting,
    reward,
    unfunded_tasks,
    unrewarded,
)
from plugins.poster.services.task_watch import Watch


def finish(context: JobContext) -> None:
    """Make fans final, reward their takers, pay what waited for a budget; in batches.

    Each batch and each taker is a unit of work of its own. Takers whom a killed run left out are
    found by the next one.
    """
    watch, done = Watch.of(context.settings), 0
    while True:
        with context.write() as session:
            settled = finish_batch(session, watch)
        if not settled:
            break
        done += settled
        context.beat(done)
    while True:
        with context.read() as session:
            takers = unrewarded(session)
        for task_id, holder_id in takers:
            with context.write() as session:
                reward(session, task_id, holder_id)
        if not takers:
            break
    with context.read() as session:
        short = unfunded_tasks(session)
    for task_id in short:
        is_paying = True
        while is_paying:
            with context.write() as session:
                is_paying = bool(pay_waiting(session, task_id))
