import json
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa

from core.kernel.errors import NotFound, Rejected
from core.members import services as members
from core.members.models import Address, AuthSession, Consent, Member, VerificationCode
from core.members.services import privacy
from core.members.types import AddressForm, CodePurpose, ConsentAnswer, ConsentPurpose
from core.messages.models import Message
from tests.integration.people import facts, last_code

FORM = AddressForm("林知夏", "13800000001", "浙江省", "杭州市", "文三路 90 号", "西湖区")
PHONE = "+8613800000009"


@pytest.fixture
def declared(monkeypatch):
    """Registries of this test alone."""
    for name in ("_exports", "_checks", "_erasers"):
        monkeypatch.setattr(privacy, name, {})


@pytest.fixture
def member_id(database, make_member, declared):
    """A member with something in every table of the room."""
    member_id = make_member("林知夏", phone=PHONE, email="lin@demo.banyan")
    with database.write() as session:
        members.add_address(session, member_id, FORM)
        members.record_consents(session, member_id, members.agreed(), source="register")
        members.update_profile(session, member_id, birthday_on=date(1990, 5, 1))
        members.open_session(session, "member", member_id, ip="203.0.113.7")
        members.send_code(session, "sms", PHONE, CodePurpose.SIGN_IN, ip="203.0.113.7")
    return member_id


def test_the_export_holds_everything_as_json_without_secrets(database, member_id):
    members.declare_export("points", lambda _session, _member_id: {"balance": 12})
    with database.read() as session:
        copy = members.export_member(session, member_id)
        stored = session.execute(sa.select(Member.password_hash)).scalar_one()

    text = json.dumps(copy, ensure_ascii=False)
    assert {"member", "addresses", "consents", "sessions", "messages", "points"} < set(copy)
    assert copy["member"]["phone"] == PHONE
    assert copy["addresses"][0]["detail"] == "文三路 90 号"
    assert copy["points"] == {"balance": 12}
    assert stored not in text
    assert all("key" not in view for view in copy["sessions"])


def test_erasing_leaves_a_row_without_a_person(database, member_id):
    with database.write() as session:
        members.erase_member(session, member_id)

    with database.read() as session:
        view = members.member_view(session, member_id)
        left = [
            session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (Address, AuthSession, VerificationCode)
        ]
        messages = session.execute(sa.select(Message.recipient, Message.body, Message.state)).all()
        proofs = session.execute(sa.select(sa.func.count()).select_from(Consent)).scalar_one()
    assert (view.state, view.phone, view.email, view.nickname) == ("erased", None, None, "")
    assert view.birthday_on is None
    assert not view.has_password
    assert left == [0, 0, 0]
    assert [tuple(row) for row in messages] == [("", "", "failed")]
    assert proofs == 2
    assert [fact["member_id"] for fact in facts(database, "member_erased")] == [str(member_id)]


def test_erasing_twice_says_it_once(database, member_id):
    for _ in range(2):
        with database.write() as session:
            members.erase_member(session, member_id)
    assert len(facts(database, "member_erased")) == 1


def test_an_erased_phone_can_register_anew(database, member_id, days):
    with database.write() as session:
        members.erase_member(session, member_id)
    days(0.01)
    with database.write() as session:
        members.send_code(session, "sms", PHONE, CodePurpose.SIGN_IN, ip="203.0.113.7")
    code = last_code(database, PHONE)
    with database.write() as session:
        back = members.sign_in_with_code(
            session, PHONE, code, ip="203.0.113.7", consents=members.agreed()
        )
    assert back.is_new
    assert back.member.id != member_id


def test_every_reason_against_erasing_is_told_at_once(database, member_id):
    def refuse(code, text):
        def check(_session, _member_id):
            raise Rejected(code, text)

        return check

    members.declare_erase_check("orders", refuse("orders.open", "2 orders are open."))
    members.declare_erase_check("payouts", refuse("payouts.open", "A payout is under way."))
    members.declare_erase_check("fine", lambda _session, _member_id: None)
    with pytest.raises(Rejected) as refusal, database.write() as session:
        members.erase_member(session, member_id)

    assert [cause.code for cause in refusal.value.params["causes"]] == [
        "orders.open",
        "payouts.open",
    ]
    assert "2 orders are open. A payout is under way." in str(refusal.value)
    with database.read() as session:
        assert members.member_view(session, member_id).phone == PHONE


def test_other_rooms_empty_theirs_in_the_same_transaction(database, member_id):
    def fail(_session, _member_id):
        raise Rejected("test.no", "Not now.")

    emptied = []
    members.declare_eraser("a", lambda _session, who: emptied.append(who))
    members.declare_eraser("b", fail)
    with pytest.raises(Rejected), database.write() as session:
        members.erase_member(session, member_id)
    assert emptied == [member_id]
    with database.read() as session:
        assert members.member_view(session, member_id).state == "active"


def test_nobody_is_erased_who_never_was(database, declared):
    with pytest.raises(NotFound), database.write() as session:
        members.erase_member(session, uuid4())


def test_the_newest_answer_counts_by_purpose_and_channel(database, member_id):
    marketing = ConsentPurpose.MARKETING

    def answer(is_granted, channel=""):
        with database.write() as session:
            members.record_consents(
                session,
                member_id,
                [ConsentAnswer(marketing, is_granted=is_granted, channel=channel)],
                source="settings",
            )

    def may(channel):
        with database.read() as session:
            return members.has_consent(session, member_id, marketing, channel)

    assert not may("sms")
    answer(True)
    assert may("sms")
    assert may("email")
    answer(False, "sms")
    assert not may("sms")
    assert may("email")
    answer(True, "sms")
    answer(False)
    assert may("sms")
    assert not may("email")
