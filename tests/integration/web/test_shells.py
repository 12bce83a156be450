"""A member's product page is kept in part: what differs from reader to reader never is."""

import pytest
from flask import g

from core.catalog.services import product_for_edit, update_product
from core.catalog.types import ProductDraft
from core.settings.services import save_settings
from core.web import shells
from tests.integration.web.conftest import Browser


@pytest.fixture
def newcomer(sign_in, make_member, shop):
    """A member whose first order is cheaper, in a browser."""
    shop.plugins.install("welcome_offer", "test")
    shop.plugins.enable("welcome_offer", "test")
    shop.plugins.save_settings("welcome_offer", {"amount_fen": 1000, "from_fen": 5000}, "test")
    shop.counters.refresh(force=True)
    return Browser(sign_in(make_member("新来")))


@pytest.fixture
def regular(sign_in, make_member, make_order, pot):
    """A member who has ordered before, in a browser."""
    member = make_member("常客")
    make_order([("POT-S", 1, 9900)], member=member, paid=True)
    return Browser(sign_in(member))


def test_two_members_see_their_own_prices_in_any_order(newcomer, regular, slug):
    for _ in range(3):
        assert "¥89" in newcomer.page(f"/p/{slug}")
        assert "¥89" not in regular.page(f"/p/{slug}")


def test_a_kept_page_is_the_page_that_was_made(newcomer, slug):
    first = newcomer.page(f"/p/{slug}")
    second = newcomer.page(f"/p/{slug}")
    assert first == second
    assert "\0" not in first


def test_the_bag_and_the_language_of_each_reader_stay_theirs(newcomer, regular, slug, pot):
    before = regular.page(f"/p/{slug}")
    newcomer.post("/cart/add", {"product": slug, "option0": "", "quantity": "1", "then": "bag"})
    newcomer.client.set_cookie("banyan_bag", "7")
    with_bag = newcomer.page(f"/p/{slug}")
    assert ">7</span>" in with_bag
    assert ">7</span>" not in regular.page(f"/p/{slug}")
    assert before == regular.page(f"/p/{slug}")
    assert 'lang="en"' in regular.page(f"/p/{slug}?lang=en")
    assert 'lang="zh' in newcomer.page(f"/p/{slug}")


def test_an_edit_and_new_settings_are_seen_by_members_at_once(regular, shop, pot, slug):
    regular.page(f"/p/{slug}")
    with shop.database.write() as session:
        edit = product_for_edit(session, pot.id)
        update_product(session, pot.id, ProductDraft("白瓷壶", slug=slug), version=edit.version)
        save_settings(session, {"service_phone": "400-1"})
    shop.counters.refresh(force=True)

    html = regular.page(f"/p/{slug}")

    assert "白瓷壶" in html
    assert "青瓷壶" not in html
    assert "tel:400-1" in html


class FakePlan:
    def __init__(self):
        self.shells = {}


def test_a_page_that_shows_a_name_is_not_kept(app):
    plan, person = FakePlan(), shells.Person("知夏")
    with app.test_request_context():
        shown = shells.page(plan, "key", 60, None, lambda: f"<p>{person.name}</p>")
        assert (shown, plan.shells) == ("<p>知夏</p>", {})


def test_a_name_within_a_hole_is_asked_anew_of_each_reader(app):
    plan = FakePlan()
    with app.test_request_context():
        for name in ("甲", "乙"):
            g.reader = shells.Person(name)

            def piece(_about=None):
                return f"<b>{g.reader.name}</b>"

            html = shells.page(
                plan, "key", 60, None, lambda: f"<p>{shells.marked(piece, piece)}</p>"
            )
            assert html == f"<p><b>{name}</b></p>"
    assert len(plan.shells) == 1


def test_what_looks_like_a_mark_stays_text(app):
    plan, evil = FakePlan(), "\0abc:0\0x\0abc\0"
    with app.test_request_context():
        for _ in range(2):
            assert shells.page(plan, "key", 60, None, lambda: evil) == evil
