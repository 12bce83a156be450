"""Facts survive the way to JSON and back, and old facts are read by newer code."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.api.hooks  # noqa: F401 - registers every fact
from core.kernel.errors import InvariantError
from core.kernel.events import Event, event_types, from_payload, to_payload
from core.kernel.ids import new_id
from core.orders.events import ChainLink, LineFact, OrderPaid


@dataclass(frozen=True, kw_only=True)
class TestedFact(Event):
    """A fact of this test, with a field that older payloads lack."""

    __test__ = False
    aggregate = "subject"
    subject: str
    at: datetime | None = None
    added_later: int = 7


def paid(pieces: int, chain: int) -> OrderPaid:
    at = datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC)
    return OrderPaid(
        order_id=new_id(),
        order_no="2026",
        member_id=new_id(),
        goods_fen=pieces * 100,
        freight_fen=0,
        total_fen=pieces * 100,
        lines=tuple(
            LineFact(
                line_id=new_id(),
                product_id=new_id(),
                sku_id=new_id(),
                category_id=None if number % 2 else new_id(),
                quantity=1,
                paid_fen=100,
                cost_fen=40,
            )
            for number in range(pieces)
        ),
        chain=tuple(ChainLink(level=level, member_id=new_id()) for level in range(1, chain + 1)),
        plan_versions={"distribution": {"rates_bps": [1000, 500]}},
        placed_at=at,
        paid_at=at,
    )


@given(st.integers(0, 5), st.integers(0, 3))
def test_a_fact_comes_back_from_json_as_it_went(pieces: int, chain: int) -> None:
    fact = paid(pieces, chain)
    assert from_payload(fact.name, json.loads(json.dumps(to_payload(fact)))) == fact


def test_a_fact_is_called_after_its_class_and_ordered_by_its_aggregate() -> None:
    fact = paid(1, 0)
    assert fact.name == "order_paid"
    assert fact.aggregate_key == str(fact.order_id)


def test_fields_gained_take_their_default_and_fields_lost_are_ignored() -> None:
    read = from_payload("tested_fact", {"subject": "x", "gone": 1})
    assert read == TestedFact(subject="x")


def test_an_unknown_fact_is_our_bug() -> None:
    with pytest.raises(InvariantError):
        from_payload("never_happened", {})


def test_every_fact_names_a_field_that_orders_its_deliveries() -> None:
    for name, fact in event_types().items():
        assert fact.aggregate in fact.__dataclass_fields__, name
