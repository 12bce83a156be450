import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from banyan_by_hand import services
from banyan_by_hand.models import Sending

from core.api.ledger import PLATFORM, Leg, book, declare_kind, member_owner
from core.api.messages import send
from core.api.payouts import PayoutRequest, declare_payable, find_payout, request_payout

ORIGIN = {"Origin": "http://localhost"}
for kind in ("by_hand_test", "by_hand_test_reserved", "by_hand_test_paid"):
    declare_kind(kind, guarded=False)
declare_payable("by_hand_test", "by_hand_test_reserved", "by_hand_test_paid")


class Server(HTTPServer):
    """The store's own message server, on a port of this machine."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got, self.status = [], 204

    @property
    def place(self):
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def server():
    made = Server()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def shop_config(shop_config, server):
    return replace(shop_config, outbound_hosts=frozenset({server.place}))


def say(shop, key):
    with shop.database.write() as session:
        send(
            session,
            key=key,
            channel_kind="sms",
            recipient="13800000000",
            template="code.sign_in",
            params={"shop": "小店", "code": "1234", "minutes": 5},
        )


def test_texts_go_to_the_stores_own_server(shop, server, run_job):
    values = {"message_url": f"http://{server.place}/sms", "message_secret": "s3cret"}
    shop.plugins.save_settings("by_hand", values, "test")
    say(shop, "m-1")
    run_job("messages.deliver")

    ((headers, told),) = server.got
    assert told["to"] == "13800000000"
    assert "1234" in told["text"]
    assert headers["X-Signature"].startswith("sha256=")
    assert headers["Idempotency-Key"] == told["id"]


def test_a_text_is_tried_again_when_the_server_is_down(shop, server, run_job, clock):
    values = {"message_url": f"http://{server.place}/sms", "message_secret": "s3cret"}
    shop.plugins.save_settings("by_hand", values, "test")
    server.status = 503
    say(shop, "m-2")
    run_job("messages.deliver")
    server.status = 204
    clock.advance(hours=1)
    run_job("messages.deliver")

    assert len({told["id"] for _, told in server.got}) == 1
    assert len(server.got) == 2


def test_without_an_address_another_channel_sends(shop, server, run_job):
    say(shop, "m-3")
    run_job("messages.deliver")

    assert server.got == []


def test_a_payout_by_bank_is_listed_sent_and_paid_once(
    shop, make_member, make_staff, sign_in, maker, run_job
):
    member = make_member("小山")
    with shop.database.write() as session:
        legs = [Leg(PLATFORM, "by_hand_test_cost", -90_000)]
        legs.append(Leg(member_owner(member.id), "by_hand_test", 90_000))
        book(session, key="test", kind="test", reference="test", actor="test", legs=legs)
        wanted = PayoutRequest(
            member_id=member.id,
            source_kind="by_hand_test",
            channel="by_hand.bank",
            amount_fen=50_000,
            request_key="one",
            account={"name": "林小山", "number": "=6222", "bank": "山岛银行"},
        )
        made = request_payout(
            session,
            wanted,
            settings=shop.settings(),
            check=shop.extensions().check,
            channels=("by_hand.bank",),
        )
    maker.approve_payout(made.id)
    run_job("payouts.pay")
    merchant = sign_in(make_staff(), "staff")
    listed = merchant.get("/admin/x/by_hand/to-send.csv").text
    assert made.payout_no in listed
    assert "林小山" in listed
    assert ",=6222" not in listed

    for _ in range(2):
        merchant.post(f"/admin/x/by_hand/sending/{made.payout_no}", headers=ORIGIN)
    with shop.database.read() as session:
        assert find_payout(session, made.id, member_id=member.id).state == "paid"
        assert services.open_sendings(session) == []
        assert session.get(Sending, made.payout_no).account == {}
    maker.check_books()
