"""Every theme of the house: all templates compile, all regions stand somewhere, budgets hold."""

import gzip
import re
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from core.api.regions import Region
from core.config import ROOT
from core.themes.host import SCRIPTS, STYLES
from core.themes.services import RegionOrder, ThemeChoice, arrange, load_choice, save_choice
from core.web.i18n import LOCALES
from core.web.render import face

THEMES = sorted(path.parent.name for path in (ROOT / "themes").glob("*/theme.toml"))
# on pages of plugins and of the merchant, which no theme brings
NOT_OF_THEMES = {region for region in Region if region.startswith(("distributor.", "print."))}
_CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def database_url(sqlite_url):
    """Themes do not depend on the database."""
    return sqlite_url


@pytest.fixture
def look(app):
    """A theme as the store would wear it: ``look("moyun")``."""
    return lambda name: face(app).themes.look(ThemeChoice(name=name))


def sources(name):
    return sorted((ROOT / "themes" / name / "templates").rglob("*.html"))


def test_two_themes_ship_and_one_is_a_child_of_few_lines(look):
    assert {"qingshan", "moyun"} <= set(THEMES)
    child = look("moyun")
    assert [theme.name for theme in child.chain] == ["moyun", "qingshan"]
    written = [p for p in (ROOT / "themes" / "moyun").rglob("*") if p.suffix in {".css", ".html"}]
    assert sum(len(p.read_text(encoding="utf-8").splitlines()) for p in written) < 40
    assert child.shelf.text("moyun.css") in child._styles()


@pytest.mark.parametrize("name", THEMES)
def test_every_template_compiles_in_every_language(app, look, name):
    with app.app_context():
        for locale in LOCALES:
            env = look(name).environment(locale)
            for template in env.loader.list_templates():
                source = env.loader.find(template).read_text(encoding="utf-8")
                if template.endswith(".html") and "admin/" not in template + source[:200]:
                    env.get_template(template)


@pytest.mark.parametrize("name", THEMES)
def test_every_region_is_rendered_somewhere(look, name):
    used = set()
    env = jinja2.Environment(autoescape=True)
    for theme in look(name).chain:
        for path in sources(theme.name):
            for call in env.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
                if isinstance(call.node, nodes.Name) and call.node.name == "region":
                    used.add(call.args[0].value)
    cards = {Region.CARD_BADGES, Region.CARD_AFTER_PRICE}  # the parts of card.html

    assert {str(region) for region in set(Region) - cards - NOT_OF_THEMES} <= used
    assert used <= {str(region) for region in Region}


@pytest.mark.parametrize("name", THEMES)
def test_templates_hold_no_untranslated_text_style_or_script(name):
    switches = {"footer.html", "language.html", "settings.html"}  # languages name themselves
    for path in sources(name):
        text = path.read_text(encoding="utf-8")
        assert "style=" not in text, path
        assert "|safe" not in text, path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert not re.search(r"\son[a-z]+=", text), path
        assert not re.search(r"""(?:src|href)=["']https?:""", text), path
        if path.name not in switches:
            assert not _CJK.search(re.sub(r"{#.*?#}", "", text)), path


@pytest.mark.parametrize("name", THEMES)
def test_sheets_and_scripts_keep_the_budget(look, name):
    wearing = look(name)
    budget = next(theme.budget for theme in wearing.chain if theme.budget)
    sheet = wearing.shelf.get(wearing.shelf.url(STYLES).rpartition("/")[2])
    script = wearing.shelf.get(wearing.shelf.url(SCRIPTS).rpartition("/")[2])
    fonts = [p for theme in wearing.chain for p in (theme.assets / "fonts").glob("*.woff2")]

    assert len(gzip.compress(sheet.body, 9)) <= budget["css"]
    assert len(gzip.compress(script.body, 9)) <= budget["js"]
    assert sum(path.stat().st_size for path in fonts) <= budget["fonts"]


@pytest.mark.parametrize("name", THEMES)
def test_colours_of_text_can_be_read(look, name):
    tokens = look(name).tokens
    light = {n: t.default for n, t in tokens.items()}
    dark = {n: t.dark or t.default for n, t in tokens.items()}
    for values, card in ((light, "#FFFFFF"), (dark, "#1A1D1B")):
        surface = values.get("surface", card)
        for text in ("brand-ink", "price"):
            assert contrast(values[text], surface) >= 4.5, (name, text)


def contrast(one, two):
    brighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour):
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_licences_lie_beside_what_was_taken():
    folder = ROOT / "themes" / "qingshan"
    assert (folder / "icons" / "LICENSE-tabler-icons.txt").is_file()
    assert (folder / "assets" / "fonts" / "LICENSE-barlow-OFL.txt").is_file()


def test_another_theme_is_worn_within_a_second_everywhere(app, client, shop, look):
    with shop.database.write() as session:
        save_choice(session, ThemeChoice(name="moyun"), look("moyun"))
    shop.counters.refresh(force=True)

    assert "/static/t/moyun/" in client.get("/").text


def test_a_theme_that_is_gone_falls_back_to_the_default(app, client, shop, look):
    with shop.database.write() as session:
        save_choice(session, ThemeChoice(name="gone"), look("qingshan"))
    shop.counters.refresh(force=True)

    assert "/static/t/qingshan/" in client.get("/").text


def test_merchants_recolour_reorder_and_hide_without_code(app, client, shop, look, make_product):
    make_product("壶")
    with shop.database.write() as session:
        theme = look("qingshan")
        choice = ThemeChoice(tokens={"brand": "#123456"}, settings={"hero_title": "新窑"})
        save_choice(session, choice, theme)
        order = ["core.main.feed", "core.main.categories"]
        arrange(session, Region.HOME_MAIN, order, ["core.main.assurance"], theme)
        assert load_choice(session).regions[Region.HOME_MAIN] == RegionOrder(
            tuple(order), frozenset({"core.main.assurance"})
        )
    shop.counters.refresh(force=True)
    html = client.get("/").text

    assert 'class="assure"' not in html
    assert html.index('class="grid"') < html.index('class="hero"')
    sheet = re.search(r'<link rel="stylesheet" href="([^"]+)"', html).group(1)
    assert "--brand:#123456" in client.get(sheet).text


def test_a_colour_that_is_none_is_refused(shop, look):
    from core.kernel.errors import InvalidInput

    for choice in (
        ThemeChoice(tokens={"brand": "red;}*{display:none"}),
        ThemeChoice(tokens={"unknown": "#123456"}),
        ThemeChoice(settings={"unknown": 1}),
    ):
        with shop.database.write() as session, pytest.raises(InvalidInput):
            save_choice(session, choice, look("qingshan"))


def test_the_stores_own_template_comes_before_every_theme(app, client, shop):
    folder: Path = shop.config.instance / "themes" / "custom" / "templates"
    folder.mkdir(parents=True)
    (folder / "logo.html").write_text("<b>our mark</b>", encoding="utf-8")

    assert "our mark" in client.get("/").text
