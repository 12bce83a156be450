from uuid import UUID

import pytest
import sqlalchemy as sa

from core.db.outbox import OutboxEvent
from core.kernel import clock
from core.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvariantError,
    NotFound,
    Rejected,
)
from core.kernel.ids import new_id
from core.ledger.services import WALLET, balances, member_owner, platform_balance, verify
from core.payouts.models import Payout
from core.payouts.services import (
    approve,
    count_payouts,
    find_payout,
    list_payouts,
    reject,
    request_payout,
)
from core.payouts.types import PayoutRequest
from core.settings.rules import StoreSettings
from core.staff.models import Role, Staff
from tests.integration.payouts.conftest import (
    EARNED,
    PAID,
    RESERVED,
    REVIEWER,
    ask,
    earn,
    earner,
    nobody_minds,
)


def held(session, member_id):
    names = {EARNED: "earned", RESERVED: "reserved", PAID: "paid", WALLET: "wallet"}
    found = balances(session, member_owner(member_id), names)
    return {names[kind]: amount for kind, amount in found.items() if amount}


def facts(session):
    return list(session.scalars(sa.select(OutboxEvent.name).order_by(OutboxEvent.seq)))


def test_a_payout_to_the_wallet_is_reserved_reviewed_and_paid(database, ann):
    made = ask(database, ann, 6000)
    with database.write() as session:
        assert held(session, ann) == {"earned": 4000, "reserved": 6000}
        assert count_payouts(session, "requested") == (1, 6000)
        paid = approve(session, made.id, REVIEWER).payout
        assert paid.state == "paid"
        assert held(session, ann) == {"earned": 4000, "paid": 6000, "wallet": 6000}
        again = approve(session, made.id, REVIEWER)
        assert (again.payout.state, again.is_new) == ("paid", False)
        assert held(session, ann) == {"earned": 4000, "paid": 6000, "wallet": 6000}
        assert facts(session) == ["payout_succeeded"]
        found = find_payout(session, made.id, member_id=ann)
        assert [step.state for step in found.steps] == ["requested", "approved", "paid"]
        assert [step.actor for step in found.steps] == [member_owner(ann), REVIEWER, REVIEWER]
        assert found.paid_at is not None
        with pytest.raises(Conflict):
            reject(session, made.id, REVIEWER, "too late")
        assert verify(session).is_clean


def test_fee_and_tax_are_shares_of_the_amount(database, ann):
    settings = StoreSettings(payout_fee_bps=60, payout_tax_bps=2000)
    made = ask(database, ann, 9999, settings=settings)
    assert (made.fee_fen, made.tax_fen, made.net_fen) == (60, 2000, 7939)
    with database.write() as session:
        approve(session, made.id, REVIEWER)
        assert held(session, ann) == {"earned": 1, "paid": 9999, "wallet": 7939}
        assert platform_balance(session, "payout_fees") == 60
        assert platform_balance(session, "payout_taxes") == 2000
        assert platform_balance(session, "payouts") == -9999
        assert verify(session).is_clean


def test_a_rejected_payout_returns_the_money_once_and_says_why(database, ann):
    made = ask(database, ann, 6000)
    with database.write() as session:
        with pytest.raises(InvalidInput):
            reject(session, made.id, REVIEWER, "  ")
        first = reject(session, made.id, REVIEWER, "name is missing")
        assert (first.payout.state, first.is_new) == ("rejected", True)
        again = reject(session, made.id, REVIEWER, "again")
        assert (again.payout.reason, again.is_new) == ("name is missing", False)
        assert held(session, ann) == {"earned": 10_000}
        with pytest.raises(Conflict):
            approve(session, made.id, REVIEWER)
        assert facts(session) == ["payout_failed"]
        steps = find_payout(session, made.id).steps
        assert [(step.state, step.reason) for step in steps] == [
            ("requested", ""),
            ("rejected", "name is missing"),
        ]


def test_a_repeated_submit_is_one_payout(database, ann):
    assert ask(database, ann, 6000).id == ask(database, ann, 6000).id
    with pytest.raises(Conflict):
        ask(database, ann, 6001)
    with database.read() as session:
        assert held(session, ann) == {"earned": 4000, "reserved": 6000}


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [(99, "smallest"), (0, "smallest"), (-500, "smallest"), (10_001, "Only"), (50_000, "largest")],
)
def test_limits_and_balance_refuse_with_a_sentence(database, ann, amount, sentence):
    settings = StoreSettings(payout_min_fen=100, payout_max_fen=20_000)
    with pytest.raises(Rejected, match=sentence):
        ask(database, ann, amount, settings=settings)
    with database.read() as session:
        assert held(session, ann) == {"earned": 10_000}


def test_a_debt_is_netted_before_anything_is_paid_out(database, ann):
    with database.write() as session:
        earn(session, ann, -12_000)
    with pytest.raises(Rejected, match="Refunds took back 2000"):
        ask(database, ann, 500)
    with database.write() as session:
        earn(session, ann, 2500)
    assert ask(database, ann, 500).state == "requested"


