"""The shop's name in letters, bills and pages."""

import pytest

from core.settings.rules import StoreSettings


@pytest.mark.parametrize(
    ("locale", "english", "name"),
    [
        ("zh_Hans_CN", "Hill", "山"),
        ("en", "Hill", "Hill"),
        ("en_US", "Hill", "Hill"),
        ("en", "", "山"),
    ],
)
def test_readers_of_english_get_the_english_name_where_there_is_one(locale, english, name):
    assert StoreSettings(shop_name="山", shop_name_en=english).name_in(locale) == name
