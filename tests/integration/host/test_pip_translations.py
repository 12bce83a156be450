"""A plugin that was installed with pip speaks the languages it brings."""

from dataclasses import replace

import pytest

from core.web import i18n
from tests.unit.host.test_entry_points import install

WORDS = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "{}"\nmsgstr "{}"\n'


@pytest.fixture
def database_url(sqlite_url):
    """Translations do not depend on the database."""
    return sqlite_url


@pytest.fixture
def shop_config(shop_config, tmp_path, monkeypatch):
    """A shop that also loads plugins from entry points; one is installed."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    install(
        site,
        "pip_words",
        "pip_words_package",
        plugin__toml='name = "pip_words"\nversion = "1.0"\n',
        plugin__py="",
    )
    folder = site / "pip_words_package" / "translations"
    folder.mkdir()
    text = WORDS.format("A word from far away", "远方来的词")
    (folder / "zh.po").write_text(text, encoding="utf-8")
    return replace(shop_config, use_entry_points=True)


def test_catalogues_of_pip_plugins_are_merged(app):
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert i18n.gettext("A word from far away") == "远方来的词"
