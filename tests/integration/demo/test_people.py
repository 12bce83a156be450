from core.demo.people import PASSWORD, seed_people
from core.members.services import addresses_of, consents_of, sign_in_with_password
from core.sharing.services import chain_of
from core.staff.services import authenticate
from tests.integration.people import database  # noqa: F401


def test_the_demos_people_are_made_once_and_can_sign_in(database):  # noqa: F811
    with database.write() as session:
        first = seed_people(session)
    with database.write() as session:
        again = seed_people(session)
    assert again == first

    ids = [account.id for account in first.members]
    assert [account.name for account in first.members] == ["林知夏", "许知远", "沈拾光", "苏晚"]
    with database.read() as session:
        assert [upline for _, upline in chain_of(session, ids[3])] == ids[2::-1]
        for member_id in ids:
            assert [view.is_default for view in addresses_of(session, member_id)] == [True]
            assert len(consents_of(session, member_id)) == 3
    for account in first.members:
        for login in (account.login, account.phone):
            found = sign_in_with_password(database, login, PASSWORD, ip="203.0.113.7")
            assert found.member.id == account.id
    for account in first.staff:
        assert authenticate(database, account.login, PASSWORD, ip="203.0.113.7").id == account.id
    assert [account.role for account in first.staff] == ["owner", "finance", "clerk"]
