"""The merchant chooses what the store wears, and its colours and texts."""

import re

import pytest

from core.staff.services import list_audit
from core.themes.contrast import contrast, faint
from core.themes.services import ThemeChoice, load_choice
from core.web.render import face
from tests.integration.admin.conftest import fields, said


@pytest.fixture
def database_url(sqlite_url):
    """Themes do not depend on the database."""
    return sqlite_url


@pytest.fixture
def typed(admin):
    """What the form holds, with changes: ``typed(hero_title="…")``."""

    def read(**changes):
        held = {name: values[0] for name, values in fields(admin.page("/admin/themes")).items()}
        held.pop("name", None)
        return held | {name.replace("__", "-"): value for name, value in changes.items()}

    return read


def sheet(client):
    page = client.get("/").text
    return client.get(re.search(r'<link rel="stylesheet" href="([^"]+)"', page).group(1)).text


def test_another_theme_is_worn_at_once_and_written_to_the_log(shop, admin, client):
    page = admin.done("/admin/themes/wear", {"name": "moyun"})

    assert "The store wears this theme now." in page
    assert "/static/t/moyun/" in client.get("/").text
    with shop.database.read() as session:
        entry = list_audit(session).items[0]
    assert (entry.action, entry.before, entry.after) == (
        "theme.wear",
        {"theme": "qingshan"},
        {"theme": "moyun"},
    )
    assert admin.post("/admin/themes/wear", {"name": "nothing"}).status_code == 404


def test_colours_and_texts_reach_the_store_and_come_back_with_their_theme(
    shop, admin, client, typed
):
    changes = {"token-brand": "#123456", "hero_title": "新窑开炉", "hero_title_en": "New kiln"}
    admin.done("/admin/themes", typed() | changes)

    assert "--brand:#123456" in sheet(client)
    assert "新窑开炉" in client.get("/").text
    admin.done("/admin/themes/wear", {"name": "moyun"})
    assert "#123456" not in sheet(client)
    assert "新窑开炉" in client.get("/").text
    admin.done("/admin/themes/wear", {"name": "qingshan"})
    with shop.database.read() as session:
        assert load_choice(session).tokens == {"brand": "#123456"}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("token-brand", "#EEEEEE", "“Text on the brand colour” on “Brand colour” has a contrast"),
        ("token-price", "#FFD0C8", "“Colour of prices” on “Background”"),
        ("token-bg", "#202020", "“Body text” on “Background”"),
        ("token-brand", "red;}*{display:none", "cannot be used here"),
        ("token-r-4", "url(x)", "cannot be used here"),
    ],
)
def test_colours_that_cannot_be_read_and_values_that_are_none_are_refused_in_words(
    shop, admin, typed, field, value, told
):
    page = admin.refused("/admin/themes", typed() | {field: value})

    assert told in said(page)
    with shop.database.read() as session:
        assert load_choice(session) == ThemeChoice()


def test_only_staff_who_may_change_the_look_see_a_preview(admin, open_admin, client):
    clerk = open_admin("clerk")

    assert "/static/t/moyun/" in admin.page("/?preview=moyun")
    address = re.search(
        r'<link rel="stylesheet" href="([^"]+)"', admin.page("/?preview=moyun")
    ).group(1)
    assert client.get(address).status_code == 200
    for browser in (client, clerk):
        assert "/static/t/qingshan/" in browser.get("/?preview=moyun").text
    assert "/static/t/qingshan/" in client.get("/").text
    assert clerk.get("/admin/themes").status_code == 403


def test_a_process_that_never_showed_a_theme_sends_its_assets(app, shop, admin, client):
    from core.app import create_app

    admin.done("/admin/themes/wear", {"name": "moyun"})
    other = create_app(shop=shop).test_client()
    address = re.search(r'href="(/static/t/moyun/[^"]+)"', client.get("/").text).group(1)

    assert other.get(address).status_code == 200


@pytest.mark.parametrize("name", ["qingshan", "moyun"])
def test_the_themes_that_ship_keep_the_rule(app, name):
    colours = face(app).themes.look(ThemeChoice(name=name)).colours()

    assert faint(colours, set(colours)) == []
    assert round(contrast("#000000", "#FFFFFF")) == 21
