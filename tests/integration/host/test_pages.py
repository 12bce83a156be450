"""A shop whose plugin raises everywhere still shows its pages, to shoppers and to staff."""

import pytest

from core.api.regions import Region


@pytest.fixture
def plugins_on():
    return ("raises_everywhere",)


@pytest.fixture
def app(app):
    app.testing = False  # errors become answers, as in production
    return app


def test_every_page_of_the_shop_answers(shop, client, sign_in, maker, make_member):
    maker.product("茶壶", skus=[("POT", 5000, 5)])
    with shop.database.read() as session:
        import sqlalchemy as sa

        from core.catalog.models import Product

        slug = session.scalar(sa.select(Product.slug))
    browser = sign_in(make_member())
    for visitor in (client, browser):
        for path in ("/", "/c/", f"/p/{slug}", "/cart", "/search?q=茶", "/signin"):
            answer = visitor.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
    for path in ("/me", "/me/orders", "/me/addresses"):
        assert browser.get(path).status_code == 200, path
    shop.plugins.faults.flush()


def test_its_own_page_fails_alone(client):
    assert client.get("/x/raises_everywhere").status_code == 500
    assert client.get("/").status_code == 200


def test_every_page_of_the_admin_answers(shop, sign_in, make_staff, make_order, enable_plugin):
    shop.plugins.disable("raises_everywhere", "me")
    order = make_order(lines=[("A", 1, 5000)])
    shop.plugins.enable("raises_everywhere", "me")
    browser = sign_in(make_staff(), "staff")
    paths = ["", "/orders", f"/orders/{order.order_no}", "/members", "/plugins", "/jobs"]
    paths += ["/plugins/raises_everywhere"]
    for path in paths:
        answer = browser.get(f"/admin{path}", follow_redirects=True)
        assert answer.status_code == 200, path
    assert browser.get("/admin/x/raises_everywhere").status_code == 500


def test_its_faults_are_counted_by_hook(shop, client):
    import sqlalchemy as sa

    from core.host.models import PluginFault

    assert client.get("/").status_code == 200
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        hooks = set(session.scalars(sa.select(PluginFault.hook)))
    assert any(Region.HOME_MAIN.name.lower() in hook or "block" in hook for hook in hooks), hooks


def test_switched_off_nothing_of_it_is_left_on_the_web(shop, client, sign_in, make_staff):
    shop.plugins.disable("raises_everywhere", "me")
    assert client.get("/x/raises_everywhere").status_code == 404
    browser = sign_in(make_staff(), "staff")
    assert browser.get("/admin/x/raises_everywhere").status_code == 404
    assert "Boom" not in browser.get("/admin/", follow_redirects=True).get_data(as_text=True)
