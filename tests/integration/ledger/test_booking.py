import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.kernel.errors import Conflict, InvariantError, NotFound, Rejected
from core.ledger.models import LedgerAccount, LedgerJournal, LedgerPosting
from core.ledger.services import (
    PLATFORM,
    WALLET,
    JournalEntry,
    Leg,
    account_id,
    balance,
    balance_part,
    balances,
    balances_of,
    book,
    book_many,
    platform_balance,
    reverse,
    statement,
    verify,
)
from tests.integration.ledger.bookkeeping import ANN, BOB, give, move


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_booking_moves_balances_and_keeps_its_journal(database: Database):
    with database.write() as session:
        journal_id = give(session, ANN, WALLET, 500, "gift:1")
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 500
        assert platform_balance(session, "gifts") == -500
        (row,) = statement(session, ANN, [WALLET], limit=10)
        assert (row.journal_id, row.amount, row.kind, row.key) == (
            journal_id, 500, "gift", "gift:1",
        )  # fmt: skip
        assert verify(session).is_clean


def test_balances_of_many_owners_come_together_with_those_who_have_none(database: Database):
    with database.write() as session:
        give(session, ANN, WALLET, 500, "gift:1")
        give(session, ANN, "test_saved", 30, "gift:2")
    with database.read() as session:
        assert balances_of(session, [ANN, BOB], WALLET) == {ANN: 500, BOB: 0}
        assert balances_of(session, [], WALLET) == {}
        assert balances_of(session, [ANN], WALLET, asset="points") == {ANN: 0}


def test_a_balance_can_be_asked_for_inside_another_statement(database: Database):
    with database.write() as session:
        give(session, ANN, WALLET, 500, "gift:1")
    query = sa.select(balance_part("account"))
    with database.read() as session:
        for owner, held in ((ANN, 500), (BOB, None)):
            key = account_id(owner, WALLET, "CNY")
            assert session.execute(query, {"account": key}).scalar() == held


def test_a_repeated_key_books_nothing(database: Database):
    with database.write() as session:
        assert give(session, ANN, WALLET, 500, "gift:1") is not None
        assert give(session, ANN, WALLET, 500, "gift:1") is None
    with database.write() as session:
        assert give(session, ANN, WALLET, 900, "gift:1") is None
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 500
        assert (count(session, LedgerJournal), count(session, LedgerPosting)) == (1, 2)


@pytest.mark.parametrize(
    "legs",
    [
        [Leg(PLATFORM, "gifts", -500), Leg(ANN, WALLET, 400)],
        [Leg(PLATFORM, "gifts", -500), Leg(ANN, WALLET, 500, asset="points")],
        [Leg(PLATFORM, "gifts", 0), Leg(ANN, WALLET, 0)],
        [Leg(PLATFORM, "gifts", -1.5), Leg(ANN, WALLET, 1.5)],
        [Leg(ANN, WALLET, 500)],
        [Leg(PLATFORM, "gifts", -500), Leg(ANN, "never_declared", 500)],
    ],
)
def test_an_unsound_journal_is_refused_as_our_own_bug(database: Database, legs):
    with pytest.raises(InvariantError), database.write() as session:
        book(session, key="k", kind="gift", reference="test", actor="system", legs=legs)
    with database.read() as session:
        assert count(session, LedgerJournal) == 0


def test_a_guarded_account_never_goes_below_zero(database: Database):
    with database.write() as session:
        give(session, ANN, WALLET, 500, "gift:1")
    for amount, key in ((501, "a"), (10_000, "b")):
        with pytest.raises(Rejected, match="not enough"), database.write() as session:
            move(session, (ANN, WALLET), (BOB, WALLET), amount, key)
    with pytest.raises(Rejected), database.write() as session:
        move(session, (BOB, WALLET), (ANN, WALLET), 1, "c")  # an account that was never opened
    with database.write() as session:
        move(session, (ANN, WALLET), (BOB, WALLET), 500, "d")
    with database.read() as session:
        assert balances(session, ANN, [WALLET]) == {WALLET: 0}
        assert balances(session, BOB) == {WALLET: 500}
        assert count(session, LedgerJournal) == 2


def test_an_unguarded_account_may_owe_unless_a_leg_must_be_covered(database: Database):
    with database.write() as session:
        move(session, (ANN, "test_owed"), (ANN, WALLET), 300, "a")
        assert balance(session, ANN, "test_owed") == -300
    with pytest.raises(Rejected), database.write() as session:
        move(session, (ANN, "test_owed"), (ANN, WALLET), 1, "b", must_cover=True)
    with database.write() as session:
        give(session, ANN, "test_owed", 310, "c")
        move(session, (ANN, "test_owed"), (ANN, WALLET), 10, "d", must_cover=True)
        assert balances(session, ANN, [WALLET, "test_owed"]) == {WALLET: 310, "test_owed": 0}


