import pytest

from core.settings.services import save_settings

GUEST_PAGES = ["/", "/c/", "/search", "/cart", "/me", "/signin", "/register?by=email"]
MEMBER_PAGES = [
    "/me",
    "/me/orders",
    "/me/orders?state=unpaid",
    "/me/addresses",
    "/me/addresses/new",
    "/me/after-sales",
    "/me/wallet",
    "/me/settings",
    "/me/settings/phone",
    "/me/settings/email",
    "/me/settings/password",
    "/me/settings/sessions",
    "/me/settings/privacy",
    "/me/settings/erase",
]


@pytest.fixture
def database_url(sqlite_url):
    """What pages look like does not depend on the database."""
    return sqlite_url


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_guests_can_open_every_public_page_in_both_languages(browse, pot, language):
    browser = browse(language)
    for path in [*GUEST_PAGES, "/about/terms", "/about/privacy"]:
        html = browser.page(path)
        assert f'lang="{language}"' in html
        assert html.count("<h1") == 1, path
        assert "style=" not in html, path
        assert " onclick" not in html, path


def test_the_terms_name_the_store_in_the_language_of_the_page(browse, shop):
    with shop.database.write() as session:
        save_settings(session, {"shop_name": "榕树下", "shop_name_en": "Under the banyan"})
    shop.counters.refresh(force=True)

    english, chinese = browse("en").page("/about/terms"), browse("zh-CN").page("/about/terms")

    assert "You buy from Under the banyan." in english
    assert "榕树下" not in english
    assert "由榕树下销售" in chinese


def test_an_empty_store_still_has_every_page(guest):
    for path in GUEST_PAGES:
        guest.page(path)


def test_members_can_open_every_page_of_their_centre(signed):
    for path in MEMBER_PAGES:
        html = signed.page(path)
        assert "style=" not in html, path
        assert html.count("<main") == 1, path


def test_guests_are_sent_to_sign_in_and_back(guest):
    for path in [*MEMBER_PAGES[1:], "/checkout", "/pay/1", "/share/abc"]:
        response = guest.get(path)
        assert response.status_code == 303
        assert response.location.startswith("/signin?next=/")


def test_a_product_shows_price_options_and_a_way_to_buy_without_script(guest, slug):
    html = guest.page(f"/p/{slug}")

    assert "青瓷壶" in html
    assert '<dialog class="sheet" id="options"' in html
    assert 'action="/cart/add"' in html
    assert f'<link rel="canonical" href="http://localhost/p/{slug}">' in html
    assert 'property="og:title"' in html


def test_a_sold_out_product_says_so_and_cannot_be_bought(guest, make_product, shop):
    from core.catalog.services import list_products

    make_product("空壶", skus=[("GONE", 100, 0)])
    with shop.database.read() as session:
        gone = list_products(session).items[0].slug
    html = guest.page(f"/p/{gone}")

    assert "已售罄" in html
    assert 'id="options"' not in html


def test_markup_in_names_stays_text(signed, member, shop, make_product, guest):
    from core.catalog.services import list_products
    from core.members.services import update_profile

    make_product("<script>alert(1)</script>壶")
    with shop.database.write() as session:
        update_profile(session, member.id, nickname="<b>x</b>")
    with shop.database.read() as session:
        name = list_products(session).items[0].slug

    assert "<script>alert" not in guest.page(f"/p/{name}")
    assert "<script>alert" not in guest.page("/")
    assert "&lt;b&gt;x&lt;/b&gt;" in signed.page("/me")


def test_what_is_not_there_is_a_page_of_the_store(guest):
    for path in ("/nothing", "/p/nothing", "/c/nothing"):
        response = guest.get(path)
        assert response.status_code == 404
        assert "去逛逛" in response.text
        assert response.headers["Cache-Control"] == "no-store"


def test_programs_get_errors_as_json(guest):
    response = guest.get("/p/nothing", Accept="application/json")

    assert response.status_code == 404
    assert response.json["error"]["code"] == "catalog.no_product"


def test_a_page_past_the_end_and_a_search_without_result_help_on(guest, pot):
    assert "回到第一页" in guest.page("/search?page=99")
    assert "没有找到" in guest.page("/search?q=zzzz")


def test_a_closed_store_takes_no_orders_but_shows_them(guest, signed, shop):
    with shop.database.write() as session:
        save_settings(session, {"is_open": False})
    shop.counters.refresh(force=True)

    assert guest.get("/").status_code == 503
    assert "暂停营业" in guest.get("/cart").text
    signed.page("/me/orders")
    assert guest.get("/about/terms").status_code == 200


def test_a_broken_view_shows_a_number_and_not_its_insides(app, guest, monkeypatch):
    from core.web.store import home

    def broken():
        raise RuntimeError("secret inside")

    monkeypatch.setattr(home, "shelves", broken)
    app.testing = False
    response = guest.get("/c/")

    assert response.status_code == 500
    assert "secret inside" not in response.text
    assert "编号" in response.text


def test_a_database_that_does_not_answer_is_maintenance(app, guest, monkeypatch):
    import sqlalchemy.exc

    from core.web.store import home

    def gone():
        raise sqlalchemy.exc.OperationalError("select", {}, Exception("no server"))

    monkeypatch.setattr(home, "shelves", gone)
    response = guest.get("/c/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "维护" in response.text


def test_every_page_carries_the_strict_headers(guest):
    headers = guest.get("/").headers

    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_the_language_of_the_address_is_kept_for_the_next_pages(browse, pot):
    browser = browse()
    assert 'lang="en"' in browser.page("/?lang=en")
    assert 'lang="en"' in browser.page("/search")
    assert 'lang="zh-CN"' in browser.page("/?lang=zh")


def test_assets_are_fingerprinted_and_kept_for_good(guest):
    html = guest.page("/")
    sheet = html.split('<link rel="stylesheet" href="')[1].split('"')[0]
    response = guest.get(sheet)

    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert guest.get("/static/t/qingshan/../../../theme.toml").status_code == 404
    assert guest.get("/static/t/qingshan/store.0000000000.css").headers["Cache-Control"] == (
        "public, max-age=60"
    )


def test_a_slash_too_many_leads_to_the_page_that_was_meant(guest, slug):
    for typed, meant in (
        ("/cart/", "/cart"),
        (f"/p/{slug}/?share=x%20y", f"/p/{slug}?share=x%20y"),
        ("/admin/plugins/", "/admin/plugins"),
    ):
        response = guest.get(typed)
        assert (response.status_code, response.location) == (308, meant)
    for nowhere in ("/nothing/", "/p/nothing/else/"):
        assert guest.get(nowhere).status_code == 404
