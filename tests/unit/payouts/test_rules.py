from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Conflict, InvariantError, Rejected
from core.payouts.rules import (
    OVER,
    PAYOUT,
    PayoutState,
    declare_payable,
    pay_delay,
    payable_of,
    payout_terms,
)
from core.settings.rules import StoreSettings


@given(st.integers(20, 10**9), st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 2))
def test_fee_tax_and_net_make_up_the_amount(amount, fee_bps, tax_bps, fixed):
    settings = StoreSettings(
        payout_min_fen=1,
        payout_max_fen=10**9,
        payout_fee_bps=fee_bps,
        payout_fee_fen=fixed,
        payout_tax_bps=tax_bps,
    )
    terms = payout_terms(amount, settings)
    assert terms.fee_fen + terms.tax_fen + terms.net_fen == amount
    assert min(terms.fee_fen, terms.tax_fen) >= 0
    assert terms.net_fen > 0
    assert abs(2 * ((terms.fee_fen - fixed) * 10_000 - amount * fee_bps)) <= 10_000  # to half a fen


def test_amounts_outside_the_limits_are_refused_with_the_limit():
    settings = StoreSettings(payout_min_fen=100, payout_max_fen=500)
    for amount, limit in ((99, 100), (0, 100), (-1, 100), (501, 500)):
        with pytest.raises(Rejected) as refusal:
            payout_terms(amount, settings)
        assert refusal.value.params == {"limit_fen": limit}
    with pytest.raises(Rejected, match="Nothing would be left"):
        payout_terms(100, StoreSettings(payout_fee_bps=5000, payout_tax_bps=5000))
    with pytest.raises(Rejected, match="Nothing would be left"):
        payout_terms(100, StoreSettings(payout_fee_fen=100))


def test_accounts_are_declared_payable_once_and_alike():
    declare_payable("test_rules_source", "a", "b")
    declare_payable("test_rules_source", "a", "b")
    assert payable_of("test_rules_source").reserved_kind == "a"
    with pytest.raises(InvariantError):
        declare_payable("test_rules_source", "a", "c")
    with pytest.raises(InvariantError):
        payable_of("never_declared")


def test_money_that_left_or_went_back_stays_where_it_is():
    for end in OVER:
        for state in set(PayoutState) - {end}:
            with pytest.raises(Conflict):
                PAYOUT.is_move(end, state)
    for state in (PayoutState.APPROVED, PayoutState.PAYING, PayoutState.WAITING):
        with pytest.raises(Conflict):
            PAYOUT.is_move(state, PayoutState.REJECTED)


def test_waits_grow_and_end():
    waits = [pay_delay(tries) for tries in range(1, 15)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert waits[-1] == timedelta(hours=6)
