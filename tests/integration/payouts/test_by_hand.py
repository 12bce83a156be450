"""Payouts that staff pay from a file, on both databases and with many people at once."""

from uuid import UUID

import pytest

from core.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, Rejected
from core.ledger.services import balances, member_owner, platform_balance, verify
from core.payouts.jobs import run_due_payouts
from core.payouts.services import (
    approve,
    batch_lines,
    confirm_by_hand,
    export_batch,
    fail_by_hand,
    find_payout,
    reject,
    retry_payout,
)
from core.settings.rules import StoreSettings
from tests.integration.payouts.conftest import EARNED, PAID, RESERVED, REVIEWER, ask, earner
from tests.integration.payouts.test_races import at_once

ACCOUNT = {"name": "林小山", "number": "6222 0212 3456 7890", "bank": "招商银行"}
ON = StoreSettings(payouts_per_day=1000, payout_by_bank_card=True, payout_by_alipay=True)


def ask_card(database, member_id, amount, **more):
    more = {"account": ACCOUNT, "settings": ON, "channel": "bank_card"} | more
    return ask(database, member_id, amount, **more)


def release(database, *payouts):
    for payout in payouts:
        with database.write() as session:
            approve(session, payout.id, REVIEWER)


def export(database, channel="bank_card", actor=REVIEWER):
    with database.write() as session:
        return export_batch(session, channel, actor, locale="en")


def confirm(database, payout, **more):
    told = {"channel": "bank_card", "net_fen": payout.net_fen, "reference": "TX-1"} | more
    with database.write() as session:
        return confirm_by_hand(session, payout.payout_no, actor=REVIEWER, **told)


def look(database, payout):
    with database.read() as session:
        return find_payout(session, payout.id)


def test_an_account_is_kept_in_shape_and_a_wrong_one_is_refused(database, ann):
    made = ask_card(
        database, ann, 500, account=ACCOUNT | {"card": "x", "number": "6222-0212 345678"}
    )
    assert look(database, made).account == {
        "name": "林小山", "number": "62220212345678", "bank": "招商银行",
    }  # fmt: skip
    for wrong in ({"number": "12ab"}, {"name": ""}, {"bank": "7"}):
        with pytest.raises(InvalidInput) as refusal:
            ask_card(database, ann, 500, key="2", account=ACCOUNT | wrong)
        assert refusal.value.params["field"] == f"bank_card.{next(iter(wrong))}"
    with pytest.raises(Rejected, match="not available"):
        ask_card(database, ann, 500, key="3", settings=StoreSettings())


def test_from_the_threshold_on_a_name_is_needed_outside_the_store(database, ann):
    settings = StoreSettings(payouts_per_day=99, payout_name_from_fen=2000, payout_by_alipay=True)
    pay = {"settings": settings, "account": {"number": "13800001234"}}
    ask(database, ann, 1999, key="a", channel="alipay", **pay)
    for channel in ("alipay", "bank"):
        with pytest.raises(InvalidInput, match="real name"):
            ask(database, ann, 2000, key="b", channel=channel, **pay)
    ask(database, ann, 2000, key="b", **pay)  # the wallet is inside


def test_approved_payouts_wait_for_a_file_and_for_nothing_else(database, ann):
    made = ask_card(database, ann, 6000)
    release(database, made)
    assert run_due_payouts(database, {"bank_card": object()}) == 0
    with pytest.raises(Conflict, match="does not stand in this file"):
        confirm(database, made)
    batch = export(database)
    assert (batch.payout_count, batch.net_fen) == (1, 6000)
    assert confirm(database, made)
    with database.read() as session:
        assert platform_balance(session, "payout:bank_card") == 6000
        assert balances(session, member_owner(ann), [EARNED, RESERVED, PAID]) == {
            EARNED: 4000, RESERVED: 0, PAID: 6000,
        }  # fmt: skip
        assert verify(session).is_clean


