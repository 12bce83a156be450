import pytest

from core.api.members import MemberView
from core.members.services import erase_member
from plugins.distribution.services.distributors import states_of
from plugins.distribution.services.programmes import current
from plugins.distribution.services.reconcile import open_orders, orders_to_check

POT = ("POT", 1, 26_800)
STORE = ("", "ledger", "orders", "team", "products", "payouts", "withdraw", "rules", "join")
ADMIN = ("", "/plan", "/distributors", "/commissions", "/tree", "/fraud")
FILES = ("/commissions.csv", "/applications/export.csv")
OWN = {"Origin": "http://localhost"}


@pytest.fixture
def switch(shop):
    """Switch distribution on or off, as the merchant does."""

    def run(*, on):
        (shop.plugins.enable if on else shop.plugins.disable)("distribution", "test")
        shop.counters.refresh(force=True)

    return run


@pytest.fixture
def upline(programme, make_member) -> MemberView:
    member = make_member("上级")
    programme.name(member)
    return member


def test_switched_off_no_page_menu_block_or_freeze_is_left(
    shop, upline, switch, sign_in, make_staff, make_member, make_product, make_order
):
    make_product("茶壶", skus=[("POT", 26_800, 5)])
    browser, merchant = sign_in(upline), sign_in(make_staff(), "staff")
    path = "/p/" + browser.get("/").text.partition('href="/p/')[2].partition('"')[0]
    assert "dist-strip" in browser.get(path).text
    assert 'href="/x/distribution/"' in browser.get("/me").text
    switch(on=False)

    for page in STORE:
        assert (page, browser.get(f"/x/distribution/{page}").status_code) == (page, 404)
    for page in ADMIN:
        assert (page, merchant.get(f"/admin/x/distribution{page}").status_code) == (page, 404)
    for file in FILES:
        answer = merchant.post(f"/admin/x/distribution{file}", headers=OWN)
        assert (file, answer.status_code) == (file, 404)
    for url in ("/", "/me", path, "/search", "/cart"):
        page = browser.get(url).text
        assert "/x/distribution" not in page
        assert "dist-" not in page
    for url in ("/admin/", "/admin/members"):
        assert "/x/distribution" not in merchant.get(url).text
    assert "distribution" not in shop.extensions().freezes


def test_switched_off_no_job_and_no_fact_reaches_it(
    shop, upline, switch, make_member, make_order, maker, outbox, programme
):
    buyer = make_member("买家", referrer=upline)
    switch(on=False)
    order = make_order([POT], member=buyer)
    maker.receive(order)
    progress = outbox.drain()

    assert progress.delivered == 0
    assert programme.rows() == []
    assert not any(
        job.key == "distribution.reconcile" for _, job in shop.plugins.contributions("jobs")
    )


def test_switched_on_again_everything_is_there(
    shop, upline, switch, make_member, make_order, outbox, programme, sign_in
):
    buyer = make_member("买家", referrer=upline)
    make_order([POT], member=buyer)
    outbox.drain()
    switch(on=False)
    switch(on=True)

    assert programme.money(upline).pending == 2680
    with shop.database.read() as session:
        assert current(session).version == 1
        assert states_of(session, [upline.id]) == {upline.id: "active"}
    assert "26.80" in sign_in(upline).get("/x/distribution/ledger").text
    make_order([POT], member=buyer)
    outbox.drain()
    assert programme.money(upline).pending == 5360


def test_what_was_missed_while_off_is_caught_up(
    upline, switch, make_member, make_order, maker, outbox, clock, run_job, programme
):
    buyer = make_member("买家", referrer=upline)
    settled = make_order([POT], member=buyer)
    halved = make_order([("CUP", 2, 5000)], member=buyer)
    waiting = make_order([("TIN", 1, 3000)], member=buyer)
    outbox.drain()
    run_job("distribution.reconcile")
    assert programme.money(upline).pending == 2680 + 1000 + 300

    switch(on=False)
    maker.receive(settled)
    maker.receive(halved)
    maker.refund(halved, {"CUP": 1})
    missed = make_order([POT], member=buyer)
    clock.advance(days=8)
    run_job("orders.settle")
    outbox.drain()
    assert programme.money(upline).pending == 3980
    switch(on=True)
    run_job("distribution.reconcile")
    run_job("distribution.settle")

    money = programme.money(upline)
    assert (money.available, money.frozen, money.pending) == (2680 + 500, 0, 300)
    assert programme.rows(missed.id) == []  # what was paid for meanwhile earns nothing
    assert {row.state for row in programme.rows(waiting.id)} == {"pending"}

    run_job("distribution.reconcile")
    run_job("distribution.settle")
    assert programme.money(upline) == money
    maker.check_books()


def test_a_distributor_who_was_erased_while_it_was_off_earns_no_more(
    shop, upline, switch, make_member, make_order, outbox, programme
):
    buyer = make_member("买家", referrer=upline)
    switch(on=False)
    with shop.database.write() as session:
        erase_member(session, upline.id)
    outbox.drain()
    switch(on=True)
    make_order([POT], member=buyer)
    outbox.drain()

    assert programme.rows() == []


def test_a_refund_after_settlement_that_was_missed_is_caught_up(
    upline, switch, make_member, make_order, maker, outbox, settle, run_job, programme
):
    order = make_order([POT], member=make_member("买家", referrer=upline))
    maker.receive(order)
    outbox.drain()
    settle()
    run_job("distribution.reconcile")
    switch(on=False)
    maker.refund(order)
    outbox.drain()
    switch(on=True)
    run_job("distribution.reconcile")

    assert programme.accounts(upline) == {}
    maker.check_books()


def test_reconciling_looks_only_at_what_is_open_or_was_refunded_lately(
    upline, make_member, make_order, maker, outbox, settle, run_job, shop, clock
):
    order = make_order([POT], member=make_member("买家", referrer=upline))
    maker.receive(order)
    outbox.drain()
    settle()
    run_job("distribution.reconcile")
    clock.advance(days=1)
    run_job("distribution.reconcile")

    with shop.database.read() as session:
        assert open_orders(session, None) == []
        assert orders_to_check(session, None) == []
