"""Short codes: one per link, found in any case, counted beside visits by the link."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.db import migrate
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.sharing.models import ShareVisit
from core.sharing.services import (
    create_share,
    find_share_by_code,
    funnel_counts,
    record_scan,
    record_visit,
    shares_of,
)
from tests.integration.people import at_once, facts, statements


@pytest.fixture
def link(database, make_member):
    member_id = make_member()
    with database.write() as session:
        return create_share(
            session, member_id, "product", str(UUID(int=7)), "poster", "poster:autumn"
        )


@pytest.fixture
def scan(database, link):
    def run(visitor="visitor-0001", **more):
        with database.write() as session:
            return record_scan(session, link.code, visitor=visitor, **more)

    return run


@pytest.fixture
def visit(database, link):
    def run(visitor="visitor-0001", **more):
        with database.write() as session:
            return record_visit(session, link.token, visitor=visitor, **more)

    return run


def counts(database):
    with database.read() as session:
        (stats,) = shares_of(session).items
    return stats.share.visit_count, stats.scan_count


def test_every_link_has_a_short_code_without_look_alikes(database, make_member):
    member_id = make_member()
    with database.write() as session:
        links = [create_share(session, member_id, "product", str(n)) for n in range(30)]
        again = create_share(session, member_id, "product", "0")

    assert again.code == links[0].code
    assert len({each.code for each in links}) == 30
    assert not set("".join(each.code for each in links)) & set("01OI")
    assert all(len(each.short_path) == 13 for each in links)


def test_a_code_is_found_in_any_case_and_nothing_else_is(database, link):
    with database.read() as session, statements(database) as sent:
        assert find_share_by_code(session, link.code.lower()).id == link.id
        assert len([text for text in sent if text.startswith("SELECT")]) == 1
        for wrong in ("", "ABCDEFGHJK", "x" * 10_000, link.code[:-1]):
            with pytest.raises(NotFound):
                find_share_by_code(session, wrong)


def test_a_scan_is_told_once_a_visitor_and_day_with_what_the_poster_was_about(
    database, link, scan, days
):
    assert scan().is_counted
    assert not scan().is_counted
    assert scan("visitor-0002").is_counted
    days(1)
    assert scan().is_counted

    told = facts(database, "share_scanned")
    assert len(told) == 3
    assert {fact["kind"] for fact in facts(database, "share_visited")} == {"scan"}
    assert (told[0]["share_id"], told[0]["sharer_id"]) == (str(link.id), str(link.member_id))
    assert (told[0]["channel"], told[0]["campaign"]) == ("poster", "poster:autumn")
    assert (told[0]["target_kind"], told[0]["target"]) == ("product", str(UUID(int=7)))
    assert counts(database) == (0, 3)


def test_the_page_that_a_code_leads_to_is_no_second_visit(database, scan, visit, days):
    assert scan().is_counted
    assert not visit().is_counted
    assert visit("visitor-0002").is_counted
    days(1)
    assert visit().is_counted

    assert counts(database) == (2, 1)
    assert len(facts(database, "share_scanned")) == 1
    assert len(facts(database, "share_visited")) == 3


def test_who_scans_what_they_opened_before_is_counted_by_both_ways(database, scan, visit):
    assert visit().is_counted
    assert scan().is_counted
    assert counts(database) == (1, 1)


def test_opening_the_page_again_moves_the_time_and_names_the_member(
    database, make_member, scan, visit
):
    scan()
    member_id = make_member()
    with database.read() as session:
        before = session.scalar(sa.select(ShareVisit.at))
    visit(member_id=member_id)
    with database.read() as session:
        (row,) = session.execute(sa.select(ShareVisit.at, ShareVisit.member_id)).all()

    assert row.at > before
    assert row.member_id == member_id


def test_twenty_scans_at_once_are_one_scan_and_one_fact(database, scan):
    outcomes = at_once(lambda _: scan(), 20)
    assert sum(outcome.is_counted for outcome in outcomes) == 1
    assert counts(database) == (0, 1)
    assert len(facts(database, "share_scanned")) == 1


def test_the_sharers_own_scans_leave_no_trace(database, link, scan):
    assert not scan(member_id=link.member_id).is_counted
    assert counts(database) == (0, 0)
    assert facts(database, "share_scanned") == []


def test_the_funnel_tells_scans_from_visits(database, scan, visit):
    start, minute = now(), timedelta(minutes=1)
    scan()
    visit("visitor-0002")
    with database.read() as session:
        found = funnel_counts(session, start - minute, start + minute)
    assert (found.visits, found.visitors, found.scans) == (2, 2, 1)


def test_links_of_before_get_codes_and_their_scans_are_counted(database, link, scan, visit):
    scan()
    visit("visitor-0002")
    migrate.downgrade(database.engine, "0006")
    assert "code" not in {c["name"] for c in sa.inspect(database.engine).get_columns("share_link")}
    migrate.upgrade(database.engine)

    with database.read() as session:
        (stats,) = shares_of(session).items
    assert stats.share.token == link.token
    assert stats.share.code not in {"", link.code}
    assert (stats.share.visit_count, stats.scan_count) == (1, 1)