def test_a_confirmation_is_held_to_number_amount_channel_and_reference(database, ann):
    made = ask_card(database, ann, 6000)
    release(database, made)
    export(database)
    with pytest.raises(Conflict):
        confirm(database, made, net_fen=5999)
    for channel in ("alipay", "bank"):
        with pytest.raises(NotFound):
            confirm(database, made, channel=channel)
    with pytest.raises(InvalidInput):
        confirm(database, made, reference=" ")
    assert look(database, made).state == "paying"
    assert confirm(database, made)
    assert not confirm(database, made)
    with pytest.raises(Conflict, match="another reference"):
        confirm(database, made, reference="TX-2")
    with pytest.raises(Conflict, match="decided before"), database.write() as session:
        fail_by_hand(session, made.payout_no, channel="bank_card", reason="no", actor=REVIEWER)


def test_a_failed_transfer_is_sent_again_or_given_back_once(database, ann):
    made = ask_card(database, ann, 6000)
    release(database, made)
    first = export(database)
    for is_new in (True, False):
        with database.write() as session:
            told = {"channel": "bank_card", "reason": "户名不符", "actor": REVIEWER}
            assert fail_by_hand(session, made.payout_no, **told) is is_new
    with pytest.raises(Rejected):
        export(database)
    with database.write() as session:
        retry_payout(session, made.id, REVIEWER)
    second = export(database)
    with pytest.raises(Conflict):
        confirm(database, made, batch_id=first.id)
    with database.write() as session:
        fail_by_hand(session, made.payout_no, channel="bank_card", reason="again", actor=REVIEWER)
        for _ in range(2):
            reject(session, made.id, REVIEWER, "wrong card")
    with pytest.raises(Conflict, match="decided before"):
        confirm(database, made)
    with database.read() as session:
        (line,) = batch_lines(session, first.id)
        assert (line.outcome, line.note) == ("failed", "户名不符")
        assert batch_lines(session, second.id)[0].note == "again"
        assert balances(session, member_owner(ann), [EARNED, RESERVED]) == {
            EARNED: 10_000, RESERVED: 0,
        }  # fmt: skip
        assert verify(session).is_clean


def test_nobody_confirms_fails_or_resends_their_own_payout(database, ann):
    mine = f"staff:{UUID(int=77)}"
    made = ask_card(database, ann, 6000, actor=mine)
    release(database, made)
    export(database)
    told = {"channel": "bank_card", "actor": mine}
    with pytest.raises(Forbidden), database.write() as session:
        confirm_by_hand(session, made.payout_no, net_fen=6000, reference="x", **told)
    with pytest.raises(Forbidden), database.write() as session:
        fail_by_hand(session, made.payout_no, reason="x", **told)
    with database.write() as session:
        fail_by_hand(session, made.payout_no, channel="bank_card", reason="x", actor=REVIEWER)
    with pytest.raises(Forbidden), database.write() as session:
        retry_payout(session, made.id, mine)


@pytest.mark.slow
def test_people_who_write_files_at_once_never_get_one_payout_twice(database):
    made = [ask_card(database, earner(database, 10_000), 100 + each) for each in range(12)]
    release(database, *made)
    batches = at_once(lambda _: export(database), 8)
    with database.read() as session:
        lines = [line.payout.payout_no for b in batches for line in batch_lines(session, b.id)]
        assert verify(session).is_clean
    assert sorted(lines) == sorted(payout.payout_no for payout in made)
    assert sum(batch.net_fen for batch in batches) == sum(payout.net_fen for payout in made)


@pytest.mark.slow
def test_confirmed_and_failed_by_many_at_once_a_payout_ends_one_way(database, ann):
    made = ask_card(database, ann, 10_000)
    release(database, made)
    export(database)

    def tell(number):
        if number % 3:
            return ("paid", confirm(database, made))
        with database.write() as session:
            told = {"channel": "bank_card", "reason": "no", "actor": REVIEWER}
            return ("failed", fail_by_hand(session, made.payout_no, **told))

    told = at_once(tell, 12)
    assert [word for word, is_new in told if is_new].count("paid") == 1
    assert look(database, made).state == "paid"  # a late success wins over a failure
    with database.read() as session:
        assert balances(session, member_owner(ann), [RESERVED, PAID]) == {RESERVED: 0, PAID: 10_000}
        assert verify(session).is_clean
