import re
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.clock import now
from core.api.ledger import balances, member_owner
from core.cli.serving import environment_of
from core.config import ROOT
from plugins.distribution.models import Commission, Hold
from plugins.distribution.services import holds, settlement
from plugins.distribution.tests.conftest import STAFF

POT = ("POT", 1, 26_800)


@pytest.fixture
def due(programme, chain, make_order, maker, outbox, clock, run_job):
    """Make orders whose commissions are due: received, window over, told and looked at."""

    def make(*orders, member=None):
        made = [make_order(list(lines), member=member or chain.buyer) for lines in orders]
        for order in made:
            maker.receive(order)
        outbox.drain()
        clock.advance(days=8)
        run_job("orders.settle")
        outbox.drain()
        run_job("distribution.watch")
        return made

    return make


@pytest.fixture
def hold(shop):
    """Hold one beneficiary's commissions of an order, as the watch does."""

    def run(order, member):
        with shop.database.write() as session:
            session.add(
                Hold(
                    order_id=order.id,
                    beneficiary_id=member.id,
                    reason="phone",
                    evidence={},
                    state="open",
                    at=now(),
                )
            )
            session.execute(
                sa.update(Commission)
                .where(Commission.order_id == order.id, Commission.beneficiary_id == member.id)
                .values(is_held=True)
            )

    return run


def start(shop, limit, dies_at=0):
    """A process of its own that settles ``limit`` commissions at a time."""
    arguments = [str(limit), *([str(dies_at)] if dies_at else [])]
    return subprocess.Popen(
        [sys.executable, "-m", "plugins.distribution.tests.settler", *arguments],
        cwd=ROOT,
        env=environment_of(shop.config),
        stdout=subprocess.PIPE,
        text=True,
    )


def check_sums(shop, people):
    """What the rows say somebody has in each state is what their accounts hold."""
    left = sa.func.sum(Commission.amount_fen - Commission.reversed_fen)
    with shop.database.read() as session:
        for member in people:
            by_state = session.execute(
                sa.select(Commission.state, left)
                .where(Commission.beneficiary_id == member.id)
                .group_by(Commission.state)
            )
            sums = {f"commission_{state}": int(fen) for state, fen in by_state if fen}
            held = balances(session, member_owner(member.id))
            assert sums == {kind: fen for kind, fen in held.items() if fen}


def test_a_settled_order_only_marks_and_the_job_moves(due, programme, chain, run_job, maker):
    (order,) = due([POT])
    assert programme.accounts(chain.first) == {"commission_frozen": 2680}
    rows = programme.rows(order.id)
    assert {row.state for row in rows} == {"frozen"}
    assert all(row.due_at is not None for row in rows)

    run_job("distribution.settle")
    assert [programme.accounts(each) for each in chain.uplines] == [
        {"commission_available": 2680},
        {"commission_available": 1340},
        {"commission_available": 536},
    ]
    rows = programme.rows(order.id)
    assert {(row.state, row.due_at) for row in rows} == {("available", None)}
    assert all(row.available_at > row.frozen_at for row in rows)
    maker.check_books()


def test_a_fact_told_twice_marks_once(due, shop, outbox, programme, run_job):
    (order,) = due([POT])
    (event,) = outbox.events("order_settled")
    with shop.database.write() as session:
        assert settlement.mark_due(session, event) == 0
    run_job("distribution.settle")
    with shop.database.write() as session:
        assert settlement.mark_due(session, event) == 0
    assert all(row.due_at is None for row in programme.rows(order.id))


def test_what_was_never_seen_received_is_settled_all_the_same(
    programme, chain, shop, make_order, outbox, run_job, maker
):
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    with shop.database.write() as session:
        assert settlement.mark_order(session, order.id, now()) == 3
    run_job("distribution.settle")

    assert programme.accounts(chain.first) == {"commission_available": 2680}
    assert {row.frozen_at for row in programme.rows(order.id)} == {None}
    maker.check_books()


def test_a_batch_books_one_journal_with_a_leg_for_each_account(due, shop, count_statements, chain):
    due([POT], [("CUP", 2, 5000)], [("TIN", 1, 3000)])
    sent = []
    for _ in range(2):
        with shop.database.write() as session, count_statements() as counted:
            assert settlement.settle_batch(session, 50_000) in {9, 0}
        sent.append(len(counted))
    with shop.database.read() as session:
        legs = session.execute(
            sa.text(
                "SELECT count(*) FROM ledger_posting p JOIN ledger_journal j ON j.id = p.journal_id"
                " WHERE j.kind = 'commission_settled' GROUP BY j.id"
            )
        ).all()
    assert [row[0] for row in legs] == [6]  # three uplines, from frozen to available
    assert sent[0] <= 7
    assert sent[1] == 1


def test_a_run_goes_on_where_the_one_before_stopped(due, shop, chain, maker, run_job):
    due([POT], [("CUP", 2, 5000)])
    with shop.database.write() as session:
        assert settlement.settle_batch(session, 4) == 4
    check_sums(shop, chain.uplines)
    run_job("distribution.settle")
    check_sums(shop, chain.uplines)
    with shop.database.write() as session:
        assert settlement.settle_batch(session) == 0
    maker.check_books()


