from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from core.kernel.errors import Conflict, InvalidInput, NotFound
from core.members.services import (
    block_member,
    count_members,
    create_member,
    import_members,
    list_members,
    member_by_email,
    member_view,
    names_of,
    unblock_member,
    update_profile,
)
from core.members.types import ImportedMember
from tests.integration.people import at_once, facts, statements


def test_a_profile_changes_where_it_is_told_to(database, make_member):
    member_id = make_member("林知夏")
    with database.write() as session:
        update_profile(session, member_id, nickname=" 山\n中人 ", birthday_on=date(1990, 5, 1))
    with database.write() as session:
        view = update_profile(session, member_id, locale="en")

    assert (view.nickname, view.birthday_on, view.locale) == ("山 中人", date(1990, 5, 1), "en")
    with database.write() as session:
        assert update_profile(session, member_id, birthday_on=None).birthday_on is None


def test_a_wrong_profile_changes_nothing(database, make_member):
    member_id = make_member("林知夏")
    for wrong in ({"nickname": "x" * 21}, {"locale": "xx"}, {"birthday_on": date(2999, 1, 1)}):
        with pytest.raises(InvalidInput), database.write() as session:
            update_profile(session, member_id, **{"nickname": "别人", **wrong})
    with database.read() as session:
        assert member_view(session, member_id).nickname == "林知夏"


def test_markup_in_a_nickname_comes_back_as_text(database, make_member):
    member_id = make_member("<script>x</script>")
    with database.read() as session:
        assert member_view(session, member_id).name == "<script>x</script>"


def test_one_of_ten_accounts_for_a_phone_at_once_is_made(database, make_member):
    def make(_index):
        with database.write() as session:
            return create_member(session, source="test", phone="+8613800000009")

    results = at_once(make, 10)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert all(isinstance(r, Conflict) for r in results if isinstance(r, Exception))
    assert len(facts(database, "member_registered")) == 1


def test_the_list_is_searched_by_name_phone_and_mailbox(database, make_member):
    make_member("林知夏", phone="+8613811110001", email="lin@demo.banyan")
    make_member("许知远", phone="+8613811110002")
    make_member("100%_纯棉", phone="+8613811110003")

    def found(query, **more):
        with database.read() as session:
            return [row.name for row in list_members(session, query=query, **more).items]

    assert found("知") == ["许知远", "林知夏"]
    assert found("138 1111 0002") == ["许知远"]
    assert found("LIN@") == ["林知夏"]
    assert found("%_") == ["100%_纯棉"]
    assert found("", per_page=2, page=2) == ["林知夏"]
    assert found("", state="blocked") == []


def test_blocked_members_are_found_by_state(database, make_member):
    member_id = make_member("林知夏")
    with database.write() as session:
        block_member(session, member_id)
        with pytest.raises(NotFound):
            block_member(session, member_id)
    with database.read() as session:
        assert [row.id for row in list_members(session, state="blocked").items] == [member_id]
        assert count_members(session) == 1
    with database.write() as session:
        unblock_member(session, member_id)
        with pytest.raises(NotFound):
            unblock_member(session, member_id)


def test_names_of_many_are_one_statement(database, make_member):
    names = {make_member(name): name for name in ("林知夏", "许知远")}
    with database.read() as session, statements(database) as sent:
        assert names_of(session, [*names, uuid4()]) == names
        assert names_of(session, []) == {}
    assert len([text for text in sent if text.startswith("SELECT")]) == 1


def test_imported_customers_are_known_by_their_key(database):
    at = datetime(2010, 12, 1, tzinfo=UTC)
    people = [ImportedMember(f"uci:{number}", f"客户 {number}", at) for number in range(1_201)]
    with database.write() as session, statements(database) as sent:
        first = import_members(session, people)
    with database.write() as session:
        second = import_members(session, people[:5])

    assert len(first) == len(set(first.values())) == 1_201
    assert second == {person.source_key: first[person.source_key] for person in people[:5]}
    assert len(sent) <= 20
    assert len(facts(database, "member_registered")) == 1_201
    with database.read() as session:
        view = member_view(session, first["uci:7"])
    assert (view.name, view.created_at, view.has_password) == ("客户 7", at, False)


def test_who_is_not_there_is_not_found(database):
    with database.read() as session:
        with pytest.raises(NotFound):
            member_view(session, uuid4())
        with pytest.raises(NotFound):
            member_by_email(session, "nobody@demo.banyan")
