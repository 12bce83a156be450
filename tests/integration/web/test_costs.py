"""The number of statements is a page's price: fixed, and the same for few and many products."""

import pytest


@pytest.fixture(params=[5, 60], ids=["few", "many"])
def store(request, make_product, shop):
    """A store with a number of products; returns the address of the first."""
    from core.catalog.services import list_products

    for number in range(request.param):
        make_product(f"壶{number}", skus=[(f"P{number}-A", 9900, 10), (f"P{number}-B", 12000, 10)])
    with shop.database.read() as session:
        return list_products(session).items[0].slug


def cost(statements, browser, path):
    with statements() as seen:
        browser.page(path)
    return len(seen)


def test_cold_guest_pages(guest, store, statements):
    guest.page("/about/terms")

    assert cost(statements, guest, f"/p/{store}") == 2
    assert cost(statements, guest, "/search") == 2
    assert cost(statements, guest, "/search?page=2") == 1
    assert cost(statements, guest, "/") <= 5


def test_warm_guest_pages_ask_nothing(guest, store, statements):
    for path in ("/", f"/p/{store}", "/search", "/c/"):
        guest.page(path)
        assert cost(statements, guest, path) == 0, path


def test_pages_of_members(signed, store, statements):
    signed.page("/about/terms")

    assert cost(statements, signed, f"/p/{store}") <= 3
    assert cost(statements, signed, "/search") <= 3
    assert cost(statements, signed, "/search?page=2") <= 2
    assert cost(statements, signed, "/cart") <= 4
    assert cost(statements, signed, "/me") <= 5


def test_product_pages_of_members_with_every_plugin_of_the_house(
    signed, store, statements, shop, enable_plugin
):
    for name in shop.plugins.in_order():
        enable_plugin(name)
    signed.page("/about/terms")

    assert cost(statements, signed, f"/p/{store}") <= 6
    assert cost(statements, signed, f"/p/{store}") <= 5
    assert cost(statements, signed, "/search") <= 6


def test_cold_guest_pages_with_every_plugin_of_the_house(
    guest, store, statements, shop, enable_plugin
):
    for name in shop.plugins.in_order():
        enable_plugin(name)
    guest.page("/about/terms")

    assert cost(statements, guest, f"/p/{store}") <= 4
    assert cost(statements, guest, "/search") <= 5
