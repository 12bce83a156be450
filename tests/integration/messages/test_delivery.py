import socketserver
import threading
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from core.kernel.errors import NotFound, UpstreamError
from core.messages.models import Message
from core.messages.services import (
    SandboxChannel,
    SmtpChannel,
    deliver,
    deliver_due,
    list_messages,
    message_view,
    requeue,
    send,
)
from tests.integration.people import at_once

CODE = {"shop": "山屿集", "code": "012345", "minutes": 5}


@dataclass
class Postbox:
    """A channel that keeps what it is given, or fails as told."""

    kind: str = "sms"
    key: str = "test_sms"
    label: str = "Test"
    failure: UpstreamError | None = None
    taken: list = field(default_factory=list)

    def send(self, recipient, body, key):
        if self.failure:
            raise self.failure
        self.taken.append((recipient, body, key))


@pytest.fixture
def queue(database):
    def run(key="k1", template="code.sign_in", kind="sms", recipient="+8613800000009", **more):
        with database.write() as session:
            return send(
                session,
                key=key,
                channel_kind=kind,
                recipient=recipient,
                template=template,
                params=CODE | {"contact": "x"},
                **more,
            )

    return run


def look(database, message_id):
    with database.read() as session:
        return message_view(session, message_id)


def failing(*, permanent):
    return Postbox(failure=UpstreamError("test.down", "Down.", permanent=permanent))


def test_a_queued_message_is_sent_once(database, queue):
    message_id, box = queue(), Postbox()
    assert deliver_due(database, [box]) == 1
    assert deliver_due(database, [box]) == 0
    ((recipient, body, key),) = box.taken
    assert (recipient, key) == ("+8613800000009", "k1")
    assert "012345" in body
    message = look(database, message_id)
    assert (message.state, message.channel, message.tries) == ("sent", "test_sms", 1)
    assert message.sent_at is not None


def test_one_key_is_one_message(database, queue):
    assert queue("k1") == queue("k1")
    assert queue("k2") != queue("k1")
    box = Postbox()
    assert deliver_due(database, [box]) == 2


def test_ten_sends_at_once_under_one_key_are_one_message(database, queue):
    assert len(set(at_once(lambda _: queue("k1"), 10))) == 1


def test_a_code_is_forgotten_by_the_log_once_it_is_sent(database, queue):
    secret, plain = queue("k1"), queue("k2", template="member.contact_changed")
    deliver_due(database, [Postbox()])
    assert "012345" not in look(database, secret).body
    assert "山屿集" in look(database, plain).body
    with database.read() as session:
        params = dict(session.execute(sa.select(Message.key, Message.params)).all())
    assert "012345" not in str(params["k1"])


def test_the_sandbox_keeps_the_code_in_the_log_and_prints_it(database, queue, capsys):
    message_id = queue()
    deliver_due(database, [SandboxChannel("sms")])
    assert "012345" in look(database, message_id).body
    assert look(database, message_id).channel == "sandbox_sms"
    assert "012345" in capsys.readouterr().out


def test_the_first_channel_of_the_right_kind_sends(database, queue):
    mail, first, second = Postbox("email"), Postbox(), Postbox()
    queue()
    deliver_due(database, [mail, first, second])
    assert [len(box.taken) for box in (mail, first, second)] == [0, 1, 0]


def test_a_message_can_leave_at_once_without_the_job(database, queue):
    message_id, box = queue(), Postbox()
    assert deliver(database, [box], message_id)
    assert not deliver(database, [box], message_id)
    assert len(box.taken) == 1


def test_a_failure_is_tried_again_later_and_later(database, queue, days):
    message_id, box = queue(), failing(permanent=False)
    waits = []
    for _ in range(400):
        before = look(database, message_id).tries
        deliver_due(database, [box])
        if look(database, message_id).tries > before:
            waits.append(0)
        if look(database, message_id).state == "failed":
            break
        waits[-1] += 30
        days(30 / 86_400)
    assert len(waits) == 6
    assert waits[:-1] == sorted(waits[:-1])
    assert look(database, message_id).failure == "Down."


