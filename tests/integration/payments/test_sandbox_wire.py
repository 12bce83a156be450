"""What goes over the sandbox's wire and is not to be believed: forged, old, replayed, twisted."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest

from core.kernel import clock
from core.kernel.errors import Forbidden, UpstreamError
from core.payments.sandbox import services, wire
from core.payments.sandbox.client import HttpTransport, SandboxGateway
from core.payments.sandbox.delivery import deliver_callbacks
from core.payments.sandbox.server import PREFIX, Answer
from core.payments.sandbox.types import Choice
from tests.integration.payments.conftest import TOTAL
from tests.integration.payments.test_sandbox import decide


def test_forged_old_and_replayed_callbacks_are_refused(database, gateway, ask, key, time_machine):
    gateway.start(ask)
    decide(database, ask, Choice.PAY)
    posted = []
    deliver_callbacks(database, key, send=lambda *args: posted.append(args) or 500)
    ((_, headers, body),) = posted
    changes = [
        ({wire.SIGNATURE_HEADER: "0" * 64}, body),
        ({wire.SIGNATURE_HEADER: ""}, body),
        ({wire.SIGNATURE_HEADER: "ü"}, body),
        ({wire.NONCE_HEADER: "x" * 24}, body),
        ({wire.TIMESTAMP_HEADER: "1"}, body),
        ({wire.MERCHANT_HEADER: "other"}, body),
        ({}, body.replace(b'"paid"', b'"failed"')),
        ({}, body + b" "),
        ({}, b""),
    ]
    for change, sent in changes:
        with pytest.raises(Forbidden, match="signature is wrong"):
            gateway.read_notice({**headers, **change}, sent)
    lower = {name.lower(): value for name, value in headers.items()}
    assert gateway.read_notice(lower, body).amount_fen == TOTAL
    with pytest.raises(Forbidden, match="used before"):
        gateway.read_notice(headers, body)
    fresh = wire.sign(key, body)
    time_machine.move_to(clock.now() + timedelta(seconds=302), tick=False)
    with pytest.raises(Forbidden, match="older than five minutes"):
        gateway.read_notice(fresh, body)
    other = wire.encode({**json.loads(body), "kind": "payment.state"})
    with pytest.raises(Forbidden, match="no callback"):
        gateway.read_notice(wire.sign(key, other), other)


def test_one_callback_played_many_times_at_once_is_read_once(database, gateway, ask, key):
    gateway.start(ask)
    decide(database, ask, Choice.PAY)
    posted = []
    deliver_callbacks(database, key, send=lambda *args: posted.append(args) or 500)
    ((_, headers, body),) = posted
    gate = Barrier(8)

    def play(_):
        gate.wait()
        try:
            return gateway.read_notice(headers, body)
        except Forbidden:
            return None

    with ThreadPoolExecutor(8) as pool:
        read = [result for result in pool.map(play, range(8)) if result]
    assert len(read) == 1


def test_requests_to_the_sandbox_must_be_signed_fresh_and_of_their_kind(server, key, ask, database):
    body = wire.encode({"kind": "payment.query", "payment_no": ask.payment_no})
    path = PREFIX + "payments/query"

    def codes(*requests):
        return [
            (answer.status, json.loads(answer.body)["code"])
            for answer in (server.handle(*request) for request in requests)
        ]

    headers = wire.sign(key, body)
    stranger = wire.Key("banyan", "a guess")
    assert codes(
        (path, wire.sign(stranger, body), body),
        (path, {}, body),
        (path, headers, body),
        (path, headers, body),
        (PREFIX + "refunds", wire.sign(key, body), body),
        (PREFIX + "elsewhere", wire.sign(key, body), body),
        ("/elsewhere", wire.sign(key, body), body),
    ) == [
        (403, "sandbox.forged"),
        (403, "sandbox.forged"),
        (404, "sandbox.unknown"),
        # A refused request has had no effect and gives its nonce back.
        (404, "sandbox.unknown"),
        (422, "sandbox.kind"),
        (404, "sandbox.path"),
        (404, "sandbox.path"),
    ]
    text = b"[1]"
    assert codes((path, wire.sign(key, text), text)) == [(403, "sandbox.forged")]


def test_a_request_that_had_an_effect_cannot_be_played_again(server, gateway, key, ask):
    gateway.start(ask)
    body = wire.encode({"kind": "payment.decide", "payment_no": ask.payment_no, "choice": "pay"})
    headers = wire.sign(key, body)
    answers = [server.handle(PREFIX + "payments/decide", headers, body) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 403]
    assert json.loads(answers[1].body)["code"] == "sandbox.replayed"


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 0}, {"amount_fen": "1"}, {"amount_fen": True}, {"amount_fen": 1.0},
        {"payment_no": ""}, {"payment_no": "x" * 33}, {"payment_no": None},
        {"notify_url": "ftp://x"}, {"return_url": "//evil.test"}, {"return_url": "javascript:1"},
        {"expires_at": "soon"}, {"expires_at": "2030-01-01T00:00:00"},
    ],
)  # fmt: skip
def test_bad_fields_are_named(server, key, change):
    body = {
        "kind": "payment.create",
        "payment_no": "P1",
        "amount_fen": 1,
        "subject": "x",
        "notify_url": "https://a.test/n",
        "return_url": "https://a.test/r",
        "expires_at": "2030-01-01T00:00:00+00:00",
    }
    encoded = wire.encode(body | change)
    answer = server.handle(PREFIX + "payments", wire.sign(key, encoded), encoded)
    assert answer.status == 422
    assert next(iter(change)) in json.loads(answer.body)["message"]


def test_the_store_trusts_no_answer_that_is_not_the_sandboxs(database, key, server, ask):
    class Between:
        """Somebody on the line."""

        def __init__(self, tamper):
            self.tamper = tamper

        def post(self, path, headers, body):
            return self.tamper(server.handle(path, headers, body))

    stored = []

    def play_old(answer):
        stored.append(answer)
        return stored[0]

    def change(answer):
        return Answer(answer.status, answer.headers, answer.body.replace(b"waiting", b"paid"))

    forged = SandboxGateway(database, key, Between(change))
    with pytest.raises(UpstreamError, match="cannot be trusted"):
        forged.start(ask)
    old = SandboxGateway(database, key, Between(play_old))
    old.start(ask)
    with pytest.raises(UpstreamError, match="another request") as refusal:
        old.query(ask.payment_no)
    assert not refusal.value.permanent


def test_over_http_silence_is_an_error_that_may_pass(database, key, ask, server):
    def answer(request):
        told = server.handle(request.url.path, dict(request.headers), request.content)
        return httpx.Response(told.status, headers=dict(told.headers), content=told.body)

    def silent(request):
        raise httpx.ReadTimeout("silent")

    def gateway(handler):
        client = httpx.Client(transport=httpx.MockTransport(handler))
        return SandboxGateway(database, key, HttpTransport("https://sandbox.test/", client))

    assert gateway(answer).start(ask).gateway_ref.startswith("SBX")
    with pytest.raises(UpstreamError, match="did not answer") as refusal:
        gateway(silent).start(ask)
    assert not refusal.value.permanent
    with pytest.raises(UpstreamError, match="cannot be trusted"):
        gateway(lambda _: httpx.Response(502, text="<html>")).start(ask)


def test_used_nonces_are_forgotten_when_they_no_longer_matter(database, time_machine):
    with database.write() as session:
        services.use_nonce(session, "server", "a" * 20)
        services.use_nonce(session, "client", "a" * 20)
        assert services.prune_nonces(session) == 0
    time_machine.move_to(clock.now() + timedelta(minutes=21), tick=False)
    with database.write() as session:
        assert services.prune_nonces(session) == 2
