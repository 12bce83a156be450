import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import InvalidInput
from core.api.pricing import Draft, QuoteLine, QuoteRequest
from plugins.welcome_offer.rules import Offer, adjust, check_settings

OFFER = Offer(amount_fen=2000, from_fen=9900)


def draft_of(*line_fen):
    lines = tuple(QuoteLine(new_id(), new_id(), None, 1, fen) for fen in line_fen)
    return Draft(QuoteRequest(lines, new_id(), now()), line_fen, 0)


def test_a_first_order_from_the_threshold_on_is_cheaper():
    (step,) = adjust(OFFER, draft_of(9900), True)

    assert (step.amount_fen, step.line) == (-2000, None)


def test_others_and_smaller_baskets_pay_the_same():
    assert adjust(OFFER, draft_of(9900), False) == ()
    assert adjust(OFFER, draft_of(9899), True) == ()
    assert adjust(OFFER, draft_of(), True) == ()


@given(st.integers(-10, 10**6), st.integers(-10, 10**6), st.lists(st.integers(0, 10**6)))
def test_what_settings_allow_never_makes_a_basket_free(amount_fen, from_fen, lines):
    try:
        check_settings({"amount_fen": amount_fen, "from_fen": from_fen})
    except InvalidInput:
        return
    draft = draft_of(*lines)
    off = -sum(step.amount_fen for step in adjust(Offer(amount_fen, from_fen), draft, True))

    assert 0 <= off < max(draft.goods_fen, 1)


@pytest.mark.parametrize(
    ("amount_fen", "from_fen", "field"),
    [(0, 100, "amount_fen"), (100, 100, "from_fen"), (200, 100, "from_fen")],
)
def test_settings_that_give_goods_away_are_refused_by_field(amount_fen, from_fen, field):
    with pytest.raises(InvalidInput) as refused:
        check_settings({"amount_fen": amount_fen, "from_fen": from_fen})

    assert refused.value.params["field"] == field
