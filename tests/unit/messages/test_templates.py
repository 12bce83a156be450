from datetime import UTC, datetime, timedelta

import pytest

from core.config import ConfigError
from core.kernel.errors import InvariantError
from core.messages import services as messages
from core.messages.rules.retries import MAX_TRIES, next_try
from core.messages.rules.templates import Template, Text, declare_template, render
from core.messages.services import smtp_channel

CODE = {"shop": "山屿集", "code": "012345", "minutes": 5}


def test_a_text_message_is_the_body_in_the_members_language():
    assert render("code.sign_in", "sms", "zh_Hans_CN", CODE).startswith("【山屿集】")
    assert "012345" in render("code.sign_in", "sms", "zh_Hans_CN", CODE)
    assert "is your sign-in code" in render("code.sign_in", "sms", "en", CODE)
    assert render("code.sign_in", "sms", "fr", CODE).startswith("【山屿集】")


def test_a_mail_starts_with_its_subject_and_an_empty_line():
    subject, empty, body = render("code.sign_in", "email", "en", CODE).split("\n", 2)
    assert subject == "Your 山屿集 sign-in code"
    assert empty == ""
    assert "012345" in body


def test_an_unknown_template_or_a_missing_value_is_our_bug():
    with pytest.raises(InvariantError):
        render("nothing.known", "sms", "en", {})
    with pytest.raises(InvariantError):
        render("code.sign_in", "sms", "en", {"shop": "x"})


def test_a_template_without_both_languages_is_refused():
    with pytest.raises(InvariantError):
        declare_template(Template("test.half", {"zh": Text("题", "文")}))


def test_every_core_template_fills_its_places():
    every = CODE | {"contact": "138****0001"}
    for key in ("code.sign_in", "code.bind", "code.reset"):
        for locale in ("zh_Hans_CN", "en"):
            assert "012345" in render(key, "sms", locale, every)
    for key in ("member.contact_changed", "member.password_changed"):
        for locale in ("zh_Hans_CN", "en"):
            assert "%" not in render(key, "email", locale, every)


def test_delays_grow_until_it_was_tried_often_enough():
    at = datetime(2026, 5, 1, tzinfo=UTC)
    again = [next_try(tries, at) for tries in range(1, MAX_TRIES)]

    assert again == sorted(again)
    assert again[0] == at + timedelta(seconds=10)
    assert next_try(MAX_TRIES, at) is None


def test_a_mail_server_is_read_from_one_address():
    channel = smtp_channel("smtp://user%40x:p%2Fw@mail.example.com?from=shop@example.com")
    assert (channel.host, channel.port, channel.is_tls) == ("mail.example.com", 587, False)
    assert (channel.user, channel.password, channel.sender) == ("user@x", "p/w", "shop@example.com")
    assert smtp_channel("smtps://a%40b.c:x@mail.example.com").port == 465
    assert smtp_channel("smtps://a%40b.c:x@mail.example.com").sender == "a@b.c"


@pytest.mark.parametrize("url", ["mail.example.com", "http://x", "smtp://", "smtp://mail.test"])
def test_a_wrong_address_of_a_mail_server_names_its_setting(url):
    with pytest.raises(ConfigError, match="BANYAN_SMTP_URL"):
        smtp_channel(url)


def test_the_public_face_offers_what_it_lists():
    assert all(hasattr(messages, name) for name in messages.__all__)
