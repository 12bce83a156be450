from datetime import UTC, date, datetime, timedelta

import pytest

from core.kernel.clock import day_bounds


def test_a_day_begins_and_ends_at_midnight_of_the_stores_zone():
    start, end = day_bounds(date(2026, 3, 1), "Asia/Shanghai")
    assert start == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert end - start == timedelta(days=1)


def test_a_day_on_which_clocks_change_is_shorter():
    start, end = day_bounds(date(2026, 3, 29), "Europe/Berlin")
    assert end - start == timedelta(hours=23)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles"])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_at_the_end_of_time_are_days_too(day, zone):
    start, end = day_bounds(day, zone)
    assert start < end
