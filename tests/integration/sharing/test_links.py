from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.kernel.errors import InvalidInput, NotFound
from core.settings.rules import StoreSettings
from core.sharing.models import ShareVisit
from core.sharing.services import (
    bind_on_order,
    bind_on_registration,
    claim_visits,
    create_share,
    find_share,
    no_check,
    record_visit,
    share_behind,
    shares_by_id,
    shares_of,
)
from core.sharing.services.visits import opened_share
from tests.integration.people import at_once, facts, statements

PRODUCT = str(UUID(int=7))


@pytest.fixture
def share(database, make_member):
    def make(member_id=None, target=PRODUCT, channel="link", campaign=""):
        member_id = member_id or make_member()
        with database.write() as session:
            kind = "product" if target else "store"
            return create_share(session, member_id, kind, target, channel, campaign)

    return make


@pytest.fixture
def visit(database):
    def run(token, visitor="visitor-0001", **more):
        with database.write() as session:
            return record_visit(session, token, visitor=visitor, **more)

    return run


def test_sharing_the_same_page_the_same_way_is_one_link(database, make_member, share):
    member_id = make_member()
    first, again = share(member_id), share(member_id)
    others = [share(member_id, channel="qr"), share(member_id, target=""), share()]

    assert again == first
    assert len({first.token, *(other.token for other in others)}) == 4
    assert len(facts(database, "share_created")) == 4


def test_ten_shares_at_once_are_one_link_and_one_fact(database, make_member, share):
    member_id = make_member()
    links = at_once(lambda _: share(member_id), 10)
    assert len({link.token for link in links}) == 1
    assert len(facts(database, "share_created")) == 1


def test_a_token_is_short_and_cannot_be_guessed(share):
    tokens = {share().token for _ in range(20)}
    assert {len(token) for token in tokens} == {16}  # 96 bits
    assert len({token[:4] for token in tokens}) > 15


def test_what_cannot_be_shared_is_refused(database, make_member):
    member_id = make_member()
    for wrong in (("page", "x", "link"), ("store", "", "fax"), ("product", "x" * 161, "link")):
        with pytest.raises(InvalidInput), database.write() as session:
            create_share(session, member_id, *wrong)


def test_a_person_counts_once_a_day(database, share, visit, days):
    link = share()
    assert visit(link.token).is_counted
    assert not visit(link.token).is_counted
    assert visit(link.token, "visitor-0002").is_counted
    days(1)
    assert visit(link.token).is_counted

    with database.read() as session:
        assert find_share(session, link.token).visit_count == 3
    assert len(facts(database, "share_visited")) == 3


def test_a_day_begins_at_midnight_in_the_stores_zone(database, share, visit):
    link = share()
    before = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    after = datetime(2026, 5, 1, 16, 1, tzinfo=UTC)
    assert visit(link.token, at=before).is_counted
    assert visit(link.token, at=after).is_counted
    assert not visit(link.token, at=after.replace(hour=20)).is_counted
    assert visit(link.token, "visitor-0002", at=before, zone="UTC").is_counted
    assert not visit(link.token, "visitor-0002", at=after, zone="UTC").is_counted


def test_twenty_openings_at_once_count_once(database, share, visit):
    link = share()
    outcomes = at_once(lambda _: visit(link.token), 20)
    assert sum(outcome.is_counted for outcome in outcomes) == 1
    with database.read() as session:
        assert find_share(session, link.token).visit_count == 1


def test_the_sharers_own_visits_leave_no_trace(database, make_member, share, visit):
    member_id = make_member()
    link = share(member_id)
    assert not visit(link.token, member_id=member_id).is_counted
    with database.read() as session:
        assert session.execute(sa.select(ShareVisit.id)).all() == []
    assert facts(database, "share_visited") == []


def test_an_unknown_token_or_an_odd_visitor_is_refused(share, visit):
    with pytest.raises(NotFound):
        visit("no-such-token")
    with pytest.raises(NotFound):
        visit("x" * 10_000)
    for wrong in ({"visitor": ""}, {"visitor": "x" * 41}, {"kind": "look"}):
        with pytest.raises(InvalidInput):
            visit(share().token, **wrong)


