"""``python -m tests.integration.crashes.killing``: processes that are killed, one after another.

Reads the configuration from its environment and its task as JSON from standard input. Every process
is a fork of one that has imported everything and opened nothing, so that it starts in no time. Each
checks the books, goes on where the one before was killed, begins new orders, and kills itself
(SIGKILL) just before a random SQL statement or commit. The last one finishes everything; what it
finds wrong is printed, with the number of orders, as JSON.
"""

import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from core.config import load_config
from core.host.shop import Shop, open_shop
from tests.integration.crashes.life import Cast, Life
from tests.integration.crashes.reckoning import broken_books, problems


def main() -> int:
    """Kill as often as asked; exit code 1 when a process fails otherwise than by being killed."""
    task = json.load(sys.stdin)
    cast = Cast.from_json(task["cast"])
    chance = random.Random(task["seed"])  # noqa: S311 - not a secret
    for _ in range(task["kills"]):
        steps = chance.randint(1, task["span"])
        status = _in_child(lambda steps=steps: _live_and_die(cast, steps))
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            sys.stderr.write(f"a process to be killed at step {steps} ended with {status}\n")
            return 1
    return int(_in_child(lambda: _finish(cast)) != 0)


def _in_child(work: Callable[[], None]) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - the exit code tells the parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _live_and_die(cast: Cast, steps: int) -> None:
    shop = open_shop(load_config())
    if broken := broken_books(shop):
        raise AssertionError(f"after a crash: {broken}")
    life = Life(shop, cast)
    _kill_at(shop, steps)
    life.carry_on()


def _kill_at(shop: Shop, steps: int) -> None:
    """End this process just before its so-manieth statement or commit from now on."""
    left = steps

    def step(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(shop.database.engine, "before_cursor_execute", step)
    sa.event.listen(shop.database.engine, "commit", step)


def _finish(cast: Cast) -> None:
    shop = open_shop(load_config())
    life = Life(shop, cast)
    life.finish()
    found = {"orders": life.begun(), "problems": problems(shop, cast)}
    sys.stdout.write(json.dumps(found) + "\n")
    shop.close()


if __name__ == "__main__":
    sys.exit(main())
