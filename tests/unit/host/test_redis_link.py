import socket
import time

import pytest
import redis  # noqa: F401 - loading the client is not what is measured
import rq  # noqa: F401

from core.host.redis_link import RedisLink


@pytest.fixture
def silent_server():
    """A port that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_without_an_address_nothing_is_asked():
    link = RedisLink("")
    assert not link.is_configured
    assert not link.is_up()
    assert not link.enqueue("core.worker.tasks.drain", job_id="x")


def test_a_silent_redis_costs_half_a_second_once(silent_server):
    link = RedisLink(f"redis://127.0.0.1:{silent_server}/0")
    began = time.monotonic()
    assert not link.enqueue("core.worker.tasks.drain", job_id="x")
    assert time.monotonic() - began < 0.5
    began = time.monotonic()
    for _ in range(100):
        assert not link.enqueue("core.worker.tasks.drain", job_id="x")
    assert time.monotonic() - began < 0.05


def test_a_refusing_redis_costs_nothing_and_raises_nothing():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    assert not RedisLink(f"redis://127.0.0.1:{port}/0").is_up()
    assert time.monotonic() - began < 0.5
