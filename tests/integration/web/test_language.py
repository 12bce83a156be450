"""Which language a page speaks: asked for, chosen, the browser's, the store's."""

import pytest

from core.settings.services import save_settings
from core.web import i18n


@pytest.fixture
def english_store(shop):
    """A store whose own language is English."""
    with shop.database.write() as session:
        save_settings(session, {"default_locale": "en"})
    shop.counters.refresh(force=True)


def language(page):
    return page.partition('lang="')[2].partition('"')[0]


def test_visitors_who_ask_for_neither_language_read_the_stores(english_store, browse):
    assert language(browse("de-DE,de;q=0.9").page("/")) == "en"
    assert language(browse("").page("/")) == "en"
    assert language(browse("zh-CN").page("/")) == "zh-CN"


def test_what_was_asked_for_and_chosen_comes_before_the_browser_and_the_store(
    english_store, browse, signed
):
    guest = browse("en")
    assert language(guest.page("/?lang=zh")) == "zh-CN"
    assert language(guest.page("/")) == "zh-CN"
    assert language(signed.get("/me", **{"Accept-Language": "en"}).text) == "zh-CN"


def test_kept_pages_follow_the_language_of_the_store(shop, browse):
    german, chinese = browse("de"), browse("zh-CN")
    assert language(german.page("/")) == language(german.page("/")) == "zh-CN"

    with shop.database.write() as session:
        save_settings(session, {"default_locale": "en"})
    shop.counters.refresh(force=True)

    for _ in range(2):  # made, then kept
        assert language(german.page("/")) == "en"
        assert language(chinese.page("/")) == "zh-CN"
        assert language(browse("en").page("/")) == "en"


ACCOUNT = {"by": "email", "email": "a@shop.example", "password": "long enough 7", "terms": "1"}


@pytest.fixture
def chinese_account(browse):
    """An account whose owner registered in Chinese, in another browser."""
    assert browse("zh-CN").post("/register", ACCOUNT).status_code == 303


@pytest.mark.usefixtures("chinese_account")
def test_the_language_a_guest_chose_stays_at_sign_in_and_becomes_the_accounts(browse):
    guest, elsewhere = browse("zh-CN"), browse("zh-CN")
    guest.page("/?lang=en")
    assert guest.post("/signin", ACCOUNT).status_code == 303
    assert language(guest.page("/me")) == "en"

    assert elsewhere.post("/signin", ACCOUNT).status_code == 303
    assert language(elsewhere.page("/me")) == "en"


@pytest.mark.usefixtures("chinese_account")
def test_an_account_speaks_its_own_language_where_none_was_chosen(browse):
    device = browse("en")
    assert device.post("/signin", ACCOUNT).status_code == 303
    assert language(device.page("/me")) == "zh-CN"


def test_names_in_both_languages_are_read_in_the_readers(app):
    gold = {"tier": {"zh": "金卡", "en": "Gold"}}
    for language, read in (("en", "Gold!"), ("zh", "金卡!")):
        with app.test_request_context(f"/?lang={language}"):
            assert i18n.fill("%(tier)s!", gold) == read
    with app.test_request_context("/?lang=en"):
        assert i18n.fill("%(tier)s!", {"tier": {"zh": "金卡", "en": ""}}) == "金卡!"
