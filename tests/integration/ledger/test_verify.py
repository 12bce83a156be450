"""What `verify` finds when somebody went around the ledger's services."""

import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.kernel.ids import new_id
from core.ledger.models import LedgerAccount, LedgerJournal, LedgerPosting
from core.ledger.rules import account_id
from core.ledger.services import CNY, PLATFORM, WALLET, reverse, verify
from tests.integration.ledger.bookkeeping import ANN, give

GIFTS = account_id(PLATFORM, "gifts", CNY)
PURSE = account_id(ANN, WALLET, CNY)


def journal(session, key, postings, reverses_id=None):
    row = {"id": new_id(), "key": key, "kind": "x", "reference": "x", "actor": "x"}
    at = datetime(2025, 1, 1, tzinfo=UTC)
    session.execute(sa.insert(LedgerJournal).values(**row, at=at, reverses_id=reverses_id))
    for account, amount in postings:
        session.execute(
            sa.insert(LedgerPosting).values(
                id=new_id(), journal_id=row["id"], account_id=account, amount=amount
            )
        )
    return row["id"]


def unbalanced(session):
    journal(session, "bad", [(GIFTS, -5), (PURSE, 7)])
    session.execute(sa.update(LedgerAccount).values(balance=507).where(LedgerAccount.id == PURSE))


def empty(session):
    journal(session, "bad", [])


def absolute_write(session):
    session.execute(sa.update(LedgerAccount).values(balance=499).where(LedgerAccount.id == PURSE))


def stored_platform(session):
    session.execute(sa.update(LedgerAccount).values(balance=-500).where(LedgerAccount.id == GIFTS))


def second_account(session):
    session.execute(
        sa.insert(LedgerAccount).values(
            id=UUID(int=5), owner=ANN, kind=WALLET, asset=CNY, balance=0, guarded=True
        )
    )


def crooked_reversal(session):
    (original,) = session.scalars(sa.select(LedgerJournal.id))
    journal(session, "bad", [(GIFTS, 5), (PURSE, -5)], reverses_id=original)
    absolute = sa.update(LedgerAccount).values(balance=495)
    session.execute(absolute.where(LedgerAccount.id == PURSE))


@pytest.mark.parametrize(
    ("damage", "code", "subject"),
    [
        (unbalanced, "journal.unbalanced", "bad"),
        (empty, "journal.empty", "bad"),
        (absolute_write, "account.balance", f"{ANN} wallet CNY"),
        (stored_platform, "account.stored", "platform gifts CNY"),
        (second_account, "account.id", f"{ANN} wallet CNY"),
        (crooked_reversal, "journal.reversal", "bad"),
    ],
)
def test_verify_names_what_is_wrong(database: Database, damage, code, subject):
    with database.write() as session:
        give(session, ANN, WALLET, 500, "gift:1")
        assert verify(session).is_clean
        damage(session)
        report = verify(session)
    assert not report.is_clean
    assert {(problem.code, problem.subject) for problem in report.problems} == {(code, subject)}


def test_verify_counts_what_it_looked_at(database: Database):
    with database.write() as session:
        first = give(session, ANN, WALLET, 500, "gift:1")
        reverse(session, key="back", journal_id=first, actor="system")
        report = verify(session)
    assert (report.journals, report.postings, report.accounts) == (2, 4, 2)
    assert report.is_clean


def test_verify_sees_one_moment_while_bookings_go_on(database: Database):
    over = threading.Event()

    def go_on():
        number = 0
        while not over.is_set():
            number += 1
            with database.write() as session:
                give(session, ANN, WALLET, 5, f"gift:{number}")

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        for _ in range(25):
            with database.read() as session:
                report = verify(session)
            assert report.is_clean, report.problems
    finally:
        over.set()
        thread.join()
