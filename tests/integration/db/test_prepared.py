from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, PendingRollbackError

from core.db.base import UtcDateTime
from core.db.engine import Database
from core.db.outbox import OutboxEvent
from core.db.prepared import Prepared, among, one_of
from core.db.state import Counters, Setting
from core.kernel.errors import InvariantError
from core.kernel.ids import new_id

EVENT = OutboxEvent.__table__
NOON = datetime(2026, 11, 21, 4, 0, 0, 123456, tzinfo=UTC)
INSERT = Prepared(sa.insert(EVENT), ["id", "name", "version", "aggregate", "payload", "at"])


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.dispose()


def event(name="tea_poured", **changes):
    return {
        "id": new_id(),
        "name": name,
        "version": 1,
        "aggregate": "茶",
        "payload": {"cups": [1, None, "二"], "percent": "100 %"},
        "at": NOON,
        **changes,
    }


def test_values_go_in_and_come_out_as_through_sqlalchemy(database):
    rows = [event(), event("cup_broken")]
    select = sa.select(EVENT.c.id, EVENT.c.payload, EVENT.c.at, EVENT.c.dispatched_at).where(
        EVENT.c.name == sa.bindparam("which"), one_of(EVENT.c.version, (1, 2))
    )

    with database.write() as session:
        INSERT.many(session, rows)
        ours = Prepared(select).all(session, {"which": "cup_broken"})
        theirs = session.execute(select, {"which": "cup_broken"}).all()

    assert [tuple(row) for row in ours] == [tuple(row) for row in theirs]
    assert (ours[0].id, ours[0].at, ours[0].dispatched_at) == (rows[1]["id"], NOON, None)
    assert ours[0].payload == rows[1]["payload"]
    assert isinstance(ours[0].id, UUID)


def test_a_change_tells_how_many_rows_it_touched(database):
    update = Prepared(
        sa.update(EVENT)
        .where(EVENT.c.name == sa.bindparam("which"))
        .values(version=sa.bindparam("now_version"))
        .returning(EVENT.c.version)
    )
    rename = Prepared(sa.update(EVENT).where(EVENT.c.version == 9).values(name="old"))

    with database.write() as session:
        INSERT.many(session, [event(), event(), event("other")])
        moved = update.all(session, {"which": "tea_poured", "now_version": 9})
        assert [row.version for row in moved] == [9, 9]
        assert rename.change(session, {}) == 2
        assert rename.change(session, {}) == 2
        assert update.first(session, {"which": "nobody", "now_version": 1}) is None


def test_what_is_prepared_rolls_back_with_its_unit_of_work(database):
    def fail():
        with database.write() as session:
            INSERT.many(session, [event()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(EVENT)) == 0


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_unit_of_work_is_ended_by_nobody_who_was_handed_it(database, end):
    def meddle():
        with database.write() as session:
            INSERT.many(session, [event()])
            getattr(session, end)()

    with pytest.raises(InvariantError, match=end):
        meddle()

    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(EVENT)) == 0


def test_after_a_statement_that_failed_nothing_is_written_beside_the_transaction(database):
    def fail():
        with database.write() as session:
            INSERT.many(session, [event()])
            session.add_all([Setting(name="tea", value=1), Setting(name="tea", value=2)])
            with pytest.raises(IntegrityError):
                session.flush()
            INSERT.many(session, [event()])

    with pytest.raises(PendingRollbackError):
        fail()

    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(EVENT)) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_look_at_the_counters_forgets_nothing_that_was_prepared(database):
    counters = Counters(database)
    for _ in range(4):  # the driver prepares what it was asked thrice
        counters.refresh(force=True)

    with database.read() as session:
        kept = session.scalar(
            sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE :of"),
            {"of": "%FROM shared_counter%"},
        )
    assert kept == 1


def test_no_rows_are_no_statement(database):
    with database.write() as session:
        INSERT.many(session, [])


def test_a_drivers_error_comes_as_sqlalchemys(database):
    twin = event()

    with pytest.raises(IntegrityError), database.write() as session:
        INSERT.many(session, [twin, twin])


def test_a_naive_time_is_refused_as_everywhere(database):
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(ValueError, match="aware"), database.write() as session:
        INSERT.many(session, [event(at=naive)])


def test_columns_with_defaults_must_be_named(database):
    incomplete = Prepared(sa.insert(EVENT), ["name", "version", "aggregate", "payload", "at"])

    with pytest.raises(InvariantError), database.write() as session:
        incomplete.many(session, [event()])


def test_a_list_of_values_cannot_be_prepared(database):
    listed = sa.select(EVENT.c.id).where(EVENT.c.version.in_((1, 2)))

    with pytest.raises(InvariantError), database.write() as session:
        Prepared(listed).all(session, {})


@pytest.mark.parametrize("count", [0, 1, 40])
def test_any_number_of_ids_is_one_value(database, count):
    rows = [event() for _ in range(50)]
    chosen = [row["id"] for row in rows[:count]]
    read = Prepared(sa.select(EVENT.c.id).where(among(EVENT.c.id, "ids")))

    with database.write() as session:
        INSERT.many(session, rows)
        found = read.all(session, {"ids": chosen})

    assert {row.id for row in found} == set(chosen)


def test_ids_are_looked_up_in_the_index(database):
    read, plans = Prepared(sa.select(EVENT.c.name).where(among(EVENT.c.id, "ids"))), []

    def explain(_connection, cursor, statement, parameters, _context, _many):
        word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        plans.append(cursor.execute(f"{word} {statement}", parameters).fetchall())

    with database.write() as session:
        INSERT.many(session, [event() for _ in range(50)])
        if not database.is_sqlite:
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        sa.event.listen(database.engine, "before_cursor_execute", explain)
        try:
            read.all(session, {"ids": [new_id()]})
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", explain)

    (plan,) = plans
    assert "SEARCH outbox_event" in str(plan) or "Index" in str(plan)


def test_a_text_with_typed_columns_can_be_prepared(database):
    text = sa.text("SELECT id, at FROM outbox_event WHERE name = :which").columns(
        id=sa.Uuid(), at=UtcDateTime()
    )
    known = event()

    with database.write() as session:
        INSERT.many(session, [known])
        (row,) = Prepared(text).all(session, {"which": "tea_poured"})

    assert (row.id, row.at) == (known["id"], NOON)


def test_listeners_hear_of_every_statement(database):
    heard = []

    def note(connection, cursor, statement, parameters, context, many):
        heard.append(many)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    with database.write() as session:
        heard.clear()
        INSERT.many(session, [event(), event()])
        INSERT.many(session, [event()])

    assert heard == [True, False]


def test_json_null_and_scalars_survive(database):
    setting = Setting.__table__
    insert = Prepared(sa.insert(setting), ["name", "value"])
    read = Prepared(sa.select(setting.c.value).order_by(setting.c.name))

    with database.write() as session:
        insert.many(session, [{"name": "a", "value": 5}, {"name": "b", "value": "茶"}])
        values = [row.value for row in read.all(session, {})]

    assert values == [5, "茶"]