def test_two_processes_at_once_never_pay_twice(due, shop, chain, programme, maker):
    due(*([(f"S{number}", 1, 1000 + number)] for number in range(12)))
    processes = [start(shop, 2) for _ in range(2)]
    told = [process.communicate(timeout=120)[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert sum(map(int, told)) == 36
    assert {row.state for row in programme.rows()} == {"available"}
    check_sums(shop, chain.uplines)
    maker.check_books()


def test_a_process_killed_anywhere_in_a_batch_loses_nothing(due, shop, chain, programme, maker):
    due(*([(f"K{number}", 1, 1000 + number)] for number in range(6)))
    for dies_at in (4, 6, 8, 11):
        process = start(shop, 2, dies_at)
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        check_sums(shop, chain.uplines)
        maker.check_books()
    process = start(shop, 2)
    process.communicate(timeout=120)

    assert process.returncode == 0
    assert {row.state for row in programme.rows()} == {"available"}
    check_sums(shop, chain.uplines)
    maker.check_books()


def test_a_refund_between_due_and_settlement_settles_the_rest(
    due, programme, chain, maker, outbox, run_job
):
    (order,) = due([("CUP", 2, 5000)])
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    assert programme.accounts(chain.first) == {"commission_frozen": 500}

    run_job("distribution.settle")
    assert programme.accounts(chain.first) == {"commission_available": 500}
    maker.check_books()


def test_what_was_wholly_taken_back_moves_nothing_but_ends(
    due, programme, chain, shop, maker, outbox, run_job
):
    gone, _ = due([POT], [("CUP", 1, 5000)])
    maker.refund(gone)
    outbox.drain()
    run_job("distribution.settle")

    assert programme.accounts(chain.first) == {"commission_available": 500}
    assert {(row.state, row.due_at) for row in programme.rows(gone.id)} == {("available", None)}
    check_sums(shop, chain.uplines)
    maker.check_books()


def test_what_is_held_stays_behind_until_it_is_released(
    due, programme, chain, shop, hold, run_job, maker
):
    (order,) = due([POT])
    hold(order, chain.first)
    run_job("distribution.settle")
    assert programme.accounts(chain.first) == {"commission_frozen": 2680}
    assert programme.accounts(chain.second) == {"commission_available": 1340}

    with shop.database.write() as session:
        holds.release(session, order.id, chain.first.id, actor=STAFF, note="")
    run_job("distribution.settle")
    assert programme.accounts(chain.first) == {"commission_available": 2680}
    maker.check_books()


def test_what_was_held_and_rejected_ends_with_nothing(
    due, programme, chain, shop, hold, run_job, maker
):
    (order,) = due([POT])
    hold(order, chain.first)
    with shop.database.write() as session:
        holds.reject(session, order.id, chain.first.id, actor=STAFF, note="同一人")
    run_job("distribution.settle")

    assert programme.accounts(chain.first) == {}
    (first, *_) = programme.rows(order.id)
    assert (first.state, first.due_at, first.reversed_fen) == ("available", None, 2680)
    maker.check_books()


def test_health_tells_when_it_ran_and_what_waits(due, shop, chain, hold, clock, run_job):
    def health():
        with shop.database.read() as session:
            return settlement.settlement_health(session)

    assert health() == settlement.SettlementHealth(None, 0, 0, None, 0, 0, is_stuck=False)
    order, _ = due([POT], [("CUP", 1, 10_000)])
    hold(order, chain.first)
    found = health()
    assert (found.ran_at, found.due, found.due_fen) == (None, 5, 1340 + 536 + 1000 + 500 + 200)
    assert (found.held, found.held_fen, found.is_stuck) == (1, 2680, False)
    assert now() - found.due_since < timedelta(minutes=1)

    clock.advance(minutes=11)
    assert health().is_stuck

    run_job("distribution.settle")
    found = health()
    assert (found.due, found.due_fen, found.due_since) == (0, 0, None)
    assert (found.held, found.is_stuck) == (1, False)
    assert now() - found.ran_at < timedelta(minutes=1)
    clock.advance(minutes=11)
    assert not health().is_stuck  # only what waits for a person is left


def test_the_first_page_of_staff_warns_when_settlement_stands_still(
    due, run_job, clock, sign_in, make_staff
):
    def page():
        return sign_in(make_staff(), "staff").get("/admin/x/distribution?lang=en").text

    assert "Nothing has been settled yet" in page()
    due([POT])
    assert "Due: ¥45.56 · 3 commissions" in page()
    clock.advance(minutes=11)
    stuck = page()
    assert "Settlement does not run." in stuck
    assert "It has never run." in stuck

    run_job("distribution.settle")
    settled = page()
    assert re.search(r"Settled (in 0 seconds|\d seconds? ago)", settled)
    assert "Settlement does not run." not in settled
