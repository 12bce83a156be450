"""Whoever manages staff hands out no more than they hold, and takes over nobody above them."""

import re

import pytest

from core.staff import services as staff
from tests.integration.admin.conftest import Browser, said

PASSWORD = "a long enough one"


@pytest.fixture
def head_clerk(admin, shop, client, app):
    """Somebody who manages staff, sees orders, and is no owner."""
    rights = ["staff.view", "staff.manage", "order.view"]
    with shop.database.write() as session:
        role = staff.create_role(session, name="领班", permissions=rights)
        password = staff.prepare_staff_password(PASSWORD)
        staff.create_staff(
            session,
            email="head@example.com",
            name="领班",
            role_key=role.key,
            password_hash=password,
        )
    browser = Browser(app.test_client(), "en")
    browser.done("/admin/signin", {"email": "head@example.com", "password": PASSWORD})
    return browser


def test_nobody_makes_a_mightier_colleague(head_clerk):
    new = {"name": "二号", "email": "two@example.com", "role_key": "owner", "password": PASSWORD}
    page = head_clerk.refused("/admin/staff", new)
    assert "rights that you hold" in said(page)
    assert 'value="two@example.com"' in page


def test_nobody_takes_over_an_owner_with_a_new_password(head_clerk, shop):
    with shop.database.read() as session:
        owner = next(each for each in staff.list_staff(session) if each.role_key == "owner")
    sent = {"name": owner.name, "role_key": "owner", "is_active": "y", "password": PASSWORD}
    page = head_clerk.refused(f"/admin/staff/{owner.id}", sent)
    assert "may do more than you" in said(page)


def test_nobody_adds_to_a_role_what_they_lack_but_keeps_what_is_there(head_clerk):
    page = head_clerk.done("/admin/roles", {"name": "仓库"})
    place = re.search(r"/admin/roles/[0-9a-f-]{36}", page).group()
    head_clerk.done(place, {"name": "仓库", "right": ["order.view"]})
    page = head_clerk.refused(place, {"name": "仓库", "right": ["order.view", "payout.review"]})
    assert "rights that you hold" in said(page)
