"""Money: integers only, one rounding, parts that always sum to the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.money import (
    BPS,
    FEN_LIMIT,
    format_yuan,
    parse_yuan,
    rate_fen,
    share_fen,
    split_fen,
)

amounts = st.integers(-FEN_LIMIT, FEN_LIMIT)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)


@given(amounts, weights)
def test_a_split_loses_no_fen(total: int, parts: list[int]) -> None:
    assert sum(split_fen(total, parts)) == total


@given(st.integers(0, FEN_LIMIT), weights.filter(any))
def test_each_part_is_within_one_fen_of_its_exact_share(total: int, parts: list[int]) -> None:
    whole = sum(parts)
    for part, weight in zip(split_fen(total, parts), parts, strict=True):
        assert abs(part * whole - total * weight) < whole


@given(amounts, weights)
def test_a_negative_split_mirrors_the_positive_one(total: int, parts: list[int]) -> None:
    assert split_fen(-total, parts) == [-part for part in split_fen(total, parts)]


def test_left_over_fen_go_to_the_largest_remainders_the_earlier_first() -> None:
    assert split_fen(100, [1, 1, 1]) == [34, 33, 33]
    assert split_fen(10, [1, 2, 4]) == [1, 3, 6]


def test_weights_of_zero_spread_the_total_evenly() -> None:
    assert split_fen(5, [0, 0]) == [3, 2]


@pytest.mark.parametrize("parts", [[], [1, -1]])
def test_a_split_without_weights_or_with_negative_ones_is_refused(parts: list[int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        split_fen(1, parts)


@given(st.integers(0, FEN_LIMIT), st.integers(0, BPS))
def test_a_rate_and_its_rest_sum_to_the_base(base: int, bps: int) -> None:
    assert 0 <= rate_fen(base, bps) <= base
    assert rate_fen(base, 0) == 0
    assert rate_fen(base, BPS) == base


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.data())
def test_a_growing_share_never_shrinks(total: int, whole: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, whole))
    second = data.draw(st.integers(first, whole))
    assert share_fen(total, first, whole) <= share_fen(total, second, whole)
    assert share_fen(total, whole, whole) == total


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (-1, 5), (6, 5)])
def test_a_share_outside_its_whole_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="share_fen"):
        share_fen(1, part, whole)


@given(amounts)
def test_an_amount_reads_back_as_it_was_written(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("12", 1200), ("12.5", 1250), ("¥1,234.50", 123450), ("-1，234", -123400), (" ￥0.01 ", 1)],
)
def test_amounts_are_read_as_people_type_them(typed: str, fen: int) -> None:
    assert parse_yuan(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1.234",
        "NaN",
        "Infinity",
        "1e3",
        "1e99",
        "9" * 40,
        "1_000",
        "12,5",
        "12，50",
        "1,23",
        ",500",
        ".",
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        parse_yuan(typed)
