"""A process that is killed between taking a payout and hearing what became of it."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from core.config import ROOT
from core.kernel import clock
from core.ledger.services import balances, member_owner, verify
from core.payouts.jobs import run_due_payouts
from core.payouts.services import approve, find_payout
from tests.integration.payouts.conftest import EARNED, PAID, RESERVED, REVIEWER, ask
from tests.integration.payouts.far_side import AskedFar


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_killed_while_paying_pays_once_all_the_same(
    database, database_url, ann, tmp_path, time_machine, moment
):
    made = ask(database, ann, 6000, channel="bank")
    with database.write() as session:
        approve(session, made.id, REVIEWER)
    books = tmp_path / "far.txt"
    argv = [sys.executable, "-m", "tests.integration.payouts.killed"]
    argv += [database_url, str(made.id), str(books), moment]
    died = subprocess.run(argv, cwd=ROOT, check=False, timeout=60, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with database.read() as session:
        assert find_payout(session, made.id).state == "paying"
        assert balances(session, member_owner(ann), [RESERVED]) == {RESERVED: 6000}

    far = AskedFar(books)
    assert run_due_payouts(database, {"bank": far}) == 0  # the other try may still be under way
    time_machine.move_to(clock.now() + timedelta(minutes=1), tick=False)
    assert run_due_payouts(database, {"bank": far}) == 1
    assert far.payments() == [f"{made.payout_no} 6000"]
    with database.read() as session:
        found = balances(session, member_owner(ann), [EARNED, RESERVED, PAID])
        assert found == {EARNED: 4000, RESERVED: 0, PAID: 6000}
        assert verify(session).is_clean
