"""A switch is felt within a second by two web processes and a worker, none of them restarted."""

import http.client
import shutil
import socket
import time
from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from core.db.outbox import EventDelivery
from core.host.models import JobRun
from tests.integration.host.breakages import plugin
from tests.integration.host.conftest import PLUGINS
from tests.integration.worker.facts import cancelled, seen, tell
from tests.integration.worker.processes import running, wait_until

SECOND = 1.0
PAGE = """
@hookimpl
def register_store_pages():
    return [StorePage("felt.page", "/x/felt", lambda: "felt", access="guest")]
"""


@pytest.fixture
def plugin_dirs(tmp_path):
    folder = tmp_path / "plugins"
    shutil.copytree(PLUGINS / "counts_events", folder / "counts_events")
    plugin("felt", PAGE)(folder)
    return (folder,)


@pytest.fixture
def plugins_on():
    return ("counts_events", "felt")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(port: int, path: str = "/x/felt") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"User-Agent": "Mozilla/5.0"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.fixture
def ports(shop):
    """Two web processes and a worker that are up; answers the ports."""
    ports = [free_port(), free_port()]
    with ExitStack() as stack:
        for port in ports:
            arguments = ("run", "--port", str(port), "--no-worker", "--no-valkey")
            stack.enter_context(running(shop.config, *arguments))
        stack.enter_context(running(shop.config, "worker", "--no-redis"))
        for port in ports:
            wait_until(lambda port=port: status(port) == 200, 60)
        wait_until(lambda: "tick" in jobs(shop), 60)
        yield ports


def jobs(shop) -> list[str]:
    """The plugin's job runs."""
    with shop.database.read() as session:
        found = session.scalars(sa.select(JobRun.job).where(JobRun.job.like("counts_events.%")))
        return [job.rpartition(".")[2] for job in found]


def deliveries(shop) -> int:
    with shop.database.read() as session:
        query = sa.select(sa.func.count()).where(EventDelivery.plugin == "counts_events")
        return session.scalar(query) or 0


def told(shop, reason: str) -> bool:
    return reason in seen(shop)


def test_a_switch_is_felt_within_a_second_everywhere(shop, ports):
    for turn in range(3):
        for name in ("felt", "counts_events"):
            shop.plugins.disable(name, "me")
        switched = time.monotonic()
        for port in ports:
            wait_until(lambda port=port: status(port) == 404, SECOND)
        time.sleep(max(0.0, switched + SECOND - time.monotonic()))
        before, runs = deliveries(shop), len(jobs(shop))
        tell(shop, cancelled(reason=f"off {turn}"))
        time.sleep(1.5)
        assert deliveries(shop) == before
        assert not told(shop, f"off {turn}")
        assert len(jobs(shop)) == runs
        assert [status(port) for port in ports] == [404, 404]

        for name in ("felt", "counts_events"):
            shop.plugins.enable(name, "me")
        switched = time.monotonic()
        for port in ports:
            wait_until(lambda port=port: status(port) == 200, SECOND)
        time.sleep(max(0.0, switched + SECOND - time.monotonic()))
        tell(shop, cancelled(reason=f"on {turn}"))
        wait_until(lambda turn=turn: told(shop, f"on {turn}"), 5)
        assert not told(shop, f"off {turn}")
