from datetime import UTC, datetime

from core.web.admin.queries.figures import Figure, period_of

AT = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)  # half past one on the 22nd in Shanghai


def test_a_period_is_made_of_the_stores_own_days():
    period = period_of("7d", AT, "Asia/Shanghai")
    assert (period.days[0].isoformat(), period.days[-1].isoformat()) == ("2026-11-16", "2026-11-22")
    assert period.since == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert period_of("7d", AT, "UTC").days[-1].isoformat() == "2026-11-21"


def test_the_period_before_is_as_long_up_to_the_same_time_of_day():
    period = period_of("today", AT, "Asia/Shanghai")
    assert period.is_one_day
    assert period.before_until - period.before == period.until - period.since
    assert period.before_until <= period.since


def test_an_unknown_period_is_thirty_days():
    assert period_of("../etc", AT, "UTC").key == "30d"


def test_growth_from_nothing_has_no_rate():
    assert Figure(5, 0).change_bps is None
    assert Figure(150, 100).change_bps == 5000
    assert Figure(0, 100).change_bps == -10_000
