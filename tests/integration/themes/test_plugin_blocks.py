"""Blocks of plugins stand beside the trunk's; one that fails leaves a gap and a note."""

import textwrap

import pytest

MANIFEST = 'name = "{name}"\nversion = "1.0"\n'
PLUGIN = """
from core.api.contributions import Block, StorePage
from core.api.web import render_store_page
import core.api.hooks as hooks

HOME = "store.home.main"


def welcome(context):
    who = "member" if context.member_id else "guest"
    return {"who": who, "about": type(context.subject).__name__}


def cards(context):
    return {"cards": {card.id: {"note": f"n{len(context.subject)}"} for card in context.subject}}


def broken(context):
    raise RuntimeError("boom")


def page():
    return render_store_page("page.html", "sample", word="<hello>")


class Plugin:
    @hooks.hookimpl
    def register_blocks(self):
        return [
            Block("sample.welcome", HOME, "welcome.html", welcome, weight=150, styles=("s.css",)),
            Block("sample.members", HOME, "welcome.html", welcome, audience="member"),
            Block("sample.note", "store.card.after_price", "note.html", cards),
            Block("sample.broken", HOME, "welcome.html", broken),
            Block("sample.wrong", HOME, "wrong.html", welcome),
        ]

    @hooks.hookimpl
    def register_store_pages(self):
        return [
            StorePage("sample.page", "/x/sample", page, "guest"),
            StorePage("sample.mine", "/x/sample/mine", page, "member", menu_label="My sample"),
        ]


plugin = Plugin()
"""
FILES = {
    "templates/welcome.html": "<p class='w'>{{ who }} {{ about }} {{ site.name }}</p>",
    "templates/note.html": "<i class='note'>{{ note }}</i>",
    "templates/wrong.html": "{{ nothing.at.all }}",
    "templates/page.html": (
        "{% extends 'base.html' %}"
        "{% block page %}<main>{{ word }}{% include './part.html' %}</main>{% endblock %}"
    ),
    "templates/part.html": "part",
    "static/s.css": ".w{color:red}",
}


@pytest.fixture
def database_url(sqlite_url):
    """Blocks do not depend on the database."""
    return sqlite_url


@pytest.fixture
def plugin_dirs(tmp_path):
    folder = tmp_path / "plugins" / "sample"
    for name, text in {
        "plugin.toml": MANIFEST.format(name="sample"),
        "__init__.py": "",
        "plugin.py": textwrap.dedent(PLUGIN),
        **FILES,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return (folder.parent,)


@pytest.fixture
def home(client, make_product, enable_plugin, shop):
    make_product("壶")
    make_product("杯")
    assert shop.plugins.plugins["sample"].quarantine is None, shop.plugins.plugins["sample"]
    enable_plugin("sample")
    return client.get("/").text


def test_a_block_stands_where_its_weight_puts_it(home):
    assert "<p class='w'>guest" in home
    assert home.index("class='w'") < home.index('class="assure"') < home.index('class="grid"')


def test_its_sheet_is_loaded_in_the_head_once(home):
    head = home.split("</head>")[0]

    assert head.count("/static/x/sample/s.") == 1


def test_blocks_for_members_are_not_even_asked_for_guests(home, sign_in, make_member):
    html = sign_in(make_member()).get("/").text

    assert home.count("class='w'") == 1
    assert html.count("<p class='w'>member") == 2


def test_cards_are_asked_once_for_the_whole_page(home):
    assert home.count("<i class='note'>n2</i>") == 2


def test_what_fails_is_left_out_and_noted(home, shop):
    from core.host.models import PluginFault

    shop.plugins.faults.flush()
    with shop.database.read() as session:
        hooks = {row.hook for row in session.query(PluginFault)}

    assert "block:sample.broken" in hooks
    assert "boom" not in home


def test_a_switched_off_plugin_leaves_nothing(home, client, shop, sign_in, make_member):
    page = client.get("/x/sample")
    assert "&lt;hello&gt;part" in page.text
    mine = sign_in(make_member())
    assert "/x/sample/mine" in mine.get("/me").text
    assert client.get("/x/sample/mine").status_code == 303
    shop.plugins.disable("sample", "test")

    assert client.get("/x/sample").status_code == 404
    assert "class='w'" not in client.get("/").text
    assert "/x/sample/mine" not in mine.get("/me").text
