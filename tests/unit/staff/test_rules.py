from datetime import UTC, datetime
from uuid import UUID

import pytest

from core.kernel.errors import InvalidInput
from core.staff.permissions import BUILTIN_ROLES, CORE_PERMISSIONS, has_permission
from core.staff.rules import check_permissions, clean_name, difference
from core.web import access

KEYS = {permission.key for permission in CORE_PERMISSIONS}


def test_rights_are_held_by_name_or_all_together():
    assert has_permission(frozenset({"order.ship"}), "order.ship")
    assert not has_permission(frozenset({"order.ship"}), "order.view")
    assert not has_permission(frozenset({"order.*"}), "order.ship")
    assert has_permission(frozenset({"*"}), "anything.at_all")
    assert not has_permission(frozenset(), "order.view")


def test_one_function_decides_who_may_do_what_in_the_services_and_on_the_pages():
    assert access.has_permission is has_permission


def test_permissions_are_named_once_and_roles_use_only_those():
    assert len(KEYS) == len(CORE_PERMISSIONS)
    for role in BUILTIN_ROLES:
        assert set(role.permissions) <= KEYS | {"*"}


def test_only_the_owner_manages_staff_and_erases_members():
    for role in BUILTIN_ROLES:
        is_owner = role.key == "owner"
        assert has_permission(frozenset(role.permissions), "staff.manage") is is_owner
        assert has_permission(frozenset(role.permissions), "member.erase") is is_owner


def test_finance_moves_money_and_clerks_do_not():
    roles = {role.key: frozenset(role.permissions) for role in BUILTIN_ROLES}
    assert has_permission(roles["finance"], "payout.review")
    assert not has_permission(roles["clerk"], "payout.review")
    assert has_permission(roles["clerk"], "order.ship")
    assert not has_permission(roles["finance"], "order.ship")


def test_a_role_takes_known_rights_once_and_never_all():
    assert check_permissions(["order.ship", "order.ship"], KEYS) == ["order.ship"]
    for wrong in (["*"], ["order.fly"], ["order.*"]):
        with pytest.raises(InvalidInput):
            check_permissions(wrong, KEYS)


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_name_is_needed_and_short(name):
    with pytest.raises(InvalidInput):
        clean_name(name)


def test_the_log_keeps_only_what_changed():
    before = {"title": "茶壶", "price_fen": 100, "gone": 1}
    after = {"title": "茶壶", "price_fen": 200, "new": [1, 2]}
    assert difference(before, after) == (
        {"price_fen": 100, "gone": 1},
        {"price_fen": 200, "new": [1, 2]},
    )


def test_the_log_holds_json_values():
    at = datetime(2026, 5, 1, tzinfo=UTC)
    _, after = difference({}, {"at": at, "id": UUID(int=1), "keys": frozenset({"b", "a"})})
    assert after == {"at": at.isoformat(), "id": str(UUID(int=1)), "keys": ["a", "b"]}


def test_the_log_hides_secrets_however_deep_but_says_that_they_changed():
    before, after = difference(
        {"settings": {"api_key": "old", "colour": "red"}, "password_hash": "x"},
        {"settings": {"api_key": "new", "colour": "red"}, "password_hash": "y"},
    )
    assert "old" not in str(before)
    assert "new" not in str(after)
    assert set(after) == {"settings", "password_hash"}
    assert after["settings"]["colour"] == "red"


def test_a_novel_is_cut():
    _, after = difference({}, {"description": "山" * 10_000})
    assert len(after["description"]) == 2_000
