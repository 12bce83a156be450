import time

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from core.kernel.errors import Conflict, InvalidInput, RateLimited, Rejected, WrongSecret
from core.members.models import Member
from core.members.services import (
    agreed,
    block_member,
    change_email,
    change_phone,
    confirm_password,
    member_view,
    open_session,
    prepare_password,
    read_session,
    register_with_password,
    reset_password,
    send_code,
    set_password,
    sign_in_with_password,
)
from core.members.types import CodePurpose, NewPassword, Realm
from core.messages.services import list_messages
from tests.integration.people import PASSWORD, at_once, facts, last_code

EMAIL = "su.wan@demo.banyan"
IP = "203.0.113.7"


def register(database, password, email=EMAIL, **more):
    more.setdefault("consents", agreed())
    with database.write() as session:
        return register_with_password(session, email, password, ip=IP, **more)


def test_register_with_e_mail_and_sign_in_by_it(database, known_password):
    made = register(database, known_password, "Su.Wan@Demo.Banyan", nickname="苏晚")
    back = sign_in_with_password(database, " SU.WAN@demo.banyan", PASSWORD, ip=IP)

    assert made.is_new
    assert not back.is_new
    assert back.member.id == made.member.id
    assert (back.member.name, back.member.email, back.member.has_password) == ("苏晚", EMAIL, True)
    assert len(facts(database, "member_registered")) == 1


def test_the_phone_serves_as_a_name_to_sign_in_too(database, make_member):
    member_id = make_member(phone="+8613800000009")
    found = sign_in_with_password(database, "138 0000 0009", PASSWORD, ip=IP)
    assert found.member.id == member_id


def test_a_mailbox_has_one_account(database, known_password):
    register(database, known_password)
    with pytest.raises(Conflict):
        register(database, known_password, EMAIL.upper())


def test_one_of_ten_registrations_at_once_wins(database, known_password):
    results = at_once(lambda _: register(database, known_password), 10)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert all(isinstance(r, Conflict) for r in results if isinstance(r, Exception))


def test_agreeing_is_needed(database, known_password):
    with pytest.raises(InvalidInput):
        register(database, known_password, consents=agreed()[:1])


def test_a_wrong_password_and_an_unknown_account_read_the_same(database, known_password):
    register(database, known_password)
    answers = []
    for login in (EMAIL, "nobody@demo.banyan", "not a name", "13800000009"):
        with pytest.raises(WrongSecret) as refusal:
            sign_in_with_password(database, login, "wrong-password", ip=IP)
        answers.append((refusal.value.code, str(refusal.value), refusal.value.params))
    assert len({str(answer) for answer in answers}) == 1


def test_an_unknown_account_takes_as_long_as_a_wrong_password(database, known_password):
    register(database, known_password)

    def shortest(login: str) -> float:
        spent = []
        for number in range(4):
            begun = time.thread_time()
            with pytest.raises(WrongSecret):
                sign_in_with_password(database, login, "wrong-password", ip=f"203.0.113.{number}")
            spent.append(time.thread_time() - begun)
        return min(spent)

    shortest(EMAIL)  # warm
    assert 0.5 < shortest("nobody@demo.banyan") / shortest(EMAIL) < 2


def test_ten_wrong_tries_from_one_place_close_the_account_there_only(database, known_password):
    register(database, known_password)
    for _ in range(10):
        with pytest.raises(WrongSecret):
            sign_in_with_password(database, EMAIL, "wrong-password", ip=IP)
    with pytest.raises(RateLimited):
        sign_in_with_password(database, EMAIL, PASSWORD, ip=IP)
    assert sign_in_with_password(database, EMAIL, PASSWORD, ip="198.51.100.1")


def test_signing_in_clears_the_failures_before(database, known_password):
    register(database, known_password)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongSecret):
                sign_in_with_password(database, EMAIL, "wrong-password", ip=IP)
        sign_in_with_password(database, EMAIL, PASSWORD, ip=IP)


def test_a_hash_of_an_older_cost_is_renewed_at_sign_in(database):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    register(database, NewPassword(weak))
    sign_in_with_password(database, EMAIL, PASSWORD, ip=IP)

    with database.read() as session:
        stored = session.execute(sa.select(Member.password_hash)).scalar_one()
    assert stored != weak
    assert sign_in_with_password(database, EMAIL, PASSWORD, ip=IP)


