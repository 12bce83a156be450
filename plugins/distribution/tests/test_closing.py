"""Closing an account: what is ready and what is on its way are told, and given up knowingly."""

import pytest

from core.api.errors import NotFound
from plugins.distribution.services.accounts import AVAILABLE
from plugins.distribution.tests.conftest import ask_for

OWN = {"Origin": "http://localhost"}
CLOSE = "/me/settings/erase"
POT = ("POT", 1, 26_800)


@pytest.fixture
def close(chain, sign_in):
    """Closing the direct referrer's account: the page, or the form sent, ``close(sure=1)``."""
    browser = sign_in(chain.first)

    def run(**form):
        if form:
            return browser.post(f"{CLOSE}?lang=en", data=form, headers=OWN)
        return browser.get(f"{CLOSE}?lang=en").text

    return run


def test_commission_that_is_pending_or_frozen_is_told(chain, make_order, maker, outbox, close):
    assert "belongs to you" not in close()
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    page = close()
    assert "¥26.80 still belongs to you" in page
    assert "On its way: ¥26.80." in page
    assert "Ready now" not in page
    maker.receive(order)
    outbox.drain()
    assert "On its way: ¥26.80." in close()


def test_what_is_ready_stands_beside_what_is_on_its_way(chain, make_order, outbox, sold, close):
    sold(chain.buyer)
    make_order([POT], member=chain.buyer)
    outbox.drain()
    page = close()
    for text in ("¥53.60 still belongs to you", "Ready now: ¥26.80.", "On its way: ¥26.80."):
        assert text in page


def test_a_debt_is_taken_off_what_is_on_its_way(
    chain, make_order, maker, outbox, sold, pay_out, close, programme
):
    order = sold(chain.buyer)
    pay_out(chain.first, 2680)
    maker.refund(order)
    outbox.drain()
    assert programme.money(chain.first).available == -2680
    make_order([("POT", 2, 26_800)], member=chain.buyer)
    outbox.drain()
    assert "On its way: ¥26.80." in close()  # 53.60 less the debt; the wallet is besides


def test_the_account_closes_only_when_what_is_on_its_way_is_given_up(
    shop, chain, make_order, maker, outbox, settle, close, programme
):
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    assert close(sure="1").status_code == 422
    assert close(sure="1", gives_up="1").status_code == 303
    outbox.drain()
    maker.receive(order)
    outbox.drain()
    settle()
    assert programme.accounts(chain.first) == {AVAILABLE: 2680}
    with pytest.raises(NotFound):
        ask_for(shop, chain.first, 2680)
    maker.check_books()


def test_staff_reads_it_before_erasing_somebody(chain, make_order, outbox, make_staff, sign_in):
    make_order([POT], member=chain.buyer)
    outbox.drain()
    page = sign_in(make_staff(), "staff").get(f"/admin/members/{chain.first.id}?lang=en").text
    assert "¥26.80 is still on its way to them and would be lost, too." in page
    assert "still belongs to them" not in page
