from uuid import uuid4

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from core.kernel.errors import Conflict, InvalidInput, NotFound, RateLimited, Rejected, WrongSecret
from core.kernel.passwords import hash_password
from core.staff.models import Staff
from core.staff.services import (
    audit,
    authenticate,
    create_role,
    create_staff,
    delete_role,
    ensure_builtin_roles,
    list_audit,
    list_roles,
    list_staff,
    prepare_staff_password,
    role_view,
    set_staff_password,
    staff_view,
    update_role,
    update_staff,
)
from tests.integration.people import PASSWORD, at_once

IP = "203.0.113.7"
HASH = hash_password(PASSWORD)


@pytest.fixture
def make_staff(database):
    with database.write() as session:
        ensure_builtin_roles(session)

    def make(email="owner@demo.banyan", role_key="owner", name="店主", password_hash=HASH):
        with database.write() as session:
            return create_staff(
                session, email=email, name=name, role_key=role_key, password_hash=password_hash
            )

    return make


def test_staff_sign_in_by_mailbox_and_password(database, make_staff):
    staff = make_staff()
    found = authenticate(database, " OWNER@demo.banyan ", PASSWORD, ip=IP)
    assert found.id == staff.id
    assert found.permissions == {"*"}
    assert found.last_seen_at is not None


def test_wrong_unknown_and_put_away_read_the_same(database, make_staff):
    make_staff()
    clerk = make_staff("clerk@demo.banyan", "clerk")
    with database.write() as session:
        update_staff(session, clerk.id, is_active=False)
    answers = set()
    for email, password in (
        ("owner@demo.banyan", "wrong-password"),
        ("nobody@demo.banyan", PASSWORD),
        ("clerk@demo.banyan", PASSWORD),
        ("not a mailbox", PASSWORD),
    ):
        with pytest.raises(WrongSecret) as refusal:
            authenticate(database, email, password, ip=IP)
        answers.add((refusal.value.code, str(refusal.value)))
    assert len(answers) == 1


def test_ten_wrong_tries_from_one_place_are_enough(database, make_staff):
    make_staff()
    for _ in range(10):
        with pytest.raises(WrongSecret):
            authenticate(database, "owner@demo.banyan", "wrong-password", ip=IP)
    with pytest.raises(RateLimited):
        authenticate(database, "owner@demo.banyan", PASSWORD, ip=IP)
    assert authenticate(database, "owner@demo.banyan", PASSWORD, ip="198.51.100.1")


def test_an_old_hash_is_renewed(database, make_staff):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    make_staff(password_hash=weak)
    authenticate(database, "owner@demo.banyan", PASSWORD, ip=IP)
    with database.read() as session:
        assert session.execute(sa.select(Staff.password_hash)).scalar_one() != weak


def test_a_new_password_replaces_the_old(database, make_staff):
    staff = make_staff()
    hashed = prepare_staff_password("another-password")
    with database.write() as session:
        set_staff_password(session, staff.id, hashed)
    with pytest.raises(WrongSecret):
        authenticate(database, staff.email, PASSWORD, ip=IP)
    assert authenticate(database, staff.email, "another-password", ip=IP)
    with pytest.raises(NotFound), database.write() as session:
        set_staff_password(session, uuid4(), hashed)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaa", "x" * 200])
def test_a_plain_staff_password_is_refused(password):
    with pytest.raises(InvalidInput):
        prepare_staff_password(password)


def test_a_mailbox_has_one_staff_account(make_staff):
    make_staff()
    with pytest.raises(Conflict):
        make_staff("Owner@demo.banyan")
    with pytest.raises(InvalidInput):
        make_staff("x@demo.banyan", "emperor")


def test_the_last_active_owner_stays(database, make_staff):
    owner = make_staff()
    for change in ({"is_active": False}, {"role_key": "clerk"}):
        with pytest.raises(Rejected) as refusal, database.write() as session:
            update_staff(session, owner.id, **change)
        assert refusal.value.code == "staff.last_owner"
    make_staff("second@demo.banyan")
    with database.write() as session:
        assert not update_staff(session, owner.id, is_active=False).is_active


def test_two_owners_leaving_at_once_leave_one(database, make_staff):
    owners = [make_staff(), make_staff("second@demo.banyan")]

    def leave(index):
        with database.write() as session:
            return update_staff(session, owners[index].id, is_active=False)

    results = at_once(leave, 2)
    assert sum(isinstance(result, Rejected) for result in results) == 1
    with database.read() as session:
        assert sum(staff.is_active for staff in list_staff(session)) == 1


