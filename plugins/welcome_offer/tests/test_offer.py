import pytest

from core.api.errors import InvalidInput
from plugins.welcome_offer import services

POT = ("POT", 1, 26_800)


@pytest.fixture
def plugins_on():
    return ("welcome_offer",)


def used(shop):
    with shop.database.read() as session:
        return services.figures(session)


def test_the_first_order_of_a_member_is_cheaper_and_the_second_is_not(
    make_member, make_order, outbox, shop
):
    member = make_member("新人")

    assert make_order([POT], member=member).total_fen == 24_800
    assert make_order([POT], member=member).total_fen == 26_800
    outbox.drain()
    assert used(shop) == services.Figures(orders=1, amount_fen=2000)


def test_an_unpaid_order_holds_the_offer_and_gives_it_back_when_it_expires(
    make_member, make_order, clock, run_job
):
    member = make_member("新人")
    assert make_order([POT], member=member, paid=False).total_fen == 24_800
    assert make_order([POT], member=member, paid=False).total_fen == 26_800

    clock.advance(hours=2)
    run_job("orders.expire_unpaid")
    assert make_order([POT], member=member).total_fen == 24_800


def test_a_refund_does_not_bring_the_offer_back(make_member, make_order, maker):
    member = make_member("新人")
    maker.refund(make_order([POT], member=member))

    assert make_order([POT], member=member).total_fen == 26_800


def test_small_orders_pay_the_whole_price_and_do_not_count(
    make_member, make_order, outbox, shop, maker
):
    make_order([("CUP", 1, 5000)], member=make_member("新人"))
    outbox.drain()

    assert used(shop).orders == 0
    maker.check_books()


def test_other_settings_are_felt_at_the_next_order(shop, make_member, make_order):
    shop.plugins.save_settings("welcome_offer", {"amount_fen": 500, "from_fen": 600}, "test")

    assert make_order([POT], member=make_member("新人")).total_fen == 26_300
    with pytest.raises(InvalidInput):
        shop.plugins.save_settings("welcome_offer", {"amount_fen": 700}, "test")


def test_a_repeated_fact_counts_once(shop, make_member, make_order, outbox):
    make_order([POT], member=make_member("新人"))
    (paid,) = outbox.events("order_paid")
    for _ in range(2):
        with shop.database.write() as session:
            services.note_use(session, paid)

    assert used(shop).orders == 1


def test_the_job_stores_each_finished_day_once(
    shop, make_member, make_order, outbox, clock, run_job
):
    make_order([POT], member=make_member("新人"))
    outbox.drain()
    run_job("welcome_offer.count")
    assert rows(shop) == []

    clock.advance(days=1)
    make_order([POT], member=make_member("另一位"))
    make_order([POT], member=make_member("又一位"))
    outbox.drain()
    clock.advance(days=2)
    run_job("welcome_offer.count")
    run_job("welcome_offer.count")

    assert rows(shop) == [(0, 0), (2, 4000), (1, 2000)]


def rows(shop):
    with shop.database.read() as session:
        return [(row.orders, row.amount_fen) for row in services.days(session)]


def test_guests_see_the_invitation_and_the_whole_price(make_product, client, shop):
    make_product("茶壶", skus=[("POT", 26_800, 5)])
    page = client.get(product_path(client)).text

    assert "新人首单满 ¥99 减 ¥20" in page
    assert "/signin?next=/p/" in page
    assert "248" not in page.partition('<main id="main"')[2].partition("</main>")[0]
    assert "新人专享" in client.get("/").text


def test_new_members_see_their_price_and_old_ones_nothing(
    make_product, make_member, make_order, sign_in, client
):
    make_product("茶壶", skus=[("POT", 26_800, 5)])
    member = make_member("新人")
    browser, path = sign_in(member), product_path(client)

    page = main_of(browser.get(path).text)
    assert page.count("新人首单") == 1
    assert "新人首单立减 -¥20.00" in page
    assert page.count("¥20.00") == 1
    assert "¥248.00" in page
    make_order([("CUP", 1, 5000)], member=member)
    assert "新人首单" not in browser.get(path).text
    assert "新人专享" not in browser.get("/").text


def test_new_members_are_told_the_offer_where_one_piece_is_too_cheap_for_it(
    make_product, make_member, sign_in, client
):
    make_product("茶杯", skus=[("CUP", 5000, 5)])
    page = main_of(sign_in(make_member("新人")).get(product_path(client)).text)

    assert page.count("新人首单") == 1
    assert "新人首单满 ¥99 减 ¥20" in page


def main_of(page):
    """What is seen of a page before a sheet is opened."""
    return page.partition('<main id="main"')[2].partition("</main>")[0]


def product_path(client):
    return "/p/" + client.get("/").text.partition('href="/p/')[2].partition('"')[0]


def test_switched_off_nothing_is_left_of_it(
    shop, make_member, make_product, make_order, client, make_staff, sign_in
):
    make_product("茶壶", skus=[("POT", 26_800, 5)])
    merchant = sign_in(make_staff(), "staff")
    assert merchant.get("/admin/x/welcome_offer").status_code == 200
    shop.plugins.disable("welcome_offer", "test")

    assert make_order([POT], member=make_member("新人")).total_fen == 26_800
    assert "新人" not in client.get("/").text.partition('<main id="main"')[2]
    assert merchant.get("/admin/x/welcome_offer").status_code == 404


def test_the_merchant_reads_what_the_offer_cost(
    make_member, make_order, outbox, make_staff, sign_in
):
    make_order([POT], member=make_member("新人"))
    outbox.drain()

    page = sign_in(make_staff(), "staff").get("/admin/x/welcome_offer?lang=en").text
    assert "Orders with the offer" in page
    assert "today 1" in page
    assert "today ¥20.00" in page


def test_staff_without_the_right_stay_outside(make_staff, sign_in):
    assert sign_in(make_staff("clerk"), "staff").get("/admin/x/welcome_offer").status_code == 403
