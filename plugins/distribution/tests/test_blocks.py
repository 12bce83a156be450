import pytest

from core.api.catalog import product_cards
from core.catalog.services import set_product_state
from plugins.distribution.rules import Base, Joining
from plugins.distribution.services.distributors import DistributorState, apply
from plugins.distribution.tests.programmes import bps, publish

POT = ("POT", 26_800, 5)


@pytest.fixture
def plugins_on():
    return ("distribution", "welcome_offer")


@pytest.fixture
def path(make_product, client):
    make_product("茶壶", skus=[POT])
    return "/p/" + client.get("/").text.partition('href="/p/')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("base", "told"), [(Base.PAID, "¥26.80"), (Base.PROFIT, "¥20.80")], ids=str
)
def test_page_card_and_list_promise_the_same_of_the_price_that_a_stranger_pays(
    shop, programme, make_member, make_product, sign_in, client, base, told
):
    make_product("茶壶", skus=[("SET", 40_000, 5), POT], cost_fen=6000)  # cards quote the cheaper
    publish(shop, default={"base": base})
    member = make_member("甲")
    programme.name(member)
    browser = sign_in(member)
    path = "/p/" + client.get("/").text.partition('href="/p/')[2].partition('"')[0]

    page = browser.get(f"{path}?lang=en").text
    assert "¥380.00" in page  # the welcome offer takes 20 yuan off for this reader
    assert told in page.partition("dist-strip")[2].partition("</aside>")[0]
    for listed in ("/search", "/x/distribution/products"):
        hint = browser.get(listed).text.partition("dist-earn")[2].partition("</p>")[0]
        assert told in hint, listed

    publish(shop, default={"rate": bps(0)})
    for shown in (path, "/search"):
        page = browser.get(shown).text
        assert "dist-strip" not in page, "nothing is promised where nothing is paid"
        assert "dist-earn" not in page


def test_what_is_off_sale_is_not_offered_for_sharing(
    programme, make_member, make_product, shop, sign_in
):
    pot = make_product("茶壶", skus=[POT])
    member = make_member("甲")
    programme.name(member)
    browser = sign_in(member)
    path = "/p/" + browser.get("/").text.partition('href="/p/')[2].partition('"')[0]
    assert "dist-strip" in browser.get(path).text

    with shop.database.write() as session:
        set_product_state(session, [pot.id], "off_sale")
    shop.counters.refresh(force=True)
    page = browser.get(path).text

    assert "已下架" in page
    assert "dist-strip" not in page
    assert "到手价" not in page


def test_guests_and_others_see_no_hint_of_commission(programme, make_member, sign_in, client, path):
    frozen = make_member("甲")
    programme.name(frozen)
    programme.move(frozen, DistributorState.FROZEN, "x")

    for browser in (client, sign_in(make_member("乙")), sign_in(frozen)):
        for url in ("/", path, "/search"):
            page = browser.get(url).text
            assert "dist-strip" not in page
            assert "dist-earn" not in page
            assert "分享赚" not in page.partition('class="tabbar"')[2]


def test_cards_and_tab_appear_for_those_who_earn(programme, make_member, sign_in, path):
    member = make_member("甲")
    programme.name(member)
    browser = sign_in(member)

    assert "预计赚 ¥26.80" in browser.get("/search").text
    assert "分享赚" in browser.get("/").text.partition('class="tabbar"')[2]


def test_the_member_centre_shows_the_way_in_by_state(programme, make_member, sign_in):
    member = make_member("甲")
    browser = sign_in(member)
    assert 'href="/x/distribution/join"' in browser.get("/me").text
    programme.name(member)
    assert 'href="/x/distribution/"' in browser.get("/me").text

    programme.publish(1000, joining=Joining.DESIGNATED)
    assert "/x/distribution" not in sign_in(make_member("乙")).get("/me").text
    assert "/x/distribution" in browser.get("/me").text


def test_the_member_centre_tells_who_left_or_was_refused_and_leads_to_what_was_earned(
    shop, programme, make_member, sign_in
):
    left, refused = make_member("甲"), make_member("乙")
    programme.name(left)
    with shop.database.write() as session:
        apply(session, refused.id, Joining.APPLICATION)
    programme.move(left, DistributorState.LEFT)
    programme.move(refused, DistributorState.REJECTED, "x")

    page = sign_in(left).get("/me?lang=en").text
    assert "You are not in the programme at present" in page
    assert 'href="/x/distribution/ledger"' in page
    page = sign_in(refused).get("/me?lang=en").text
    assert "The store did not accept your application" in page


def test_the_way_to_joining_says_nothing_of_what_sharing_earns(programme, make_member, sign_in):
    member = make_member("甲")
    for language, words in (("en", ("%", "earn", "commission")), ("zh", ("%", "赚", "佣", "返"))):
        page = sign_in(member).get(f"/me?lang={language}").text
        card = page[page.index('href="/x/distribution/join"') :].partition("</a>")[0]
        assert not [word for word in words if word in card.lower()]


def test_a_product_page_costs_a_distributor_one_statement_more(
    shop, programme, make_member, sign_in, path, count_statements
):
    member = make_member("甲")
    programme.name(member)
    browser = sign_in(member)
    counts = []
    for on in (True, False):
        (shop.plugins.enable if on else shop.plugins.disable)("distribution", "test")
        shop.counters.refresh(force=True)
        browser.get(path)
        with count_statements() as sent:
            browser.get(path)
        counts.append(len([each for each in sent if "shared_counter" not in each]))

    assert counts[0] == counts[1] + 1


def test_strip_cards_and_list_say_from_when_pieces_of_a_product_earn_differently(
    shop, programme, chain, make_product, sign_in
):
    distributor = sign_in(chain.first)
    for skus, has_range in (([("ONE", 5000, 5)], False), ([("S", 5000, 5), ("L", 9000, 5)], True)):
        made = make_product("茶杯", skus=skus)
        with shop.database.read() as session:
            slug = next(iter(product_cards(session, [made.id]))).slug
        page = distributor.get(f"/p/{slug}?lang=en").text
        strip = page.partition("dist-strip")[2].partition("</p>")[0]
        search = distributor.get("/search?lang=en").text
        offers = distributor.get("/x/distribution/products?lang=en").text
        hints = [strip, _hint(search, f"/p/{slug}"), _hint(offers, f"/p/{slug}")]
        assert all("¥5.00" in hint for hint in hints)
        assert ["& up" in hint for hint in hints] == [has_range] * 3
        assert ("& up" in page.partition("buy-price")[2].partition("</div>")[0]) == has_range


def _hint(page, address):
    """What stands about a product's commission beside its link in a list."""
    return (
        page.partition(f'href="{address}"')[2]
        .partition("dist-earn")[2]
        .partition("</svg>")[2]
        .partition("</")[0]
    )
