"""``banyan demo``: filled by a process of its own, served by another."""

import signal
import socket
import subprocess
import urllib.request

import psutil
import pytest
import sqlalchemy as sa

from core.orders.models import Order
from tests.integration.cli.test_run import answers, free_port, gone
from tests.integration.worker.processes import start, wait_until

MOST_BYTES = 110 << 20
"""As `make bench` holds a web worker to, and counted as it counts: shared pages in proportion."""
PAGES = ("", "c/", "cart", "me", "signin", "admin/signin")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def plugin_dirs():
    from core.config import ROOT

    return (ROOT / "plugins",)


@pytest.fixture
def demo(shop):
    """Start the demo on a port; whatever is left of it ends with the test."""
    started = []

    def run(port: int) -> psutil.Process:
        child = start(shop.config, "demo", "--port", str(port), output=subprocess.PIPE)
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.communicate()


def filling(child: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The children that fill the store."""
    children = psutil.Process(child.pid).children()
    return [each for each in children if "--fill-only" in each.cmdline()]


def test_the_process_that_serves_the_demo_is_as_small_as_any_other(demo, shop):
    port = free_port()
    child = demo(port)
    wait_until(lambda: answers(port), 120)
    for page in PAGES:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=10) as answer:
            answer.read()
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) > 20
    assert psutil.Process(child.pid).memory_full_info().pss < MOST_BYTES


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_demo_is_filled_ends_the_filling_too(demo, end):
    child = demo(free_port())
    wait_until(lambda: filling(child), 60)
    children = filling(child)
    child.send_signal(end)
    output, _ = child.communicate(timeout=30)
    assert child.returncode != 0
    assert b"Traceback" not in output
    wait_until(lambda: gone(children), 15)


def test_a_filling_that_fails_says_why_once_and_ends_the_demo_with_1(demo, shop):
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    port = free_port()
    child = demo(port)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 1
    assert output.count(b"Error:") == 1
    assert b"9999" in output
    assert b"Traceback" not in output
    assert not answers(port)


def test_a_taken_port_is_named_before_anything_is_filled(demo, shop):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        output, _ = demo(taken.getsockname()[1]).communicate(timeout=60)
    assert b"Another program may serve there" in output
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0
