"""Posting outside: public addresses over TLS only, unless the installation allows a host."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.kernel.errors import UpstreamError
from core.outbound import MOST_BYTES, Outbound


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.hosts.append(self.headers["Host"])
        status, body, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def server():
    made = HTTPServer(("127.0.0.1", 0), Handler)
    made.answer, made.hosts = (200, b"ok", {}), []
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def post(server):
    """Posts to the server by a name, which the installation allows."""
    place = f"localhost:{server.server_port}"

    def run():
        return Outbound(frozenset({place})).post(f"http://{place}/x", b"{}", {})

    return run


def test_an_allowed_host_is_spoken_to_under_its_own_name(post, server):
    assert post().body == b"ok"
    assert server.hosts == [f"localhost:{server.server_port}"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https:///nowhere",
        "https://example.com:99999/",
        "",
    ],
)
def test_other_addresses_are_refused_for_good(url):
    with pytest.raises(UpstreamError) as error:
        Outbound().post(url, b"", {})
    assert error.value.permanent


def test_a_name_that_leads_inside_is_refused(monkeypatch):
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.5", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)

    with pytest.raises(UpstreamError, match="not a public address"):
        Outbound().post("https://innocent.example/", b"", {})


@pytest.mark.parametrize(
    ("answer", "is_permanent"),
    [
        ((302, b"", {"Location": "http://127.0.0.1/"}), True),
        ((404, b"", {}), True),
        ((429, b"", {}), False),
        ((503, b"", {}), False),
        ((200, b"x" * (MOST_BYTES + 1), {}), True),
    ],
    ids=["redirect", "refused", "too often", "down", "too long"],
)
def test_what_is_no_success_raises(post, server, answer, is_permanent):
    server.answer = answer
    with pytest.raises(UpstreamError) as error:
        post()
    assert error.value.permanent is is_permanent


def test_nobody_there_is_worth_another_try():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(UpstreamError) as error:
        Outbound(frozenset({place})).post(f"http://{place}/", b"", {})
    assert not error.value.permanent