def test_many_journals_are_booked_in_a_few_statements(database: Database):
    def entries(count):
        return [
            JournalEntry(
                f"gift:{number}",
                "gift",
                "test",
                "system",
                [Leg(PLATFORM, "gifts", -3), Leg(ANN, WALLET, 1), Leg(BOB, WALLET, 2)],
            )
            for number in range(count)
        ]

    seen = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with database.write() as session:
        assert book_many(session, []) == 0
        assert book_many(session, entries(3)) == 3
        few = len(seen)
        assert book_many(session, entries(400)) == 397
        assert len(seen) - few <= few
        assert book_many(session, entries(400)) == 0
    assert few <= (1 if not database.is_sqlite else 4) + 1  # with BEGIN
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 400
        assert balance(session, BOB, WALLET) == 800
        assert platform_balance(session, "gifts") == -1200
        assert verify(session).is_clean


def test_many_journals_that_take_too_much_together_are_refused_together(database: Database):
    def take(number, amount):
        legs = [Leg(ANN, WALLET, -amount), Leg(PLATFORM, "sales", amount)]
        return JournalEntry(f"take:{number}", "take", "test", "system", legs)

    with database.write() as session:
        give(session, ANN, WALLET, 100, "gift:1")
    with pytest.raises(Rejected), database.write() as session:
        book_many(session, [take(1, 60), take(2, 60)])
    with database.write() as session:
        assert book_many(session, [take(1, 60), take(2, 40)]) == 2
        # Both keys are known: nothing is taken again, so nothing has to be covered.
        assert book_many(session, [take(1, 60), take(2, 40)]) == 0
    with pytest.raises(InvariantError), database.write() as session:
        book_many(session, [take(3, 1), take(3, 2)])


def test_a_journal_is_taken_back_once(database: Database):
    with database.write() as session:
        journal_id = give(session, ANN, WALLET, 500, "gift:1")
        assert reverse(session, key="back:1", journal_id=journal_id, actor="system") is not None
        assert reverse(session, key="back:1", journal_id=journal_id, actor="system") is None
        with pytest.raises(Conflict):
            reverse(session, key="back:2", journal_id=journal_id, actor="system")
        with pytest.raises(NotFound):
            reverse(session, key="x", journal_id=__import__("uuid").UUID(int=9), actor="system")
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 0
        assert platform_balance(session, "gifts") == 0
        assert verify(session).is_clean


def test_statements_turn_pages_newest_first(database: Database):
    with database.write() as session:
        for number in range(7):
            give(session, ANN, WALLET, number + 1, f"gift:{number}")
        give(session, ANN, "test_saved", 99, "other")
        give(session, BOB, WALLET, 99, "bob")
    with database.read() as session:
        first = statement(session, ANN, [WALLET], limit=4)
        second = statement(session, ANN, [WALLET], limit=4, before=first[-1].posting_id)
        assert [row.amount for row in first + second] == [7, 6, 5, 4, 3, 2, 1]
        both = statement(session, ANN, [WALLET, "test_saved"], limit=1)
        assert [(row.account_kind, row.amount) for row in both] == [("test_saved", 99)]


@pytest.mark.parametrize("model", [LedgerJournal, LedgerPosting])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_what_was_booked(database: Database, model, act):
    with database.write() as session:
        give(session, ANN, WALLET, 500, "gift:1")
    column = {"amount": 1} if model is LedgerPosting else {"kind": "other"}
    change = sa.delete(model) if act == "delete" else sa.update(model).values(column)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as session:
        session.execute(change)
    with database.read() as session:
        assert verify(session).is_clean


def test_the_database_refuses_a_negative_guarded_balance(database: Database):
    with database.write() as session:
        give(session, ANN, WALLET, 500, "gift:1")
    with pytest.raises(sa.exc.IntegrityError), database.write() as session:
        session.execute(sa.update(LedgerAccount).values(balance=-1).where(LedgerAccount.guarded))


def test_legs_of_one_account_are_covered_together(database: Database):
    legs = [
        Leg(ANN, "test_owed", 1, must_cover=True),
        Leg(ANN, "test_owed", -2),
        Leg(PLATFORM, "gifts", 1),
    ]
    with pytest.raises(Rejected), database.write() as session:
        book(session, key="k", kind="play", reference="r", actor="system", legs=legs)
    with database.read() as session:
        assert balance(session, ANN, "test_owed") == 0
