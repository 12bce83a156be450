"""A price rule that answers nonsense costs its own discount, never the sale."""

import json
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from core.host.guarding import configured, guarded
from core.pricing.rules import price
from core.pricing.types import Adjustment, PriceRule, QuoteRequest, Stage
from tests.unit.pricing.test_pipeline import request, rule

BASKET: QuoteRequest = request((2, 5000), (1, 700))
GOOD = Adjustment(-100, "Coupon")
MALFORMED = [
    Adjustment(-1.5, "Half a fen"),  # type: ignore[arg-type]
    Adjustment(True, "A truth"),
    Adjustment(Decimal(-5), "A decimal"),  # type: ignore[arg-type]
    Adjustment(-(10**18), "More than there is"),
    Adjustment(-5, "No such line", line=2),
    Adjustment(-5, "A line before the first", line=-1),
    Adjustment(-5, "A truth for a line", line=True),
    Adjustment(-5, None),  # type: ignore[arg-type]
    Adjustment(-5, "No mapping", params=[1]),  # type: ignore[arg-type]
    Adjustment(-5, "Nothing an order can keep", params={"by": object()}),
    Adjustment(-5, "Not a number", params={"by": float("nan")}),
    SimpleNamespace(amount_fen=-5, label="Not an adjustment"),
    -5,
    None,
]


@pytest.fixture
def faults():
    """What was recorded, as (plugin, hook)."""
    return []


@pytest.fixture
def record(faults):
    return lambda plugin, hook, _error: faults.append((plugin, hook))


@pytest.mark.parametrize(
    "nonsense", MALFORMED, ids=[str(number) for number in range(len(MALFORMED))]
)
def test_a_malformed_answer_is_the_rules_fault_and_leaves_the_others(nonsense, faults, record):
    wild = guarded("wild", rule("wild.rule", Stage.PROMOTION, GOOD, nonsense), record)
    fine = guarded("fine", rule("fine.rule", Stage.COUPON, GOOD), record)

    quote = price(BASKET, (wild, fine), {})

    assert faults == [("wild", "price:wild.rule")]
    assert {step.rule for step in quote.trace} == {"fine.rule"}
    assert quote.total_fen == 10_600
    json.dumps([step.params for step in quote.trace])


@pytest.mark.parametrize("answer", [None, 7, GOOD, "ab", {"a": 1}])
def test_an_answer_that_is_no_sequence_of_adjustments_is_a_fault_too(answer, faults, record):
    wild = PriceRule("wild.rule", Stage.COUPON, lambda _draft, _loaded: answer)

    assert price(BASKET, (guarded("wild", wild, record),), {}).total_fen == 10_700
    assert faults == [("wild", "price:wild.rule")]


def test_a_rule_whose_settings_make_no_rule_adjusts_nothing(faults, record):
    plain = rule("wild.rule", Stage.COUPON, GOOD)
    wild = replace(plain, configure=lambda _settings: None)  # type: ignore[arg-type,return-value]

    made = configured("wild", wild, {}, record)

    assert price(BASKET, (made,), {}).total_fen == 10_700
    assert faults == [("wild", "price:wild.rule")]
