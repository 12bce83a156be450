"""What RQ calls by name. Arguments and answers are JSON; the truth stays in the database."""

from functools import lru_cache

from core.config import load_config
from core.host.shop import Shop, open_shop
from core.worker.jobs import run_tick as run_one_tick
from core.worker.process import current
from core.worker.relay import Relay


def drain() -> None:
    """New facts were committed: look at the outbox now instead of at the next fifth of a second."""
    process = current()
    if process is not None:
        process.wake()
    else:
        shop = _shop()
        Relay(shop.database, shop.plugins).drain()


def run_tick(key: str, tick: int) -> None:
    """Run a tick of a job, unless somebody else has it."""
    process = current()
    run_one_tick(process.shop if process is not None else _shop(), key, tick)


@lru_cache(maxsize=1)
def _shop() -> Shop:
    """The shop of a plain ``rq worker`` process."""
    return open_shop(load_config())
