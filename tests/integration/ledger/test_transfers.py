"""Very many transfers in one journal: as sound as any booking, on both databases."""

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.kernel.errors import InvariantError, Rejected
from core.ledger.models import LedgerPosting
from core.ledger.services import (
    PLATFORM,
    WALLET,
    Leg,
    Transfer,
    balance,
    balances,
    book,
    member_owner,
    transfer_many,
    verify,
)
from tests.integration.ledger.bookkeeping import ANN, BOB, move

MANY = [member_owner(UUID(int=number)) for number in range(1, 3001)]


def transfer(session, *transfers, key="t"):
    return transfer_many(
        session, key=key, kind="test", reference="test", actor="test", transfers=transfers
    )


def fill(database, owners, amount, kind=WALLET):
    with database.write() as session:
        legs = [Leg(owner, kind, amount) for owner in owners]
        legs.append(Leg(PLATFORM, "gifts", -amount * len(owners)))
        book(session, key=f"fill:{kind}", kind="gift", reference="t", actor="t", legs=legs)


def is_clean(database):
    with database.read() as session:
        return verify(session).is_clean


def test_thousands_of_transfers_are_one_journal_with_two_postings_each(database: Database):
    fill(database, MANY, 100)
    with database.write() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(LedgerPosting))
        assert transfer(session, *(Transfer(each, WALLET, "test_saved", 30) for each in MANY))
    with database.read() as session:
        after = session.scalar(sa.select(sa.func.count()).select_from(LedgerPosting))
        assert after - before == 2 * len(MANY)
        assert balances(session, MANY[7]) == {WALLET: 70, "test_saved": 30}
    assert is_clean(database)


def test_a_key_moves_once(database: Database):
    fill(database, [ANN], 100)
    moves = Transfer(ANN, WALLET, "test_saved", 30)
    with database.write() as session:
        assert transfer(session, moves)
    with database.write() as session:
        assert transfer(session, moves) is None
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 70
    assert is_clean(database)


def test_several_transfers_of_one_account_are_added_up(database: Database):
    fill(database, [ANN], 100)
    with database.write() as session:
        transfer(
            session,
            Transfer(ANN, WALLET, "test_saved", 30),
            Transfer(ANN, WALLET, "test_owed", 20),
            Transfer(ANN, "test_owed", "test_saved", 20),
        )
    with database.read() as session:
        assert {k: v for k, v in balances(session, ANN).items() if v} == {
            WALLET: 50,
            "test_saved": 50,
        }
    assert is_clean(database)


@pytest.mark.parametrize("held", [0, 99])
def test_what_is_not_there_moves_nothing_of_anybody(database: Database, held):
    fill(database, [BOB], 500)
    if held:
        fill(database, [ANN], held, kind="test_saved")
    with pytest.raises(Rejected, match="balance"), database.write() as session:
        transfer(
            session,
            Transfer(BOB, WALLET, "test_owed", 10),
            Transfer(ANN, "test_saved", WALLET, 100),
        )
    with database.read() as session:
        assert balance(session, BOB, WALLET) == 500
    assert is_clean(database)


def test_an_account_that_may_owe_may_be_taken_below_zero(database: Database):
    fill(database, [ANN], 10, kind="test_owed")
    with database.write() as session:
        transfer(session, Transfer(ANN, "test_owed", WALLET, 25))
    with database.read() as session:
        assert (balance(session, ANN, "test_owed"), balance(session, ANN, WALLET)) == (-15, 25)
    assert is_clean(database)


@pytest.mark.parametrize(
    "wrong",
    [
        Transfer(ANN, WALLET, "test_saved", 0),
        Transfer(ANN, WALLET, "test_saved", -1),
        Transfer(ANN, WALLET, WALLET, 1),
        Transfer(PLATFORM, WALLET, "test_saved", 1),
        Transfer(ANN, WALLET, "nobody declared this", 1),
    ],
)
def test_a_transfer_that_makes_no_sense_is_our_own_bug(database: Database, wrong):
    with pytest.raises(InvariantError), database.write() as session:
        transfer(session, wrong)
    with pytest.raises(InvariantError), database.write() as session:
        transfer(session)


def test_transfers_and_bookings_of_the_same_people_at_once_never_lock_each_other_out(
    database: Database,
):
    people = MANY[:40]
    fill(database, people, 10_000)
    errors = []

    def transfers(number):
        for turn in range(6):
            with database.write() as session:
                moves = [Transfer(each, WALLET, "test_saved", 1) for each in people[::-1]]
                transfer(session, *moves, key=f"t:{number}:{turn}")

    def bookings(number):
        for turn in range(60):
            one, other = people[(turn + number) % 40], people[(turn * 7 + 3) % 40]
            if one != other:
                with database.write() as session:
                    move(session, (one, WALLET), (other, WALLET), 1, f"m:{number}:{turn}")

    def guarded(work, number):
        try:
            work(number)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)

    threads = [
        threading.Thread(target=guarded, args=(work, number))
        for number in range(3)
        for work in (transfers, bookings)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with database.read() as session:
        assert sum(balance(session, each, "test_saved") for each in people) == 40 * 18
        assert sum(balance(session, each, WALLET) for each in people) == 40 * (10_000 - 18)
    assert is_clean(database)


def test_journals_that_wait_for_each_others_accounts_move_what_each_was_told(database: Database):
    """One account may stand in several transfers of a journal that had to wait for it."""
    owners, start, gate = MANY[:3], 1_000_000, threading.Barrier(4)
    fill(database, owners, start)
    fill(database, owners, start, "test_saved")

    def run(number):
        gate.wait()
        for turn in range(12):
            sources = (WALLET, "test_saved") if (number + turn) % 2 else ("test_saved",)
            moves = [
                Transfer(owner, source, "test_owed", 7 * place + number + turn + len(source))
                for place, owner in enumerate(owners, 1)
                for source in sources
            ]
            with database.write() as session:
                transfer(session, *moves, key=f"{number}:{turn}")
            told.extend(moves)

    told = []
    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.read() as session:
        for owner in owners:
            own = [each for each in told if each.owner == owner]
            kept = {
                source: start - sum(each.amount for each in own if each.source == source)
                for source in (WALLET, "test_saved")
            }
            spent = sum(each.amount for each in own)
            assert balances(session, owner) == {**kept, "test_owed": spent}
        assert verify(session).is_clean
