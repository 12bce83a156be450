"""Who follows the shop in a channel: told once, in order, and forgotten with the member."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound
from core.members import services as members
from core.members.models import Follow
from core.members.services.naming import erased_among
from tests.integration.people import facts

CHANNEL = "wechat_account"


@pytest.fixture
def member_id(database, make_member):
    return make_member("林知夏")


def say(database, member_id, is_following, at=None, channel=CHANNEL):
    with database.write() as session:
        return members.note_follow(session, member_id, channel, is_following, at=at)


def state(database, member_id):
    with database.read() as session:
        views = members.follows_of(session, [member_id]).get(member_id, ())
    return {view.channel: view.is_following for view in views}


def told(database):
    return [
        (name, fact["channel"])
        for name in ("member_followed", "member_unfollowed")
        for fact in facts(database, name)
    ]


def test_following_and_leaving_are_told_each_time_they_are_news(database, member_id):
    first = now()
    news = [
        say(database, member_id, is_following, first + timedelta(minutes=minute))
        for minute, is_following in enumerate([True, True, False, False, True])
    ]

    assert news == [True, False, True, False, True]
    assert state(database, member_id) == {CHANNEL: True}
    assert len(facts(database, "member_followed")) == 2
    (left,) = facts(database, "member_unfollowed")
    assert left["at"] == (first + timedelta(minutes=2)).isoformat()


def test_a_message_older_than_what_is_known_changes_nothing(database, member_id):
    at = now()
    assert say(database, member_id, False, at)

    assert not say(database, member_id, True, at - timedelta(seconds=1))
    assert state(database, member_id) == {CHANNEL: False}
    assert told(database) == [("member_unfollowed", CHANNEL)]


def test_channels_do_not_know_of_each_other(database, member_id):
    say(database, member_id, True)
    say(database, member_id, True, channel="other")
    say(database, member_id, False, channel="other")

    assert state(database, member_id) == {CHANNEL: True, "other": False}


def test_the_same_message_in_four_threads_is_told_once(database, member_id):
    at = now()
    with ThreadPoolExecutor(4) as pool:
        news = list(pool.map(lambda _: say(database, member_id, True, at), range(4)))

    assert sorted(news) == [False, False, False, True]
    assert told(database) == [("member_followed", CHANNEL)]


def test_what_is_known_is_exported_and_goes_with_the_member_for_good(database, member_id):
    say(database, member_id, True)
    with database.read() as session:
        (exported,) = members.export_member(session, member_id)["follows"]
    assert (exported["channel"], exported["is_following"]) == (CHANNEL, True)

    with database.write() as session:
        members.erase_member(session, member_id)
    assert not say(database, member_id, False)
    with database.read() as session:
        assert erased_among(session, [member_id, uuid4()]) == {member_id}
        assert session.scalar(sa.select(sa.func.count()).select_from(Follow)) == 0
    assert told(database) == [("member_followed", CHANNEL)]


def test_nobody_and_nowhere_are_refused(database, member_id):
    with pytest.raises(NotFound):
        say(database, uuid4(), True)
    for channel in ("", "x" * 33):
        with pytest.raises(InvalidInput):
            say(database, member_id, True, channel=channel)
