"""Guests' pages come from memory and are never older than a second after an edit."""

import pytest

from core.catalog.services import product_for_edit, update_product
from core.catalog.types import ProductDraft
from core.settings.services import save_settings


@pytest.fixture
def seconds_pass(shop):
    """Let the next request look at the shared counters again."""
    return lambda: shop.counters.hold(float("-inf"))


def test_an_edited_product_is_seen_at_once_everywhere(guest, shop, pot, slug, seconds_pass):
    for path in ("/", f"/p/{slug}", "/search"):
        assert "青瓷壶" in guest.page(path)
    with shop.database.write() as session:
        edit = product_for_edit(session, pot.id)
        draft = ProductDraft("白瓷壶", slug=edit.slug)
        update_product(session, pot.id, draft, version=edit.version)
    seconds_pass()

    for path in ("/", f"/p/{slug}", "/search"):
        html = guest.page(path)
        assert "白瓷壶" in html, path
        assert "青瓷壶" not in html, path


def test_changed_settings_are_seen_at_once(guest, shop, seconds_pass):
    guest.page("/")
    with shop.database.write() as session:
        save_settings(session, {"shop_name": "新店名"})
    seconds_pass()

    assert "新店名" in guest.page("/")


def test_selling_the_last_piece_is_seen_at_once(
    guest, make_product, make_order, shop, seconds_pass
):
    from core.catalog.services import list_products

    make_product("孤品", skus=[("ONE", 9900, 1)])
    with shop.database.read() as session:
        slug = list_products(session).items[0].slug
    assert 'id="options"' in guest.page(f"/p/{slug}")
    make_order([("ONE", 1, 9900)])
    seconds_pass()

    assert 'id="options"' not in guest.page(f"/p/{slug}")


def test_a_switched_plugin_changes_pages_at_once(guest, shop, enable_plugin, seconds_pass):
    guest.page("/")
    name = min(shop.plugins.plugins)
    enable_plugin(name)
    seconds_pass()
    guest.page("/")
    shop.plugins.disable(name, "test")
    seconds_pass()

    guest.page("/")


def test_members_and_guests_do_not_share_pages(guest, signed, pot):
    guest.page("/")
    assert "知夏" in signed.page("/me")
    assert "知夏" not in guest.page("/me")


def test_the_bag_of_one_guest_is_not_shown_to_another(guest, browse, pot, slug):
    other = browse()
    other.page("/")
    guest.post("/cart/add", {"sku": str(pot.skus["POT-S"]), "then": "bag"})
    guest.get("/")  # takes the notice away

    assert 'class="badge"' in guest.page("/")
    assert 'class="badge"' not in other.page("/")
