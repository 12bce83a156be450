"""The merchant's tree: a level at a time, a search, and a transfer told before it is done."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.sharing import (
    FunnelCounts,
    ancestors_of,
    bindings_before,
    children_of,
    find_in_tree,
    funnel_counts,
    nodes_of,
    tops_of_network,
    transfer,
    transfer_preview,
)
from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound, ShopError
from core.kernel.ids import new_id
from core.members.models import Member
from core.members.services import block_member
from core.sharing.models import Referral, ReferralTeam
from core.sharing.services import bind, create_share, record_visit, set_lock
from core.sharing.services.visits import note_action
from core.sharing.types import TeamCounts
from tests.integration.people import statements
from tests.integration.sharing.forest import check_forest
from tests.integration.sharing.looking import chain


@pytest.fixture
def grow(database, make_member):
    """Make members below another: `grow(top, 3)` returns them, oldest first."""

    def make(top, number, nickname="", **more):
        made = [make_member(nickname) for _ in range(number)]
        for member_id in made:
            with database.write() as session:
                bind(session, member_id, top, reason="test", **more)
        return made

    return make


@pytest.fixture
def listed(database):
    def read(*args, **more):
        with database.read() as session:
            return children_of(session, *args, **more)

    return read


@pytest.fixture
def preview(database):
    def read(member_id, new_referrer_id):
        with database.read() as session:
            return transfer_preview(session, member_id, new_referrer_id)

    return read


def ids(nodes):
    return [node.member_id for node in nodes]


def test_a_tree_opens_level_by_level_newest_first(make_member, grow, listed):
    top = make_member("榕树")
    first = grow(top, 3)
    second = grow(first[0], 2)
    third = grow(second[1], 1)

    assert ids(listed(top)) == first[::-1]
    assert ids(listed(first[0])) == second[::-1]
    assert ids(listed(top, level=2)) == second[::-1]
    assert ids(listed(top, level=3)) == third
    counts = {node.member_id: (node.direct_count, node.team_count) for node in listed(top)}
    assert counts == {first[0]: (2, 3), first[1]: (0, 0), first[2]: (0, 0)}
    (node,) = listed(top, level=3)
    assert (node.level, node.referrer_id) == (3, second[1])
    assert (node.upline2_id, node.upline3_id) == (first[0], top)


def test_pages_of_a_level_follow_each_other_without_gap_or_repeat(database, make_member, grow):
    top = make_member()
    below = grow(top, 7)
    seen, after = [], None
    with database.read() as session:
        while page := children_of(session, top, limit=3, after=after):
            assert len(page) <= 3
            seen += ids(page)
            after = seen[-1]

    assert seen == below[::-1]


def test_members_bound_at_one_instant_are_paged_too(database, make_member, grow):
    top, at = make_member(), now()
    below = grow(top, 5, at=at)
    seen, after = [], None
    with database.read() as session:
        while page := children_of(session, top, limit=2, after=after):
            seen += ids(page)
            after = seen[-1]

    assert seen == sorted(below, reverse=True)


def test_a_level_is_searched_by_nickname_phone_and_mailbox(database, make_member, listed):
    top = make_member()
    lin = make_member("林山", phone="+8613877776666")
    chen = make_member("陈默", phone=None, email="chen@example.com")
    for member_id in (lin, chen):
        with database.write() as session:
            bind(session, member_id, top, reason="test")

    assert ids(listed(top, search="林")) == [lin]
    assert ids(listed(top, search="7777")) == [lin]
    assert ids(listed(top, search="CHEN@")) == [chen]
    assert ids(listed(top, search="%")) == []
    assert [node.name for node in listed(top, search="林")] == ["林山"]


def test_a_member_without_a_nickname_shows_a_masked_phone(make_member, grow, listed):
    top = make_member()
    (below,) = grow(top, 1)

    (node,) = listed(top)
    assert node.member_id == below
    assert "****" in node.name


def test_there_is_no_fourth_level(make_member, listed):
    with pytest.raises(InvalidInput):
        listed(make_member(), level=4)


def test_a_person_is_found_with_the_way_up_wherever_they_stand(database, make_member, grow):
    top = make_member("榕树")
    first = grow(top, 1)[0]
    second = grow(first, 1)[0]
    third = grow(second, 1)[0]
    deep = grow(third, 1, nickname="榕须")[0]
    alone = make_member("榕籽")
    with database.read() as session:
        found = {node.member_id: node for node in find_in_tree(session, "榕")}
        below_top = ids(find_in_tree(session, "榕", below=top))
        below_first = find_in_tree(session, "榕", below=first)
        assert find_in_tree(session, " ") == ()

    assert set(found) == {top, deep, alone}
    assert (found[deep].referrer_id, found[deep].upline3_id) == (third, first)
    assert found[top].referrer_id is found[alone].bound_at is None
    assert found[top].team_count == 3
    assert below_top == [], "four levels are too deep for a team"
    assert [(node.member_id, node.level) for node in below_first] == [(deep, 3)]


def test_each_reading_of_the_tree_is_one_statement(database, make_member, grow):
    top = make_member("榕树")
    grow(top, 4)
    at = now()
    with database.read() as session, statements(database) as sent:
        children_of(session, top, after=new_id(), search="x")
        find_in_tree(session, "榕", below=top)
        bindings_before(session, {(top, at)}, timedelta(hours=1))
        funnel_counts(session, at, at, channel="link")
    assert len(sent) == 4


def test_a_preview_tells_what_the_transfer_then_does(database, make_member, grow, preview):
    old_top, new_top = make_member(), make_member()
    moved = grow(old_top, 1)[0]
    new_referrer = grow(new_top, 1)[0]
    first = grow(moved, 2)
    grow(first[0], 3)
    told = preview(moved, new_referrer)

    assert (told.old_referrer_id, told.new_referrer_id) == (old_top, new_referrer)
    assert told.below == TeamCounts(2, 3, 0)
    assert told.affected_count == 6
    assert told.chain_before == (old_top,)
    assert told.chain_after == (new_referrer, new_top)
    assert told.refusals == ()
    assert chain(database, moved) == [old_top], "a preview changes nothing"
    with database.write() as session:
        transfer(session, moved, new_referrer, actor="staff:1", reason="moved")
    assert tuple(chain(database, moved)) == told.chain_after
    check_forest(database)


def test_a_preview_of_ending_a_referral_leaves_no_chain(make_member, grow, preview):
    top = make_member()
    told = preview(grow(top, 1)[0], None)

    assert (told.chain_before, told.chain_after, told.refusals) == ((top,), (), ())


def test_a_preview_names_every_reason_that_the_transfer_would_give(
    database, make_member, grow, preview
):
    top, blocked = make_member(), make_member()
    moved = grow(top, 1)[0]
    deep = grow(grow(grow(grow(moved, 1)[0], 1)[0], 1)[0], 1)[0]
    with database.write() as session:
        block_member(session, blocked)
    with database.write() as session:
        set_lock(session, deep, is_locked=True, actor="staff:1", reason="test")

    for member_id, target, codes in (
        (moved, deep, ["referral.circle"]),
        (moved, moved, ["referral.oneself"]),
        (moved, top, ["referral.same"]),
        (moved, blocked, ["referral.unknown"]),
        (moved, new_id(), ["referral.unknown"]),
        (deep, blocked, ["referral.unknown", "referral.locked"]),
    ):
        assert [refusal.code for refusal in preview(member_id, target).refusals] == codes
        with pytest.raises(ShopError) as raised, database.write() as session:
            transfer(session, member_id, target, actor="staff:1", reason="test")
        assert raised.value.code == codes[0]
    with pytest.raises(NotFound):
        preview(new_id(), top)


def test_a_preview_counts_what_is_over_as_ended(make_member, grow, preview, days):
    root, member_id = make_member(), make_member()
    target = grow(root, 1, protection_days=2)[0]
    assert preview(member_id, target).chain_after == (target, root)
    days(3)

    assert preview(member_id, target).chain_after == (target,)
    assert preview(target, root).old_referrer_id is None
    assert preview(target, root).refusals == ()


def test_bindings_before_a_moment_are_counted_for_each_referrer(database, make_member, grow, days):
    busy, calm = make_member(), make_member()
    grow(busy, 2)
    days(2)
    before = now()
    grow(busy, 3)
    grow(calm, 1)
    after, day = now(), timedelta(days=1)
    asked = {(busy, before), (busy, after), (calm, before), (calm, after), (calm, after + 2 * day)}
    with database.read() as session:
        assert bindings_before(session, asked, day) == {
            (busy, before): 0,
            (busy, after): 3,
            (calm, before): 0,
            (calm, after): 1,
            (calm, after + 2 * day): 0,
        }
        assert bindings_before(session, {(busy, after)}, 3 * day) == {(busy, after): 5}
        assert bindings_before(session, set(), day) == {}


def test_bindings_before_a_moment_stay_what_they_were(database, make_member, grow, days):
    busy, other = make_member(), make_member()
    member_id = grow(busy, 1)[0]
    moment, hour = (busy, now()), timedelta(hours=1)
    days(1)
    with database.write() as session:
        transfer(session, member_id, other, actor="staff", reason="test")
    grow(busy, 4)

    with database.read() as session:
        assert bindings_before(session, {moment}, hour) == {moment: 1}
        assert list(bindings_before(session, {(other, now())}, hour).values()) == [0]


def test_the_funnel_counts_each_step_by_its_own_time_and_channel(database, make_member, days):
    sharer, buyer = make_member(), make_member()
    start = now() - timedelta(minutes=1)
    with database.write() as session:
        link = create_share(session, sharer, "store", "")
        qr = create_share(session, sharer, "store", "", channel="qr")
        record_visit(session, link.token, visitor="a")
        record_visit(session, link.token, visitor="b")
        record_visit(session, qr.token, visitor="b", kind="scan")
        record_visit(session, link.token, visitor="own", member_id=sharer)
        note_action(session, link.id, "registered", str(buyer), buyer)
    days(2)
    with database.write() as session:
        note_action(session, link.id, "ordered", "N1", buyer)
        note_action(session, qr.id, "ordered", "N2", buyer)
    with database.read() as session:
        late = start + timedelta(days=1)
        end = start + timedelta(days=3)
        assert funnel_counts(session, start, end) == FunnelCounts(3, 2, 1, 2, scans=1)
        assert funnel_counts(session, start, late) == FunnelCounts(3, 2, 1, 0, scans=1)
        assert funnel_counts(session, late, end) == FunnelCounts(0, 0, 0, 2)
        assert funnel_counts(session, start, end, "qr") == FunnelCounts(1, 1, 0, 1, scans=1)
        assert funnel_counts(session, start, end, "poster") == FunnelCounts()
        with pytest.raises(InvalidInput):
            funnel_counts(session, start, end, "fax")


def test_a_tree_begins_with_the_biggest_teams_above_which_nobody_stands(
    database, grow, make_member
):
    small, big, alone = (make_member(name) for name in ("小", "大", "独"))
    grow(small, 1)
    middle = grow(big, 2)[0]
    grow(middle, 1)
    with database.read() as session, statements(database) as sent:
        found = tops_of_network(session)
    assert [(node.member_id, node.direct_count, node.team_count) for node in found] == [
        (big, 2, 3),
        (small, 1, 1),
    ]
    assert len(sent) == 1
    with database.read() as session:
        assert [node.name for node in tops_of_network(session, limit=1, offset=1)] == ["小"]
        assert nodes_of(session, [alone])[alone].team_count == 0
        assert nodes_of(session, []) == {}


def test_everybody_above_a_member_is_told_to_the_root(database, grow, make_member):
    path = [make_member("顶")]
    for _ in range(5):
        path += grow(path[-1], 1)
    with database.read() as session:
        assert ancestors_of(session, path[-1]) == tuple(reversed(path[:-1]))
        assert ancestors_of(session, path[0]) == ()


@pytest.mark.parametrize("is_analyzed", [False, True], ids=["new", "analyzed"])
def test_the_tops_are_found_one_by_one_in_their_own_index(database, is_analyzed):
    found = []

    def explain(_connection, cursor, statement, parameters, _context, _many):
        word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN (ANALYZE, TIMING OFF)"
        found.extend(str(row) for row in cursor.execute(f"{word} {statement}", parameters))

    with database.write() as session:
        tops = _plant(session, tops=3, below_each=30, below_those=50)
        if is_analyzed:
            session.execute(sa.text("ANALYZE referral" if database.is_sqlite else "ANALYZE"))
        sa.event.listen(database.engine, "before_cursor_execute", explain)
        try:
            shown = tops_of_network(session)
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", explain)

    plan = "\n".join(found)
    assert set(ids(shown)) == set(tops)
    assert "ix_referral_below_top" in plan
    assert "ix_referral_level" not in plan


def _plant(session, *, tops, below_each, below_those):
    """Three levels of thousands of people, written as rows; returns those at the top."""
    roots = [new_id() for _ in range(tops)]
    second = [(new_id(), root, None) for root in roots for _ in range(below_each)]
    third = [(new_id(), each, root) for each, root, _ in second for _ in range(below_those)]
    people = [*roots, *(row[0] for row in (*second, *third))]
    common = {"locale": "en", "state": "active", "created_at": now()}
    session.execute(sa.insert(Member), [{"id": each, **common} for each in people])
    session.execute(
        sa.insert(Referral),
        [
            {"member_id": each, "referrer_id": above, "upline2_id": upline2, "bound_at": now()}
            for each, above, upline2 in (*second, *third)
        ],
    )
    counts = {"level2_count": below_those, "level3_count": 0}
    session.execute(
        sa.insert(ReferralTeam),
        [{"member_id": each, "level1_count": below_each, **counts} for each in roots],
    )
    return roots