def test_a_failure_for_good_is_not_tried_again_but_by_hand(database, queue, days):
    message_id = queue(template="member.contact_changed")
    deliver_due(database, [failing(permanent=True)])
    assert look(database, message_id).state == "failed"
    days(1)
    box = Postbox()
    assert deliver_due(database, [box]) == 0
    with database.write() as session:
        requeue(session, message_id)
    assert deliver_due(database, [box]) == 1
    with pytest.raises(NotFound), database.write() as session:
        requeue(session, message_id)


def test_without_a_channel_a_message_waits_for_one(database, queue, days):
    message_id = queue()
    assert deliver_due(database, []) == 0
    assert look(database, message_id).state == "queued"
    days(1)
    assert deliver_due(database, [Postbox()]) == 1


def test_a_process_that_dies_while_sending_lets_go(database, queue, days):
    message_id = queue()

    class Dies(Postbox):
        def send(self, recipient, body, key):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_due(database, [Dies()])
    box = Postbox()
    assert deliver_due(database, [box]) == 0
    days(3 / 1440)
    assert deliver_due(database, [box]) == 1
    assert look(database, message_id).tries == 2


def test_workers_at_once_send_each_message_once(database, queue):
    for number in range(30):
        queue(f"k{number}")
    box = Postbox()

    def work(_index):
        while deliver_due(database, [box], limit=5):
            pass

    assert at_once(work, 4) == [None] * 4
    assert sorted(key for _, _, key in box.taken) == sorted(f"k{n}" for n in range(30))


def test_the_log_is_searched_and_paged(database, queue):
    for number in range(3):
        queue(f"k{number}", recipient=f"+861380000000{number}")
    queue("k9", template="member.password_changed")
    with database.read() as session:
        assert list_messages(session, query="password").total == 1
        assert list_messages(session, query="00000001").total == 1
        assert list_messages(session, state="sent").total == 0
        page = list_messages(session, page=2, per_page=3)
    assert (len(page.items), page.total) == (1, 4)


class _Smtp(socketserver.StreamRequestHandler):
    """As much of a mail server as one message needs."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line.strip().split(b" ")[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                self.server.taken.append(body)
            if word == b"RCPT" and b"nobody" in line:
                self.wfile.write(b"550 no such user\r\n")
                continue
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


@pytest.fixture
def mail_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.daemon_threads = True
        server.taken = []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def smtp(mail_server):
    return SmtpChannel("127.0.0.1", mail_server.server_address[1], "山屿集 <shop@demo.banyan>")


def test_mail_reaches_a_mail_server_with_subject_and_text(mail_server, smtp):
    from email import message_from_bytes, policy

    smtp.send("su@demo.banyan", "你的验证码\n\n012345，请勿告诉他人。\n", "k1")
    (raw,) = mail_server.taken
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == "你的验证码"
    assert mail["To"] == "su@demo.banyan"
    assert mail.get_content().strip() == "012345，请勿告诉他人。"


def test_a_mailbox_that_is_not_there_is_not_tried_again(smtp):
    with pytest.raises(UpstreamError) as error:
        smtp.send("nobody@demo.banyan", "Subject\n\nText", "k1")
    assert error.value.permanent


def test_a_mail_server_that_does_not_answer_is_tried_again():
    channel = SmtpChannel("127.0.0.1", 1, "shop@demo.banyan")
    with pytest.raises(UpstreamError) as error:
        channel.send("su@demo.banyan", "Subject\n\nText", "k1")
    assert not error.value.permanent


def test_a_subject_cannot_smuggle_headers(smtp, mail_server):
    smtp.send("su@demo.banyan", "Hello\n\nBcc: x@demo.banyan", "k1")
    assert b"Bcc: x@demo.banyan" not in mail_server.taken[0].split(b"\r\n\r\n")[0]
