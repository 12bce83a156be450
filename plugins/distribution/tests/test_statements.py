from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from core.api.clock import local_date, now
from core.api.ledger import balances, member_owner
from core.settings.services import save_settings
from plugins.distribution.models import Commission, Hold
from plugins.distribution.services import holds
from plugins.distribution.services.statements import (
    ACCOUNTS,
    Change,
    Month,
    months_of,
    statement_of,
)
from plugins.distribution.tests.conftest import STAFF, ask_for

ZONE = "Asia/Shanghai"
POT = ("POT", 1, 26_800)
CHANGING = (Change.ACCRUED, Change.REVERSED, Change.REJECTED, Change.PAID, Change.OTHER)


@pytest.fixture
def statements(shop):
    """All statements of a member, oldest first."""

    def read(member):
        with shop.database.read() as session:
            months = months_of(session, member.id, ZONE)[::-1]
            return [statement_of(session, member.id, month, ZONE) for month in months]

    return read


@pytest.fixture
def next_month(clock):
    """Let time pass until the fifth of the next month."""

    def run():
        fifth = Month.of(now(), ZONE).next.first_day + timedelta(days=4)
        clock.advance(days=(fifth - local_date(now(), ZONE)).days)

    return run


@pytest.fixture
def eventful(programme, chain, shop, make_order, maker, outbox, settle, next_month):
    """Four months of the first upline in which everything happens that can."""
    next_month()
    first = make_order([POT], member=chain.buyer)
    halved = make_order([("CUP", 2, 5000)], member=chain.buyer)
    for order in (first, halved):
        maker.receive(order)
    outbox.drain()
    maker.refund(halved, {"CUP": 1})
    next_month()
    settle(days=0)
    declined = ask_for(shop, chain.first, 300)
    maker.reject_payout(declined.id, "换个渠道")
    paid = ask_for(shop, chain.first, 1000)
    maker.approve_payout(paid.id)
    next_month()
    maker.refund(first)
    make_order([POT], member=chain.buyer)
    watched = make_order([("TIN", 1, 3000)], member=chain.buyer)
    outbox.drain()
    with shop.database.write() as session:
        session.add(
            Hold(order_id=watched.id, beneficiary_id=chain.first.id, reason="phone", evidence={},
                 state="open", at=now())
        )  # fmt: skip
        session.execute(
            sa.update(Commission)
            .where(Commission.order_id == watched.id, Commission.level == 1)
            .values(is_held=True)
        )
        session.flush()
        holds.reject(session, watched.id, chain.first.id, actor=STAFF, note="同一人")
    next_month()
    return chain.first


def test_every_closing_is_the_next_opening_and_the_last_is_what_the_accounts_hold(
    eventful, statements, shop
):
    found = statements(eventful)
    assert len(found) == 4
    assert dict(found[0].opening) == dict.fromkeys(ACCOUNTS, 0)
    for one, following in pairwise(found):
        assert dict(one.closing) == dict(following.opening)
    with shop.database.read() as session:
        held = balances(session, member_owner(eventful.id), ACCOUNTS)
    assert dict(found[-1].closing) == held


def test_the_rows_of_a_month_come_to_the_difference_of_its_ends(eventful, statements):
    seen = set()
    for statement in statements(eventful):
        changed = sum(statement.total_fen(change) for change in CHANGING)
        assert statement.opening_fen + changed == statement.closing_fen
        assert sum(line.amount_fen for line in statement.lines) == changed
        seen |= {line.change for line in statement.lines}
    assert seen == set(Change) - {Change.OTHER}


def test_each_kind_of_row_names_its_amount_and_what_it_is_about(eventful, statements, programme):
    first, second, third, fourth = statements(eventful)
    assert first.total_fen(Change.ACCRUED) == 2680 + 1000
    assert first.total_fen(Change.FROZEN) == 3680
    assert first.total_fen(Change.REVERSED) == -500
    (settled,) = [line for line in second.lines if line.change == Change.SETTLED]
    assert (settled.moved_fen, settled.commissions, settled.order_no) == (3180, 2, "")
    assert second.total_fen(Change.REQUESTED) == 1300
    assert second.total_fen(Change.RETURNED) == 300
    (paid,) = [line for line in second.lines if line.change == Change.PAID]
    assert paid.amount_fen == -1000
    assert paid.payout_no.startswith("W")
    assert third.total_fen(Change.REVERSED) == -2680
    assert third.total_fen(Change.REJECTED) == -300
    numbers = {row.order_no for row in programme.rows()}
    assert {line.order_no for line in first.lines} <= numbers
    assert third.closing["commission_available"] == 3180 - 1000 - 2680
    assert (fourth.lines, fourth.is_empty) == ([], False)


def test_fee_and_tax_of_what_was_paid_stand_beside_it(
    programme, chain, shop, make_order, maker, outbox, settle, statements
):
    with shop.database.write() as session:
        save_settings(session, {"payout_fee_bps": 100, "payout_tax_bps": 600})
    shop.counters.refresh(force=True)
    maker.receive(make_order([POT], member=chain.buyer))
    outbox.drain()
    settle()
    maker.approve_payout(ask_for(shop, chain.first, 1000).id)

    statement = statements(chain.first)[-1]
    assert (statement.total_fen(Change.PAID), statement.fee_fen) == (-1000, 10)
    assert statement.tax_fen > 0
    assert statement.closing_fen == 1680


def test_a_month_begins_at_midnight_of_the_store():
    assert Month.of(datetime(2026, 10, 31, 16, 0, tzinfo=UTC), ZONE) == Month(2026, 11)
    assert Month(2026, 12).bounds(ZONE) == (
        datetime(2026, 11, 30, 16, 0, tzinfo=UTC),
        datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("text", ["", "2026-13", "2026-1", "26-01", "2026-11-01", "٢٠٢٦-11"])
def test_what_names_no_month_is_none(text):
    assert Month.read(text) is None


def test_somebody_without_commission_has_this_month_and_nothing_in_it(
    programme, make_member, statements
):
    (only,) = statements(make_member("新人"))
    assert only.is_empty
    assert only.month == Month.of(now(), ZONE)


def test_a_statement_takes_the_same_statements_however_much_happened(
    eventful, shop, count_statements, statements
):
    sent = set()
    for month in (each.month for each in statements(eventful)[:3]):
        with shop.database.read() as session, count_statements() as counted:
            statement_of(session, eventful.id, month, ZONE)
        sent.add(len(counted))
    assert max(sent) <= 5
