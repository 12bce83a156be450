"""What is told of earnings is what is kept of them: refunds are taken off everywhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.clock import local_date, now
from core.host.work import Work
from core.settings.services import save_settings
from plugins.distribution import commands
from plugins.distribution.models import DayTotal, Hold, MonthTotal
from plugins.distribution.services import figures
from plugins.distribution.services.holds import reject
from plugins.distribution.services.overview import open_totals, top_distributors
from plugins.distribution.services.ranking import place_of, ranking
from plugins.distribution.services.recounting import differences, zone_of
from plugins.distribution.services.totals import day_sums, fold, lifetime_of
from plugins.distribution.tests.conftest import STAFF

ZONE = "Asia/Shanghai"


@pytest.fixture
def run_command(shop):
    """``banyan x distribution totals``."""

    def run(*arguments):
        return commands.check_totals(Work(shop, actor="cli:somebody"), list(arguments))

    return run


@pytest.fixture
def bought(chain, make_order, outbox):
    """Two pieces of 100 yuan each, bought by the chain's buyer."""
    order = make_order([("POT", 2, 10_000)], member=chain.buyer)
    outbox.drain()
    return order


@pytest.fixture
def days(shop):
    """Fen earned and fen sold, yesterday and today."""

    def read(zone=ZONE):
        with shop.database.read() as session:
            assert differences(session) == []
            return day_sums(session, zone, local_date(now(), zone), 2)

    return read


def test_half_an_order_back_is_off_every_figure(chain, shop, bought, maker, outbox, run_job, days):
    maker.refund(bought, {"POT": 1})
    outbox.drain()
    before = days()
    run_job("distribution.totals")
    month = local_date(now(), ZONE).replace(day=1)
    with shop.database.read() as session:
        places = ranking(session, month, limit=2)
        place = place_of(session, chain.second.id, month)
        best = top_distributors(session, since=now() - timedelta(days=1))
        coming = open_totals(session)

    assert [(each.member_id, each.earned_fen, each.orders) for each in places] == [
        (chain.first.id, 1000, 1),
        (chain.second.id, 500, 1),
    ]
    assert (place.number, place.earned_fen) == (2, 500)
    assert [fen for _, fen, _ in best] == [1000, 500, 200]
    assert before == days() == ([0, 1700], [0, 10_000])
    assert coming == {"pending": 1700, "frozen": 0}


def test_a_late_refund_and_a_rejection_count_for_the_day_on_which_it_was_earned(
    chain, shop, bought, maker, outbox, run_job, clock, days
):
    run_job("distribution.totals")
    clock.advance(days=1)
    maker.refund(bought, {"POT": 1})
    outbox.drain()
    with shop.database.write() as session:
        session.add(
            Hold(
                order_id=bought.id,
                beneficiary_id=chain.first.id,
                reason="phone",
                evidence={},
                at=now(),
            )
        )
        session.flush()
        reject(session, bought.id, chain.first.id, actor=STAFF, note="同一人")
    assert days() == ([700, 0], [10_000, 0])
    run_job("distribution.totals")
    assert days() == ([700, 0], [10_000, 0])
    with shop.database.read() as session:
        own = lifetime_of(session, [member.id for member in chain.uplines])
    assert [own[member.id] for member in chain.uplines] == [(0, 1), (500, 1), (200, 1)]


def test_in_another_time_zone_days_and_months_are_counted_anew(shop, bought, run_job, days):
    run_job("distribution.totals")
    zone = "Pacific/Kiritimati" if 10 <= now().hour < 16 else "Pacific/Midway"  # another day
    with shop.database.write() as session:
        save_settings(session, {"timezone": zone})
    run_job("distribution.totals")
    assert sum(days(zone)[0]) == 3400
    with shop.database.read() as session:
        assert zone_of(session) == zone
        assert session.scalars(sa.select(DayTotal.day_on)).one() == local_date(now(), zone)


def test_a_total_that_is_wrong_is_found_and_mended(shop, bought, run_job, run_command):
    run_job("distribution.totals")
    assert run_command() == {"wrong": 0, "is_mended": False, "differences": []}
    with shop.database.write() as session:
        session.execute(sa.update(DayTotal).values(sold_fen=DayTotal.sold_fen + 7))
        session.execute(sa.delete(MonthTotal).where(MonthTotal.earned_fen == 2000))
    told = run_command("--mend")
    assert (told["wrong"], told["is_mended"]) == (2, True)
    assert [(each["earned_fen"], each["other"]) for each in told["differences"]] == [
        (0, 7),
        (-2000, -1),
    ]
    assert run_command()["wrong"] == 0


def test_two_who_fold_at_once_fold_each_note_once(shop, bought, days):
    with shop.database.write() as session:
        assert fold(session, ZONE, limit=2) == 2
    assert days() == ([0, 3400], [0, 20_000])
    with shop.database.write() as session:
        assert fold(session, ZONE) == 1
        assert fold(session, ZONE) == 0
    assert days() == ([0, 3400], [0, 20_000])


def test_a_large_store_shows_what_the_job_counted_and_when(
    shop, chain, bought, make_order, outbox, run_job, make_staff, sign_in, monkeypatch
):
    run_job("distribution.totals")
    make_order([("POT", 1, 10_000)], member=chain.buyer)
    outbox.drain()
    with shop.database.read() as session:
        assert figures.kept(session, 30) is None
        monkeypatch.setattr(figures, "SMALL", 0)
        kept = figures.kept(session, 30)
    assert [fen for _, fen, _ in kept.best] == [2000, 1000, 400]
    assert (kept.way.buyers, kept.states["active"]) == (1, 3)
    browser = sign_in(make_staff(name="店主"), "staff")
    page = browser.get("/admin/x/distribution?lang=en").text
    assert "as of" in page
    assert "¥20.00" in page[page.index('<ol class="ranks">') :].partition("</ol>")[0]
    assert "last 30 days, as of 2" in browser.get("/admin/?lang=en").text
