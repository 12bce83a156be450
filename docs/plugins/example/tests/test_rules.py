import hashlib
import hmac
import json

import pytest
from banyan_by_hand import rules

from core.api.errors import InvalidInput

EMPTY = {
    "account_name": "",
    "account_no": "",
    "bank_name": "",
    "message_url": "",
    "message_secret": "",
}


def test_words_are_one_line_of_limited_length():
    assert rules.words_of("  生日\n快乐 ") == "生日 快乐"
    for typed in (" ", "长" * 201):
        with pytest.raises(InvalidInput):
            rules.words_of(typed)


def test_settings_say_all_of_an_account_or_nothing():
    rules.check_settings(EMPTY)
    with pytest.raises(InvalidInput) as refusal:
        rules.check_settings({**EMPTY, "account_name": "店", "bank_name": "银行"})
    assert refusal.value.params["field"] == "account_no"
    with pytest.raises(InvalidInput) as refusal:
        rules.check_settings({**EMPTY, "message_url": "https://sms.example.com"})
    assert refusal.value.params["field"] == "message_secret"


def test_a_message_proves_whose_it_is():
    body, headers = rules.signed("13800000000", "验证码 1234", "m-1", "s3cret")

    assert json.loads(body) == {"to": "13800000000", "text": "验证码 1234", "id": "m-1"}
    mark = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == f"sha256={mark}"
    assert headers["Idempotency-Key"] == "m-1"
