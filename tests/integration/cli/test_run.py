"""``banyan run``: one command starts all, one signal ends all."""

import signal
import socket
import subprocess
import urllib.request

import psutil
import pytest

from core.embedded.valkey import find_valkey
from tests.integration.worker.processes import start, wait_until
from tests.left_out import leave_out

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def plugin_dirs():
    from core.config import ROOT

    return (ROOT / "plugins",)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def store(shop):
    """A running store: its process, its port and its children."""
    if find_valkey() is None:
        leave_out("Valkey not found: install banyan[embedded], or valkey-server")
    port = free_port()
    parent = start(shop.config, "run", "--port", str(port), output=subprocess.PIPE)
    wait_until(lambda: answers(port), 40)
    wait_until(lambda: len(psutil.Process(parent.pid).children()) == 2, 20)
    children = psutil.Process(parent.pid).children()
    yield parent, port, children
    for process in (*children, parent):
        if (
            process.poll() is None
            if isinstance(process, subprocess.Popen)
            else process.is_running()
        ):
            process.kill()
    parent.wait()
    if parent.stdout is not None:
        parent.stdout.close()


def gone(children: list[psutil.Process]) -> bool:
    return not any(
        child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children
    )


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_server_worker_and_valkey(store, end):
    parent, port, children = store
    parent.send_signal(end)
    assert parent.wait(30) == 0
    wait_until(lambda: gone(children), 15)
    assert not answers(port)


def test_children_die_with_a_parent_that_is_killed(store):
    parent, _, children = store
    parent.kill()
    parent.wait()
    wait_until(lambda: gone(children), 20)


def test_a_worker_that_dies_is_started_again(store):
    parent, _, children = store
    worker = next(child for child in children if "worker" in child.cmdline())
    worker.kill()

    def is_back() -> bool:
        now = psutil.Process(parent.pid).children()
        return any(child.pid != worker.pid and "worker" in child.cmdline() for child in now)

    wait_until(is_back, 20)


def test_a_taken_port_is_named(shop):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        child = start(
            shop.config,
            "run",
            "--port",
            str(port),
            "--no-worker",
            "--no-valkey",
            output=subprocess.PIPE,
        )
        output, _ = child.communicate(timeout=60)
    assert child.returncode == 1
    assert b"Another program may serve there" in output
    assert b"Traceback" not in output