def test_the_fact_names_sharer_visitor_and_kind(database, make_member, share, visit):
    sharer, guest = make_member(), make_member()
    link = share(sharer)
    visit(link.token, member_id=guest)
    (fact,) = facts(database, "share_visited")
    assert (fact["share_id"], fact["sharer_id"]) == (str(link.id), str(sharer))
    assert (fact["visitor"], fact["visitor_member_id"]) == ("visitor-0001", str(guest))
    assert fact["kind"] == "visit"


def test_visits_cost_the_same_few_statements(database, share, visit):
    link = share()
    with statements(database) as first:
        visit(link.token)
    with statements(database) as again:
        visit(link.token)
    assert len(first) <= 4
    assert len(again) <= 3


def test_a_guests_visits_become_the_members_who_signs_in(database, make_member, share, visit):
    link, other = share(), make_member()
    visit(link.token, "visitor-0001")
    visit(link.token, "visitor-0002")
    visit(share().token, "visitor-0001", member_id=other)
    member_id = make_member()
    with database.write() as session:
        assert claim_visits(session, "visitor-0001", member_id) == 1
        assert claim_visits(session, None, member_id) == 0
    with database.read() as session:
        owners = session.execute(sa.select(ShareVisit.visitor, ShareVisit.member_id)).all()
    assert sorted((v, m is not None) for v, m in owners) == [
        ("visitor-0001", True),
        ("visitor-0001", True),
        ("visitor-0002", False),
    ]
    assert {m for v, m in owners if v == "visitor-0001"} == {member_id, other}


def test_registrations_and_orders_are_recorded_at_the_link(database, make_member, share, visit):
    settings = StoreSettings()
    link = share()
    visit(link.token)
    member_id = make_member()
    with database.write() as session:
        bind_on_registration(session, member_id, "visitor-0001", settings=settings, check=no_check)
    for order_no in ("A1", "A1", "A2"):
        with database.write() as session:
            bind_on_order(
                session,
                member_id,
                "visitor-0001",
                settings=settings,
                check=no_check,
                order_no=order_no,
            )
    with database.read() as session:
        (stats,) = shares_of(session, link.member_id).items
        assert share_behind(session, "registered", str(member_id)) == stats.share
        assert share_behind(session, "ordered", "A1") == stats.share
        assert share_behind(session, "ordered", "A3") is None
        assert share_behind(session, "registered", "A1") is None
        assert shares_by_id(session, [link.id, member_id]) == {link.id: stats.share}
    assert (stats.registered_count, stats.order_count) == (1, 2)


def test_links_are_listed_a_page_at_a_time(database, make_member, share):
    member_id = make_member()
    for number in range(5):
        share(member_id, target=str(number))
    share()
    with database.read() as session, statements(database) as sent:
        page = shares_of(session, member_id, page=2, per_page=2)
    assert [stats.share.target for stats in page.items] == ["2", "1"]
    assert page.total == 5
    assert len([text for text in sent if text.startswith("SELECT")]) == 2


def test_links_to_the_store_are_found_among_many_to_products(database, make_member, share):
    member_id = make_member()
    store = share(member_id, target="")
    for number in range(3):
        share(member_id, target=str(UUID(int=number)))
    with database.read() as session:
        page = shares_of(session, member_id, target_kind="store", per_page=2)

    assert [stats.share.id for stats in page.items] == [store.id]
    assert page.total == 1


def test_a_second_guest_of_the_same_browser_and_day_is_remembered_too(
    database, make_member, share, visit
):
    sharer = make_member()
    link, first, second = share(sharer), make_member(), make_member()
    assert visit(link.token).is_counted
    for member_id in (first, second):
        visit(link.token)  # a guest, at a tablet in the shop
        with database.write() as session:
            assert opened_share(session, member_id, "visitor-0001") == (link.id, sharer)
            assert claim_visits(session, "visitor-0001", member_id) == 1
    assert not visit(link.token, member_id=second).is_counted

    with database.read() as session:
        assert find_share(session, link.token).visit_count == 1
        owners = session.execute(sa.select(ShareVisit.member_id, ShareVisit.is_counted)).all()
    assert set(owners) == {(first, True), (second, False)}
    assert len(facts(database, "share_visited")) == 1
