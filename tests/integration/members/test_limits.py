import pytest
import sqlalchemy as sa

from core.db.limits import RateBucket, forget_hits, hit, prune_hits
from core.kernel.errors import RateLimited, WrongSecret
from tests.integration.people import at_once, statements


def test_a_window_takes_so_many_and_no_more(database):
    with database.write() as session:
        assert [hit(session, "door", 3, 60) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(RateLimited) as refusal, database.write() as session:
        hit(session, "door", 3, 60)
    assert 0 < refusal.value.params["retry_after"] <= 60
    with database.write() as session:
        assert hit(session, "other door", 3, 60) == 2


def test_a_new_window_starts_empty(database, days):
    with database.write() as session:
        hit(session, "door", 1, 60)
    days(61 / 86_400)
    with database.write() as session:
        assert hit(session, "door", 1, 60) == 0


def test_a_hit_is_one_statement(database):
    with database.write() as session:
        hit(session, "door", 3, 60)
        with statements(database) as sent:
            hit(session, "door", 3, 60)
    assert len(sent) == 1


def test_thirty_tries_at_once_are_counted_to_the_last(database):
    def attempt(_index):
        with database.write() as session:
            return hit(session, "door", 10, 3_600)

    results = at_once(attempt, 30)
    passed = [result for result in results if not isinstance(result, Exception)]
    assert sorted(passed) == list(range(10))
    assert sum(isinstance(result, RateLimited) for result in results) == 20


def test_a_wrong_secret_is_counted_and_any_other_error_is_not(database):
    def fail(error):
        with database.write() as session:
            hit(session, "door", 10, 3_600)
            raise error

    for error in (WrongSecret("test.wrong", "Wrong."), ValueError("bug")):
        with pytest.raises(type(error)):
            fail(error)
    with database.read() as session:
        assert session.execute(sa.select(RateBucket.count)).scalar_one() == 1


def test_windows_can_be_emptied_and_are_swept_away(database, days):
    with database.write() as session:
        hit(session, "door", 1, 60)
        forget_hits(session, "door", 60)
        hit(session, "door", 1, 60)
    days(3)
    with database.write() as session:
        assert prune_hits(session) == 1
