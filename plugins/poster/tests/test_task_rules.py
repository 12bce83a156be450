"""The pure rules of fan tasks: ladders, limits, doubts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.api.errors import InvalidInput
from plugins.poster.rules.task_doubts import Sight, Suspicion, fullest_hour, suspicions
from plugins.poster.rules.tasks import (
    Audience,
    Benefit,
    BenefitKind,
    Step,
    TaskRules,
    Verdict,
    check_rules,
    from_json,
    is_counting,
    is_full,
    steps_reached,
    to_json,
)


def money(fans, fen):
    return Step(fans, Benefit(BenefitKind.WALLET, amount_fen=fen))


def gift(fans, text="一只茶杯"):
    return Step(fans, Benefit(BenefitKind.GIFT, text_zh=text))


RULES = TaskRules((money(1, 500), gift(3)), True, 3, 5, 50, Audience.BUYERS)


def test_rules_are_stored_as_a_document_and_come_back_the_same():
    check_rules(RULES)
    assert from_json(to_json(RULES)) == RULES
    assert (RULES.fans_wanted, RULES.full_fen) == (3, 500)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [money(2, 100), money(2, 200)],
        [money(0, 100)],
        [money(1, 0)],
        [money(1, 20_001_00)],
        [gift(1, text="")],
        [gift(1, text="杯" * 81)],
        [Step(1, Benefit(BenefitKind.GIFT, amount_fen=1, text_zh="茶杯"))],
        [money(each, 100) for each in range(1, 8)],
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(steps):
    with pytest.raises(InvalidInput):
        check_rules(replace(RULES, steps=tuple(steps)))


@pytest.mark.parametrize("wrong", [{"window_days": 91}, {"per_day": -1}, {"per_month": 10_001}])
def test_windows_and_limits_out_of_range_are_refused_at_their_field(wrong):
    with pytest.raises(InvalidInput) as refused:
        check_rules(replace(RULES, **wrong))
    assert refused.value.params["field"] in wrong


def test_a_task_counts_from_its_opening_to_its_end_or_closing_whichever_is_first():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    day = timedelta(days=1)
    times = {"starts_at": start, "ends_at": start + 9 * day, "opened_at": start + day}

    assert not is_counting(start, **times, closed_at=None)
    assert is_counting(start + day, **times, closed_at=None)
    assert not is_counting(start + 9 * day, **times, closed_at=None)
    assert not is_counting(start + 2 * day, **times, closed_at=start + 2 * day)
    assert not is_counting(start + day, **{**times, "opened_at": None}, closed_at=None)


def test_a_limit_of_zero_is_none():
    assert not is_full(0, 1_000)
    assert not is_full(2, 1)
    assert is_full(2, 2)


def test_doubted_fans_help_only_where_believed_ones_do_not_suffice_and_then_hold():
    steps = (money(1, 100), money(2, 200), money(3, 300), money(9, 900))

    reached = steps_reached(steps, believed=2, doubted=1, had={0})
    assert reached == [Verdict(1, is_held=False), Verdict(2, is_held=True)]


def test_what_is_shared_or_too_fast_is_doubted_if_it_is_watched():
    sight = Sight(
        fan={Suspicion.DEVICE: {"a"}, Suspicion.ADDRESS: {"b"}, Suspicion.ACCOUNT: {"c"}},
        others={Suspicion.DEVICE: {"a", "z"}, Suspicion.ADDRESS: {"x"}, Suspicion.ACCOUNT: {"c"}},
        came_together=4,
    )

    assert suspicions(sight, set(Suspicion), 3) == ["device", "account", "burst"]
    assert suspicions(sight, {Suspicion.BURST}, 4) == []


def test_all_of_a_burst_are_doubted_the_first_as_well_as_the_last():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    burst = [start + timedelta(minutes=10 * each) for each in range(5)]
    times = [start - timedelta(minutes=59), *burst, start + timedelta(hours=3)]

    assert [fullest_hour(each, times) for each in times] == [2, 5, 5, 5, 5, 5, 1]


def test_a_gift_is_told_in_the_only_language_it_has():
    both = Benefit(BenefitKind.GIFT, text_zh="茶杯", text_en="Cup")
    assert [both.text(locale) for locale in ("en", "zh_Hans_CN")] == ["Cup", "茶杯"]
    assert gift(1).benefit.text("en") == "一只茶杯"