def test_a_blocked_member_learns_it_only_with_the_right_password(database, known_password):
    member_id = register(database, known_password).member.id
    with database.write() as session:
        block_member(session, member_id)
    with pytest.raises(WrongSecret):
        sign_in_with_password(database, EMAIL, "wrong-password", ip=IP)
    with pytest.raises(Rejected) as refusal:
        sign_in_with_password(database, EMAIL, PASSWORD, ip=IP)
    assert refusal.value.code == "member.blocked"


def test_no_account_without_a_password_is_opened_by_one(database, make_member, known_password):
    with database.write() as session:
        session.execute(sa.update(Member).values(password_hash=None))
    make_member(phone="+8613800000009")
    with database.write() as session:
        session.execute(sa.update(Member).values(password_hash=None))
    for guess in ("", "None", "nobody's password"):
        with pytest.raises(WrongSecret):
            sign_in_with_password(database, "13800000009", guess, ip=IP)


def test_grave_acts_ask_for_the_password_again(database, make_member):
    member_id = make_member()
    confirm_password(database, member_id, PASSWORD, ip=IP)
    with pytest.raises(WrongSecret):
        confirm_password(database, member_id, "wrong-password", ip=IP)


def test_a_new_password_signs_out_everybody_else_and_says_so(database, make_member):
    member_id = make_member(phone="+8613800000009")
    with database.write() as session:
        here = open_session(session, Realm.MEMBER, member_id)
        there = open_session(session, Realm.MEMBER, member_id)
        key = read_session(session, here, Realm.MEMBER).session_key
    new = prepare_password("another-password")
    with database.write() as session:
        set_password(session, member_id, new, key=key)

    with database.read() as session:
        assert read_session(session, here, Realm.MEMBER)
        assert read_session(session, there, Realm.MEMBER) is None
        told = list_messages(session, query="password_changed").items
    assert [message.recipient for message in told] == ["+8613800000009"]
    assert sign_in_with_password(database, "13800000009", "another-password", ip=IP)


def test_a_forgotten_password_is_set_by_a_code_and_ends_every_session(database, make_member):
    member_id = make_member(phone="+8613800000009")
    with database.write() as session:
        token = open_session(session, Realm.MEMBER, member_id)
        send_code(session, "sms", "13800000009", CodePurpose.RESET, ip=IP)
    code = last_code(database, "+8613800000009")
    new = prepare_password("another-password")
    with database.write() as session:
        assert reset_password(session, "sms", "13800000009", code, new, ip=IP).id == member_id

    with database.read() as session:
        assert read_session(session, token, Realm.MEMBER) is None
    with pytest.raises(WrongSecret):
        sign_in_with_password(database, "13800000009", PASSWORD, ip=IP)
    assert sign_in_with_password(database, "13800000009", "another-password", ip=IP)


def test_a_new_phone_is_proved_and_the_old_one_is_told(database, make_member):
    member_id = make_member(phone="+8613800000009")
    with database.write() as session:
        send_code(session, "sms", "13800000010", CodePurpose.BIND, ip=IP)
    code = last_code(database, "+8613800000010")
    with pytest.raises(WrongSecret), database.write() as session:
        change_phone(session, member_id, "13800000011", code, ip=IP)
    with database.write() as session:
        changed = change_phone(session, member_id, "13800000010", code, ip=IP)

    assert changed.phone == "+8613800000010"
    with database.read() as session:
        told = list_messages(session, query="contact_changed").items
    assert [message.recipient for message in told] == ["+8613800000009"]
    assert "138****0010" in told[0].body


def test_a_contact_of_somebody_else_is_not_taken(database, make_member):
    make_member(email=EMAIL)
    member_id = make_member()
    with database.write() as session:
        send_code(session, "email", EMAIL, CodePurpose.BIND, ip=IP)
    code = last_code(database, EMAIL)
    with pytest.raises(Conflict), database.write() as session:
        change_email(session, member_id, EMAIL, code, ip=IP)
    with database.read() as session:
        assert member_view(session, member_id).email is None
