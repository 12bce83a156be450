"""Two processes at the same poster: asked for once, made once, on both databases."""

import threading
from dataclasses import replace

import pytest

from core.api.errors import Conflict
from plugins.poster.services import designing, making, templates


@pytest.fixture
def plugins_on():
    return ("poster",)


def test_two_workers_make_each_poster_once(stage):
    for number in range(6):
        stage.ask(stage.maker.member(f"会员{number}"), stage.one, stage.pot)
    seen, gate = [], threading.Barrier(2)

    def work():
        gate.wait()
        for _ in range(6):
            with stage.shop.database.write() as session:
                seen.extend(making.claim(session, 1))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(seen) == len(set(seen)) == 6
    assert {row.tries for row in stage.rows()} == {1}


def test_two_requests_at_once_are_one_poster(stage):
    ids, gate = [], threading.Barrier(2)

    def ask():
        gate.wait()
        ids.append(stage.ask(stage.lin, stage.one, stage.pot, target="https://x.cn/s/1").id)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for each in askers:
        each.start()
    for each in askers:
        each.join()
    assert len(ids) == 2
    assert len(set(ids)) == len(stage.rows()) == 1


def test_of_two_who_save_or_publish_at_once_one_is_told_of_the_other(stage):
    told, gate = [], threading.Barrier(4)

    def edit(number, is_publishing):
        gate.wait()
        layout = replace(stage.layout(), background=f"#11223{number}")
        try:
            with stage.shop.database.write() as session:
                if is_publishing:
                    templates.publish(session, stage.one, layout, "test", revision=seen)
                else:
                    designing.save(session, stage.one, layout, "test", base=1, revision=seen)
        except Conflict as error:
            told.append(error.code)

    with stage.shop.database.write() as session:
        draft = designing.save(session, stage.one, stage.layout(), "test", base=1, revision=0)
    seen = draft.revision
    editors = [threading.Thread(target=edit, args=(n, n % 2 == 0)) for n in range(4)]
    for each in editors:
        each.start()
    for each in editors:
        each.join()
    assert len(told) == 3


def test_what_a_killed_worker_had_claimed_is_made_by_another(stage, clock, run_job):
    asked = stage.ask(stage.lin, stage.one, stage.pot)
    with stage.shop.database.write() as session:
        assert making.claim(session) == [asked.id]
    run_job("poster.render")
    assert stage.row(asked.id).state == "waiting"
    clock.advance(minutes=3)
    run_job("poster.render")
    assert stage.row(asked.id).state == "ready"


def test_a_poster_that_ends_its_worker_is_given_up_and_takes_no_other_along(stage, clock, run_job):
    bad, good = (stage.ask(stage.lin, stage.one, stage.pot, target=f"x{n}") for n in range(2))

    def die_with(*expected):
        with stage.shop.database.write() as session:
            assert tuple(making.claim(session)) == expected
        clock.advance(minutes=2)

    die_with(bad.id, good.id)
    fresh = stage.ask(stage.maker.member("许知远"), stage.one, stage.pot)
    die_with(fresh.id)
    die_with(bad.id)
    die_with(good.id)
    die_with(fresh.id)
    die_with(bad.id)
    run_job("poster.render")
    states = {row.id: row.state for row in stage.rows()}
    assert states == {bad.id: "failed", good.id: "ready", fresh.id: "ready"}
