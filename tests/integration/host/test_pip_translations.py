"""A plugin that was installed with pip speaks the languages it brings."""

from dataclasses import replace

import pytest

from core.web import i18n
from core.web.render import face
from tests.unit.host.test_entry_points import install

WORDS = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "{}"\nmsgstr "{}"\n'

OWN = """
msgid "Sign in"
msgstr "去登录"

msgid "%(count)s <b> of it"
msgstr "%(count)s 份<b>"

msgid "%(num)s piece"
msgid_plural "%(num)s pieces"
msgstr[0] "%(num)s 片"
"""
SAID = """{% set word = "Sign in" %}{{ _('Sign in') }}|{{ _(word) }}|{{ gettext('Sign out') }}|
{{- _('%(count)s <b> of it', count=sign) }}|{{ ngettext('%(num)s piece', '%(num)s pieces', 2) }}"""
SHOWN = "去登录|去登录|退出登录|&lt; 份<b>|2 片"


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
    text = WORDS.format("A word from far away", "远方来的词") + OWN
    (folder / "zh.po").write_text(text, encoding="utf-8")
    (site / "pip_words_package" / "templates").mkdir()
    (site / "pip_words_package" / "templates" / "said.html").write_text(SAID)
    return replace(shop_config, use_entry_points=True)


def test_catalogues_of_pip_plugins_are_merged(app):
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert i18n.gettext("A word from far away") == "远方来的词"


def test_a_plugins_own_words_come_first_in_its_templates_and_nowhere_else(app):
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        store = face(app).look(app).environment(i18n.CHINESE)
        admin = app.extensions["banyan.admin.templates"]
        for env, name in ((store, "plugins/pip_words/said.html"), (admin, "pip_words/said.html")):
            assert env.get_template(name).render(sign="<") == SHOWN
        assert i18n.gettext("Sign in") == "登录"


def test_in_english_a_plugin_says_what_is_written(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        admin = app.extensions["banyan.admin.templates"]
        text = admin.get_template("pip_words/said.html").render(sign="<")
    assert text == "Sign in|Sign in|Sign out|&lt; <b> of it|2 pieces"
