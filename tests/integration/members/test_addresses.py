import pytest
import sqlalchemy as sa

from core.kernel.errors import InvalidInput, NotFound, Rejected
from core.members.models import Address
from core.members.services import (
    add_address,
    address_of,
    addresses_of,
    delete_address,
    set_default_address,
    update_address,
)
from core.members.services.addresses import has_address
from core.members.types import AddressForm
from tests.integration.people import at_once

FORM = AddressForm("林知夏", "13800000001", "浙江省", "杭州市", "文三路 90 号", "西湖区")


def form(**values) -> AddressForm:
    return AddressForm(**{**vars(FORM), **values})


@pytest.fixture
def add(database):
    def run(member_id, **values):
        with database.write() as session:
            return add_address(session, member_id, form(**values))

    return run


def defaults(database, member_id) -> list[str]:
    with database.read() as session:
        return [view.detail for view in addresses_of(session, member_id) if view.is_default]


def test_the_first_address_is_the_default_whatever_the_form_says(database, make_member, add):
    member_id = make_member()
    first, second = add(member_id), add(member_id, detail="second")

    assert (first.is_default, second.is_default) == (True, False)
    assert first.phone == "+8613800000001"
    assert first.line == "浙江省杭州市西湖区文三路 90 号"


def test_there_is_one_default_after_any_change(database, make_member, add):
    member_id = make_member()
    first = add(member_id, detail="first")
    second = add(member_id, detail="second", is_default=True)
    assert defaults(database, member_id) == ["second"]
    with database.write() as session:
        set_default_address(session, member_id, first.id)
    assert defaults(database, member_id) == ["first"]
    with database.write() as session:
        update_address(session, member_id, second.id, form(detail="other", is_default=True))
    assert defaults(database, member_id) == ["other"]
    with database.write() as session:
        update_address(session, member_id, second.id, form(detail="other", is_default=False))
    assert defaults(database, member_id) == ["other"]


def test_a_member_has_an_address_once_one_is_kept(database, make_member, add):
    member_id, other_id = make_member(), make_member("别人")
    add(other_id)
    with database.read() as session:
        assert not has_address(session, member_id)
    add(member_id)
    with database.read() as session:
        assert has_address(session, member_id)


def test_deleting_the_default_hands_it_to_the_newest(database, make_member, add):
    member_id = make_member()
    first = add(member_id, detail="first")
    add(member_id, detail="second")
    add(member_id, detail="third")
    with database.write() as session:
        delete_address(session, member_id, first.id)
    assert defaults(database, member_id) == ["third"]


def test_addresses_of_other_people_do_not_exist(database, make_member, add):
    theirs, other = add(make_member()), make_member()
    with database.write() as session:
        for attempt in (
            lambda: address_of(session, other, theirs.id),
            lambda: update_address(session, other, theirs.id, FORM),
            lambda: set_default_address(session, other, theirs.id),
            lambda: delete_address(session, other, theirs.id),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_twenty_addresses_are_enough(database, make_member, add):
    member_id = make_member()
    for number in range(20):
        add(member_id, detail=str(number))
    with pytest.raises(Rejected):
        add(member_id)


def test_a_wrong_phone_is_named(database, make_member, add):
    with pytest.raises(InvalidInput) as refusal:
        add(make_member(), phone="12")
    assert refusal.value.params["field"] == "phone"


def test_eight_first_addresses_at_once_leave_one_default(database, make_member, add):
    member_id = make_member()
    results = at_once(lambda index: add(member_id, detail=str(index), is_default=True), 8)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert len(defaults(database, member_id)) == 1


def test_the_database_itself_refuses_a_second_default(database, make_member, add):
    member_id = make_member()
    add(member_id)
    add(member_id)
    with pytest.raises(sa.exc.IntegrityError), database.write() as session:
        session.execute(sa.update(Address).values(is_default=True))
