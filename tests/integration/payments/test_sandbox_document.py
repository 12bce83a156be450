"""`docs/sandbox-gateway.md` is true: its client drives the gateway, its figures are the code's."""

import http.server
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from core.payments.sandbox import delivery, wire
from core.payments.sandbox.delivery import deliver_callbacks
from core.payments.sandbox.server import _ROUTES, PREFIX
from core.payments.sandbox.types import Choice, RefundMode, SandboxState

DOCUMENT = Path(__file__).parents[3] / "docs" / "sandbox-gateway.md"


@contextmanager
def serving(server):
    """The gateway behind a real socket."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = server.handle(self.path, dict(self.headers), body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *arguments):
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{web.server_port}"
    finally:
        web.shutdown()
        thread.join()
        web.server_close()


@contextmanager
def delivering(database, key):
    """What the worker does every second, somewhat faster."""
    over = threading.Event()

    def run():
        while not over.wait(0.1):
            deliver_callbacks(database, key)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_the_documents_client_pays_and_refunds(database, server, key):
    program = "\n".join(re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL))
    with serving(server) as url, delivering(database, key):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            env={**os.environ, "SANDBOX_URL": url, "BANYAN_SANDBOX_SECRET": key.secret},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert "the shopper would open" in done.stdout


def test_the_document_names_every_address_choice_state_and_figure():
    text = DOCUMENT.read_text()
    for path, (kind, _) in _ROUTES.items():
        assert f"`{PREFIX}{path}`" in text
        assert f"`{kind}`" in text
    for word in (*Choice, *RefundMode, *SandboxState):
        assert f"`{word.value}`" in text
    for header in ("Merchant", "Timestamp", "Nonce", "Signature"):
        assert f"`Sandbox-{header}`" in text
    assert f"{wire.MAX_AGE_S} seconds" in text
    *most, last = map(str, delivery._DELAYS_S)
    assert f"{', '.join(most)} and {last} seconds" in " ".join(text.split())
