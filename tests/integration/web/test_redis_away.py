"""A Redis that refuses or stays silent costs a request at most half a second and loses nothing."""

import socket
import time
from contextlib import closing
from dataclasses import replace

import pytest

from core.app import create_app
from core.host.shop import open_shop
from tests.integration.web.conftest import PERSON, Browser
from tests.integration.worker.processes import running, wait_until

LONGEST = 0.5


@pytest.fixture(params=["refused", "silent"])
def redis_url(request):
    """Address of a Redis that takes no connection, or takes it and never says a word."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "silent":
            server.listen()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def plugins_on():
    return ("distribution",)


@pytest.fixture
def away(shop, redis_url):
    """The shop as a process with that Redis opens it."""
    opened = open_shop(replace(shop.config, redis_url=redis_url))
    yield opened
    opened.close()


def taken(act) -> float:
    began = time.monotonic()
    assert act().status_code in {200, 303}
    return time.monotonic() - began


@pytest.mark.slow
def test_no_request_waits_for_it_and_no_fact_is_lost(shop, away, maker, sign_in, outbox):
    order = maker.order(paid=False)
    cookie = sign_in(order.member_id).get_cookie("banyan_member").value

    def browse(of):
        client = create_app(shop=of).test_client()
        client.set_cookie("banyan_member", cookie)
        client.environ_base["HTTP_USER_AGENT"] = PERSON
        return Browser(client)

    plain, hurt = browse(shop), browse(away)
    acts = [
        lambda browser: browser.get("/"),
        lambda browser: browser.get("/me/orders"),
        lambda browser: browser.post(f"/me/orders/{order.order_no}/again"),
        lambda browser: browser.post("/me/settings/privacy", {"marketing": "1"}),
    ]
    for act in acts:
        base = min(taken(lambda act=act: act(plain)) for _ in range(3))
        slowest = max(taken(lambda act=act: act(hurt)) for _ in range(3))
        assert slowest < base + LONGEST
    began = time.monotonic()
    gone = hurt.post(f"/me/orders/{order.order_no}/cancel", {"reason": "0"})
    assert gone.status_code == 303
    assert time.monotonic() - began < LONGEST + 0.5
    assert "order_cancelled" in outbox.names()
    with running(away.config, "worker"):
        wait_until(lambda: outbox.backlog().oldest_at is None, 30)
