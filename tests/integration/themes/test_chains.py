"""Themes that extend themes: what they do not bring is their parents', the nearest first."""

import re

import pytest

from core.config import ROOT
from core.themes.host import STYLES, ThemeHost
from core.themes.services import ThemeChoice, save_choice
from core.web.render import face


@pytest.fixture
def database_url(sqlite_url):
    """Themes do not depend on the database."""
    return sqlite_url


@pytest.fixture
def grandchild(tmp_path):
    """The look of a theme that extends Inkstone and changes two of its tokens."""
    themes = tmp_path / "themes"
    themes.mkdir()
    for name in ("qingshan", "moyun"):
        (themes / name).symlink_to(ROOT / "themes" / name)
    (themes / "autumn").mkdir()
    (themes / "autumn" / "theme.toml").write_text(
        '[theme]\nname = "autumn"\nversion = "1"\napi = "1"\nextends = "moyun"\n[tokens]\n'
        'price = { default = "#8A3B00", label = "Colour of prices" }\n'
        'r-4 = { type = "size", default = "6px", label = "Corners of cards" }\n',
        encoding="utf-8",
    )
    host = ThemeHost(
        folder=themes,
        custom=tmp_path / "custom",
        cache=tmp_path / "cache",
        plugin_templates=dict,
        prepare=lambda env, look, locale: None,
    )
    return lambda **choice: host.look(ThemeChoice(name="autumn", **choice))


def worn(look):
    """Values that the sheet ends with, in light and in dark."""
    sheet = look.shelf.get(look.shelf.url(STYLES).rpartition("/")[2]).body.decode()
    light = re.findall(r":root\{([^}]*)\}", sheet)[-1]
    dark = re.findall(r":root\[data-theme=dark\]\{([^}]*)\}", sheet)[-1]
    return [dict(re.findall(r"--([\w-]+):([^;]+);", text)) for text in (light, dark)]


def test_a_theme_inherits_the_tokens_of_every_parent_and_the_nearest_wins(grandchild):
    light, dark = worn(grandchild())

    assert (light["bg"], dark["bg"]) == ("#F6F1E6", "#14120F")
    assert light["r-5"] == "2px"
    assert light["r-4"] == "6px"
    assert light["price"] == dark["price"] == "#8A3B00"


def test_the_merchants_change_comes_before_every_theme(grandchild):
    light, dark = worn(grandchild(tokens={"brand": "#123456"}))

    assert light["brand"] == "#123456"
    assert dark["brand"] == "#E7DFD0"


@pytest.mark.parametrize("name", ["qingshan", "moyun"])
def test_browsers_frame_the_page_in_the_colours_of_the_theme(app, client, shop, name):
    look = face(app).themes.look(ThemeChoice(name=name))
    with shop.database.write() as session:
        save_choice(session, ThemeChoice(name=name), look)
    shop.counters.refresh(force=True)

    found = re.findall(
        r'<meta name="theme-color" media="\(prefers-color-scheme:(\w+)\)" content="([^"]+)">',
        client.get("/").text,
    )

    background = look.tokens["bg"]
    assert dict(found) == {"light": background.default, "dark": background.dark}
