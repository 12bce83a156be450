import random
import subprocess
import sys
from pathlib import Path

import pytest

from core.kernel.errors import ShopError
from core.sharing.services import bind, expire_referrals, transfer
from core.sharing.types import Verdict
from tests.integration.people import at_once
from tests.integration.sharing.forest import check_forest

ROOT = Path(__file__).parents[3]


def bind_in_turn(database, pairs):
    def run(index):
        member_id, referrer_id = pairs[index]
        with database.write() as session:
            return bind(session, member_id, referrer_id, reason="race").verdict

    return at_once(run, len(pairs))


def test_two_requests_at_once_cannot_refer_each_other(database, make_member):
    for _ in range(10):
        a, b = make_member(), make_member()
        verdicts = bind_in_turn(database, [(a, b), (b, a)])
        assert sorted(verdicts) == [Verdict.BOUND, Verdict.REFUSED]
    check_forest(database)


def test_a_ring_of_eight_at_once_is_never_closed(database, make_member):
    people = [make_member() for _ in range(8)]
    ring = list(zip(people, [*people[1:], people[0]], strict=True))
    verdicts = bind_in_turn(database, ring)

    assert sorted(verdicts) == [Verdict.BOUND] * 7 + [Verdict.REFUSED]
    assert len(check_forest(database)) == 7


def test_one_member_gets_one_referrer_of_twelve_at_once(database, make_member):
    member_id = make_member()
    pairs = [(member_id, make_member()) for _ in range(12)]
    verdicts = bind_in_turn(database, pairs)

    assert sorted(verdicts) == [Verdict.BOUND] + [Verdict.KEPT] * 11
    assert len(check_forest(database)) == 1


def test_transfers_binds_and_expiry_at_once_leave_a_forest(database, make_member, days):
    chance = random.Random(20260501)  # noqa: S311
    people = [make_member() for _ in range(12)]
    with database.write() as session:
        for lower in people[1:6]:
            bind(session, lower, people[0], reason="test", protection_days=5)
    days(6)

    def run(index):
        chooser = random.Random(index)  # noqa: S311
        for _ in range(6):
            member_id, other = chooser.sample(people, 2)
            with database.write() as session:
                if chooser.random() < 0.5:
                    bind(session, member_id, other, reason="race")
                elif chooser.random() < 0.8:
                    transfer(session, member_id, other, actor="staff:1", reason="race")
                else:
                    expire_referrals(session)

    def forgiving(index):
        for _ in range(3):
            try:
                run(index)
            except ShopError:
                continue

    chance.shuffle(people)
    assert at_once(forgiving, 8) == [None] * 8
    check_forest(database)


@pytest.mark.slow
def test_two_processes_at_once_cannot_refer_each_other(database, database_url, make_member):
    for _ in range(3):
        a, b = make_member(), make_member()
        racers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.integration.sharing.racers", database_url, *pair],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for pair in ((str(a), str(b)), (str(b), str(a)))
        ]
        assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 2
        for racer in racers:
            racer.stdin.write("go\n")
            racer.stdin.flush()
        verdicts = [racer.communicate(timeout=60)[0].strip() for racer in racers]

        assert sorted(verdicts) == [Verdict.BOUND, Verdict.REFUSED]
    check_forest(database)
