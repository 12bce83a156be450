"""``python -m plugins.distribution.tests.settler LIMIT [DIES_AT]``: settles.

Batches are small. With a second number the process kills itself (SIGKILL) just before its
so-manieth statement or commit.
"""

import os
import signal
import sys
from typing import Any

import sqlalchemy as sa

from core.config import load_config
from core.host.shop import open_shop
from plugins.distribution.services.settlement import settle_batch


def main(limit: int, dies_at: int) -> None:
    """Settle until nothing is due, a few commissions at a time."""
    shop = open_shop(load_config())
    left = dies_at

    def step(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(shop.database.engine, "before_cursor_execute", step)
    sa.event.listen(shop.database.engine, "commit", step)
    settled = 0
    while True:
        with shop.database.write() as session:
            count = settle_batch(session, limit)
        if not count:
            break
        settled += count
    sys.stdout.write(f"{settled}\n")
    shop.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
