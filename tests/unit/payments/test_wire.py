import hashlib
import hmac
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Forbidden, InvalidInput
from core.payments.sandbox import wire
from core.payments.sandbox.services import check_decision
from core.payments.sandbox.types import Choice, Decision

KEY = wire.Key("banyan", "secret")


def test_the_signature_is_what_the_document_says():
    expected = hmac.new(b"secret", b"1700000000\nabc\n{}", hashlib.sha256).hexdigest()
    assert wire.signature("secret", "1700000000", "abc", b"{}") == expected


@given(st.dictionaries(st.text(max_size=9), st.integers() | st.text(max_size=9), max_size=4))
def test_what_was_signed_is_read_again(body):
    encoded = wire.encode(body)
    message = wire.check(KEY, wire.sign(KEY, encoded), encoded)
    assert message.body == body


PAID = wire.encode({"amount_fen": 12_900, "state": "paid"})


@given(place=st.integers(0, len(PAID) - 1), change=st.integers(1, 255))
def test_a_changed_byte_is_noticed(place, change):
    encoded = PAID
    damaged = bytearray(encoded)
    damaged[place] ^= change
    with pytest.raises(Forbidden):
        wire.check(KEY, wire.sign(KEY, encoded), bytes(damaged))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_message_from_another_time_is_refused(seconds):
    timestamp, nonce = str(int(time.time()) + seconds), "n" * 20
    headers = {
        wire.MERCHANT_HEADER: "banyan",
        wire.TIMESTAMP_HEADER: timestamp,
        wire.NONCE_HEADER: nonce,
        wire.SIGNATURE_HEADER: wire.signature("secret", timestamp, nonce, b"{}"),
    }
    with pytest.raises(Forbidden) as refusal:
        wire.check(KEY, headers, b"{}")
    assert refusal.value.code == "sandbox.old"


@pytest.mark.parametrize(
    ("timestamp", "nonce"),
    [("", "n" * 20), ("1e9", "n" * 20), ("-1", "n" * 20), ("9" * 13, "n" * 20), ("1", "short")],
)
def test_a_signed_message_of_bad_form_is_refused(timestamp, nonce):
    headers = {
        wire.MERCHANT_HEADER: "banyan",
        wire.TIMESTAMP_HEADER: timestamp,
        wire.NONCE_HEADER: nonce,
        wire.SIGNATURE_HEADER: wire.signature("secret", timestamp, nonce, b"{}"),
    }
    with pytest.raises(Forbidden):
        wire.check(KEY, headers, b"{}")


def test_a_key_is_derived_from_the_installations_secret_and_keeps_it_to_itself():
    one, two = wire.derived_key("a"), wire.derived_key("b")
    assert one.secret != two.secret
    assert one == wire.derived_key("a")
    assert one.secret not in repr(one)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(Choice.LATER, delay_s=0),
        Decision(Choice.LATER, delay_s=3601),
        Decision(Choice.REPEAT, repeats=1),
        Decision(Choice.REPEAT, repeats=51),
        Decision(Choice.WRONG_AMOUNT, paid_fen=0),
        Decision(Choice.WRONG_AMOUNT, paid_fen=-5),
    ],
)
def test_figures_out_of_range_are_refused(decision):
    with pytest.raises(InvalidInput):
        check_decision(decision)
