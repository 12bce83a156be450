import re
from datetime import timedelta

import pytest

from core.api.clock import now
from core.api.money import format_yuan
from core.api.payouts import list_payouts
from core.api.testing.plugging import plug_in
from plugins.distribution.services.accounts import AVAILABLE


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


ROOT = "/x/distribution/"
OWN = {"Origin": "http://localhost"}
CARD = {
    "channel": "bank_card",
    "bank_card.name": "林小山",
    "bank_card.number": "6222 0212 3456 7890",
    "bank_card.bank": "招商银行",
}


@pytest.fixture
def rich(programme, chain, make_order, outbox, settle, maker):
    """The direct upline, with commission available, in a store that pays by bank card."""
    order = make_order([("POT", 1, 26_800)], member=chain.buyer)
    maker.receive(order)
    outbox.drain()
    settle()
    maker.settings(payout_by_bank_card=True, payout_fee_fen=20)
    return chain.first


@pytest.fixture
def browser(rich, sign_in):
    return sign_in(rich)


def payout_of(shop, member):
    with shop.database.read() as session:
        (found,) = list_payouts(session, member_id=member.id, source_kind=AVAILABLE)
    return found


def ask(browser, **form):
    whole = {"amount": "10", "net_fen": "980"} | CARD | form
    return browser.post(f"{ROOT}withdraw", data=whole, headers=OWN)


def test_fee_tax_and_what_arrives_stand_there_before_anything_is_asked(browser):
    page = browser.get(f"{ROOT}withdraw?lang=en&amount=10").text
    assert re.search(r"Fee\s+¥0.20", page)
    assert "Card number" in page
    assert "Alipay" not in page


def test_working_out_another_amount_asks_for_nothing_and_writes_no_account_into_an_address(
    browser, shop, rich
):
    assert "formmethod" not in browser.get(f"{ROOT}withdraw").text
    answer = ask(browser, amount="20", net_fen="1", do="work_out")
    assert answer.status_code == 200
    assert 'name="net_fen" value="1980"' in answer.text
    assert 'name="bank_card.number" value="6222 0212 3456 7890"' in answer.text
    with shop.database.read() as session:
        assert list_payouts(session, member_id=rich.id) == []


def test_a_wrong_account_is_named_beside_its_field_and_what_was_typed_stays(browser, shop, rich):
    answer = ask(browser, **{"bank_card.number": "6222"})
    assert answer.status_code == 422
    assert answer.text.count("银行卡号应为 12 至 19 位数字") == 1
    assert 'name="bank_card.number" value="6222"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    with shop.database.read() as session:
        assert list_payouts(session, member_id=rich.id) == []


def test_a_check_that_fails_leaves_the_balance_and_says_so_at_the_form(browser, shop, rich):
    plug_in(shop, "broken", hooks={"check_request_payout": lambda **_told: 1 / 0})
    answer = ask(browser)

    assert answer.status_code == 500
    assert "没有提交" in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    assert 'value="林小山"' in answer.text
    shop.plugins.disable("broken", "test")
    assert ask(browser).status_code == 303
    assert payout_of(shop, rich).amount_fen == 1000


def test_a_way_that_is_gone_is_not_replaced_by_another(browser, shop, rich, maker):
    maker.settings(payout_by_bank_card=False, payout_fee_fen=20)
    page = ask(browser).text
    assert "该提现方式暂不可用" in page
    assert 'name="channel" value="wallet" required>' in page
    assert ask(browser, channel="").status_code == 422


def test_an_amount_beyond_what_can_be_read_is_told_the_most(browser, shop):
    page = browser.get(f"{ROOT}withdraw?lang=en&amount={'9' * 17}").text
    most = format_yuan(shop.settings().payout_max_fen)
    assert f"The largest amount is ¥{int(most[:-3]):,}{most[-3:]}" in page
    assert "Give an amount in yuan" not in page
    assert "Give an amount in yuan" in browser.get(f"{ROOT}withdraw?lang=en&amount=ten").text
    assert "The smallest amount is" in browser.get(f"{ROOT}withdraw?lang=en&amount=0").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_member_sees_each_step_the_masked_account_and_what_comes_next(
    browser, shop, rich, maker, language
):
    answer = ask(browser)
    assert answer.status_code == 303
    made = payout_of(shop, rich)
    assert made.account["number"] == "6222021234567890"
    maker.approve_payout(made.id)
    page = browser.get(f"{ROOT}payouts/{made.id}?lang={language}").text
    assert "**** 7890" in page
    assert "6222021234567890" not in page
    coming = {"zh": "下一步：商家人工转账", "en": "the store makes the transfer by hand"}[language]
    assert coming in page
    assert page.count("<time") == 2
    assert "Project-Id" not in page
    assert "¥9.80" in page


def test_a_recipient_who_has_to_confirm_finds_the_link_and_the_end(
    browser, shop, rich, ways, maker, run_job, clock
):
    ways.payouts.is_instant, ways.payouts.confirm_url = False, "https://pay.example/c/1"
    ways.payouts.expires_at = now() + timedelta(days=1)
    form = {"channel": ways.payouts.key, f"{ways.payouts.key}.name": "林小山"}
    assert ask(browser, **form).status_code == 303
    made = payout_of(shop, rich)
    maker.approve_payout(made.id)
    run_job("payouts.pay")
    page = browser.get(f"{ROOT}payouts/{made.id}?lang=en").text
    assert 'href="https://pay.example/c/1"' in page
    assert "Confirm until" in page
    ways.payouts.let_expire(made.payout_no)
    clock.advance(minutes=6)
    run_job("payouts.pay")
    page = browser.get(f"{ROOT}payouts/{made.id}?lang=zh").text
    assert "逾期未确认，已退回" in page
    assert "pay.example" not in page
    maker.check_books()