def test_staff_are_changed_and_listed(database, make_staff):
    make_staff()
    clerk = make_staff("clerk@demo.banyan", "clerk", "小周")
    with database.write() as session:
        update_staff(session, clerk.id, name="小 周", role_key="finance", locale="en")
    with database.read() as session:
        view = staff_view(session, clerk.id)
        assert [staff.email for staff in list_staff(session)] == [
            "clerk@demo.banyan",
            "owner@demo.banyan",
        ]
    assert (view.name, view.role_key, view.locale) == ("小 周", "finance", "en")
    assert "payout.review" in view.permissions
    with pytest.raises(InvalidInput), database.write() as session:
        update_staff(session, clerk.id, locale="xx")


def test_built_in_roles_are_made_once_and_keep_the_merchants_changes(database, make_staff):
    with database.read() as session:
        roles = {role.key: role for role in list_roles(session)}
    assert set(roles) == {"owner", "manager", "clerk", "finance"}
    with database.write() as session:
        update_role(session, roles["clerk"].id, permissions=["order.view"], name="ignored")
    with database.write() as session:
        ensure_builtin_roles(session)
    with database.read() as session:
        clerk = role_view(session, roles["clerk"].id)
    assert (clerk.permissions, clerk.name) == ({"order.view"}, "Clerk")


def test_the_owners_role_cannot_be_narrowed_nor_built_in_ones_deleted(database, make_staff):
    with database.read() as session:
        roles = {role.key: role for role in list_roles(session)}
    with pytest.raises(Rejected), database.write() as session:
        update_role(session, roles["owner"].id, permissions=["order.view"])
    with pytest.raises(Rejected), database.write() as session:
        delete_role(session, roles["clerk"].id)


def test_merchants_make_roles_of_core_and_plugin_rights(database, make_staff):
    with database.write() as session:
        role = create_role(
            session,
            name="仓管",
            permissions=["order.ship", "distribution.view"],
            extra=["distribution.view"],
        )
        with pytest.raises(InvalidInput):
            create_role(session, name="坏", permissions=["distribution.view"])
        with pytest.raises(Conflict):
            create_role(session, name="仓管", permissions=[])
    make_staff()
    make_staff("w@demo.banyan", role.key, "老王")
    with pytest.raises(Rejected) as refusal, database.write() as session:
        delete_role(session, role.id)
    assert refusal.value.code == "role.held"
    with database.write() as session:
        renamed = update_role(session, role.id, permissions=["order.view"], name="仓库")
    assert (renamed.name, renamed.permissions, renamed.staff_count) == ("仓库", {"order.view"}, 1)


def test_a_role_nobody_holds_is_deleted(database, make_staff):
    with database.write() as session:
        role = create_role(session, name="临时", permissions=[])
        delete_role(session, role.id)
        with pytest.raises(NotFound):
            role_view(session, role.id)


def test_the_audit_log_keeps_who_what_and_the_difference(database):
    with database.write() as session:
        audit(
            session,
            actor="staff:1",
            actor_name="店主",
            action="product.edit",
            object_kind="product",
            object_ref="p1",
            before={"title": "壶", "price_fen": 100},
            after={"title": "壶", "price_fen": 200},
            ip=IP,
        )
        audit(session, actor="cli", action="order.ship", object_kind="order", object_ref="A1")
    with database.read() as session:
        newest, oldest = list_audit(session).items
        assert list_audit(session, actor="staff:1").total == 1
        assert list_audit(session, action="order").items == (newest,)
        assert list_audit(session, object_kind="product", object_ref="p1").total == 1
        assert list_audit(session, page=2, per_page=1).items == (oldest,)
    assert (oldest.actor_name, oldest.before, oldest.after) == (
        "店主",
        {"price_fen": 100},
        {"price_fen": 200},
    )


def test_an_act_that_fails_leaves_no_line(database):
    def act():
        with database.write() as session:
            audit(session, actor="cli", action="a.b", object_kind="x", object_ref="1")
            raise Rejected("test.no", "No.")

    with pytest.raises(Rejected):
        act()
    with database.read() as session:
        assert list_audit(session).total == 0
