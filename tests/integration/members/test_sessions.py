import pytest
import sqlalchemy as sa

from core.kernel.errors import NotFound
from core.kernel.passwords import hash_password
from core.members.models import AuthSession
from core.members.services import (
    block_member,
    open_session,
    prune_sessions,
    read_session,
    revoke_session,
    revoke_sessions,
    sessions_of,
    touch_session,
    unblock_member,
)
from core.members.types import Realm
from core.staff.services import create_staff, ensure_builtin_roles, update_staff
from tests.integration.people import statements


def enter(database, member_id, **more) -> str:
    with database.write() as session:
        return open_session(session, Realm.MEMBER, member_id, **more)


def who(database, token, realm=Realm.MEMBER):
    with database.read() as session:
        return read_session(session, token, realm)


def make_staff(database, email="clerk@demo.banyan", role_key="clerk"):
    hashed = hash_password("banyan-demo")
    with database.write() as session:
        ensure_builtin_roles(session)
        return create_staff(
            session, email=email, name="店员", role_key=role_key, password_hash=hashed
        )


def test_a_token_tells_who_is_there_in_one_statement(database, make_member):
    member_id = make_member("苏晚", locale="en")
    token = enter(database, member_id)
    with database.read() as session:
        session.execute(sa.select(1))
        with statements(database) as sent:
            found = read_session(session, token, "member")

    assert len(sent) == 1
    assert (found.subject_id, found.name, found.locale) == (member_id, "苏晚", "en")
    assert found.actor == f"member:{member_id}"
    assert not found.is_touch_due


def test_staff_come_with_their_rights_in_one_statement(database):
    staff = make_staff(database)
    with database.write() as session:
        token = open_session(session, "staff", staff.id)
    with database.read() as session:
        session.execute(sa.select(1))
        with statements(database) as sent:
            found = read_session(session, token, "staff")

    assert len(sent) == 1
    assert found.permissions == staff.permissions
    assert "order.ship" in found.permissions
    assert found.actor == staff.actor


def test_a_token_opens_no_door_of_the_other_realm(database, make_member):
    staff = make_staff(database)
    token = enter(database, make_member())
    with database.write() as session:
        other = open_session(session, Realm.STAFF, staff.id)

    assert who(database, token, Realm.STAFF) is None
    assert who(database, other, Realm.MEMBER) is None
    assert who(database, "", Realm.MEMBER) is None
    assert who(database, "made up", Realm.MEMBER) is None


def test_the_token_itself_is_not_stored(database, make_member):
    token = enter(database, make_member())
    with database.read() as session:
        stored = session.execute(sa.select(AuthSession.token_hash)).scalar_one()
    assert token not in stored
    assert len(token) >= 43


def test_signing_in_again_ends_the_session_before(database, make_member):
    member_id = make_member()
    before = enter(database, member_id)
    after = enter(database, member_id, previous_token=before)

    assert before != after
    assert who(database, before) is None
    assert who(database, after)


def test_a_person_signs_out_here_or_everywhere_else(database, make_member):
    member_id = make_member()
    tokens = [enter(database, member_id) for _ in range(3)]
    here = who(database, tokens[0])
    with database.write() as session:
        assert revoke_sessions(session, "member", member_id, but_key=here.session_key) == 2
    assert [bool(who(database, token)) for token in tokens] == [True, False, False]
    with database.write() as session:
        revoke_session(session, here.session_key, realm="member", subject_id=member_id)
    assert who(database, tokens[0]) is None


def test_nobody_signs_out_somebody_else(database, make_member):
    token = enter(database, make_member())
    other = make_member()
    key = who(database, token).session_key
    with pytest.raises(NotFound), database.write() as session:
        revoke_session(session, key, realm="member", subject_id=other)
    assert who(database, token)


def test_a_person_sees_where_they_are_signed_in(database, make_member):
    member_id = make_member()
    enter(database, member_id, ip="203.0.113.7", user_agent="山" * 300)
    with database.read() as session:
        (view,) = sessions_of(session, "member", member_id)
    assert (view.ip, view.user_agent) == ("203.0.113.7", "山" * 200)


def test_being_seen_is_written_every_ten_minutes_at_most_and_prolongs(database, make_member, days):
    member_id = make_member()
    token = enter(database, member_id)
    days(29)
    found = who(database, token)
    assert found.is_touch_due
    with database.write() as session:
        touch_session(session, found)
    assert not who(database, token).is_touch_due
    days(29)
    assert who(database, token)
    days(2)
    assert who(database, token) is None


def test_no_session_lives_longer_than_its_longest_life(database, make_member, days):
    token = enter(database, make_member())
    for _ in range(7):
        days(25)
        found = who(database, token)
        assert found
        with database.write() as session:
            touch_session(session, found)
    days(6)
    assert who(database, token) is None


def test_blocking_signs_out_and_unblocking_does_not_sign_in(database, make_member):
    member_id = make_member()
    token = enter(database, member_id)
    with database.write() as session:
        block_member(session, member_id)
    assert who(database, token) is None
    with database.write() as session:
        unblock_member(session, member_id)
    assert who(database, token) is None


def test_staff_put_away_open_nothing_at_once(database):
    make_staff(database, "owner@demo.banyan", "owner")
    staff = make_staff(database)
    with database.write() as session:
        token = open_session(session, "staff", staff.id)
        update_staff(session, staff.id, is_active=False)
    assert who(database, token, "staff") is None


def test_ended_sessions_are_swept_away(database, make_member, days):
    member_id = make_member()
    ended, alive = enter(database, member_id), enter(database, member_id)
    with database.write() as session:
        revoke_session(
            session, who(database, ended).session_key, realm="member", subject_id=member_id
        )
    with database.write() as session:
        assert prune_sessions(session) == 1
    assert who(database, alive)