def test_the_daily_limit_counts_requests_that_were_not_rejected(database, ann, time_machine):
    settings = StoreSettings(payouts_per_day=2, payout_min_fen=1)
    noon = clock.now().replace(hour=4, minute=0)  # noon in Shanghai
    time_machine.move_to(noon)
    first = ask(database, ann, 10, key="a", settings=settings)
    ask(database, ann, 10, key="b", settings=settings)
    with pytest.raises(Rejected, match="At most 2"):
        ask(database, ann, 10, key="c", settings=settings)
    with database.write() as session:
        reject(session, first.id, REVIEWER, "no")
    ask(database, ann, 10, key="d", settings=settings)
    time_machine.move_to(noon.replace(hour=15, minute=59))
    with pytest.raises(Rejected):
        ask(database, ann, 10, key="e", settings=settings)
    time_machine.move_to(noon.replace(hour=16, minute=1))  # midnight in Shanghai
    ask(database, ann, 10, key="f", settings=settings)


def test_a_plugins_refusal_leaves_nothing_behind(database, ann):
    def no(hook, **arguments):
        raise Rejected("x.frozen", "You are frozen.")

    with pytest.raises(Rejected, match="frozen"):
        ask(database, ann, 500, check=no)
    with database.read() as session:
        assert held(session, ann) == {"earned": 10_000}
        assert list_payouts(session) == []


def test_unknown_accounts_channels_and_members_are_refused(database, ann):
    with pytest.raises(Rejected, match="not available"):
        ask(database, ann, 500, channel="cheque")
    with pytest.raises(NotFound):
        ask(database, new_id(), 500)
    with pytest.raises(NotFound):
        ask(database, earner(database, 500, state="blocked"), 500)
    with pytest.raises(InvariantError), database.write() as session:
        request_payout(
            session,
            PayoutRequest(ann, WALLET, "wallet", 500, "k"),
            settings=StoreSettings(),
            check=nobody_minds,
        )


def test_nobody_reviews_their_own_payout(database):
    ann = earner(database, 10_000, email="ann@example.com")
    staff_id, role_id = UUID(int=70), UUID(int=71)
    with database.write() as session:
        session.execute(sa.insert(Role).values(id=role_id, key="finance", name="x"))
        session.execute(
            sa.insert(Staff).values(
                id=staff_id,
                email="ann@example.com",
                name="Ann",
                password_hash="x",
                role_id=role_id,
                created_at=clock.now(),
            )
        )
    own = ask(database, ann, 500)
    asked_by_staff = ask(database, ann, 500, key="2", actor=REVIEWER)
    for payout_id, reviewer in (
        (own.id, member_owner(ann)),
        (own.id, f"staff:{staff_id}"),
        (asked_by_staff.id, REVIEWER),
    ):
        with pytest.raises(Forbidden), database.write() as session:
            approve(session, payout_id, reviewer)
        with pytest.raises(Forbidden), database.write() as session:
            reject(session, payout_id, reviewer, "mine")
    with database.write() as session:
        assert approve(session, own.id, REVIEWER).payout.state == "paid"
        assert approve(session, asked_by_staff.id, f"staff:{UUID(int=8)}").payout.state == "paid"


def test_members_see_their_own_payouts_page_by_page(database, ann):
    made = [ask(database, ann, 500 + n, key=str(n)).id for n in range(5)]
    other = earner(database, 10_000)
    ask(database, other, 777)
    with database.read() as session:
        first = list_payouts(session, member_id=ann, source_kind=EARNED, limit=3)
        rest = list_payouts(session, member_id=ann, limit=3, before=first[-1].id)
        assert [view.id for view in first + rest] == made[::-1]
        assert len(list_payouts(session, states=["requested"])) == 6
        assert list_payouts(session, states=["paid"]) == []
        with pytest.raises(NotFound):
            find_payout(session, made[0], member_id=other)


def test_the_table_itself_refuses_a_payout_of_nothing(database, ann):
    ask(database, ann, 500)
    with pytest.raises(sa.exc.IntegrityError), database.write() as session:
        session.execute(sa.update(Payout).values(amount_fen=0))


def test_verify_notices_payouts_that_the_books_do_not_know(database, ann):
    made = ask(database, ann, 500)
    other = ask(database, ann, 700, key="2")
    with database.write() as session:
        approve(session, other.id, REVIEWER)
        assert verify(session).is_clean
        session.execute(sa.update(Payout).values(state="rejected").where(Payout.id == made.id))
        (problem,) = verify(session).problems
        assert (problem.code, problem.subject) == ("payout.reserved", RESERVED)
        session.execute(sa.update(Payout).values(state="paid").where(Payout.id == made.id))
        assert {problem.code for problem in verify(session).problems} == {
            "payout.reserved",
            "payout.paid",
        }
