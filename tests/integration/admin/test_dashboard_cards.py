"""What plugins put on the admin's first page: figures, to-dos, rankings and funnels."""

import re

import pytest

from core.api.contributions import CardRow, CardStep, DashboardCard


@pytest.fixture
def card(make_plugin):
    """A plugin that contributes one card of a kind, with what it has to show."""

    def plug(kind, shown, **more):
        made = DashboardCard("odd.card", "Odd things", lambda _session, _settings: shown, kind)
        make_plugin("odd", dashboard_cards=(made,), **more)

    return plug


def section(page):
    return page[page.index('aria-labelledby="odd-card"') :].partition("</section>")[0]


def test_rows_are_numbered_and_lead_where_they_say(card, admin):
    card(
        "rows",
        {
            "rows": [
                CardRow("<b>甲</b>", "¥12.00", hint="3 orders", url="/admin/orders"),
                CardRow("乙", "¥8.00"),
            ],
            "hint": "all of %(days)s days",
            "params": {"days": 7},
            "url": "/admin/members",
        },
    )
    shown = section(admin.page("/admin/"))
    assert '<a href="/admin/orders">&lt;b&gt;甲&lt;/b&gt;</a>' in shown
    assert re.findall(r'<span class="num">(\d)</span>', shown) == ["1", "2"]
    assert re.findall(r'<span class="figure">([^<]+)', shown) == ["¥12.00", "¥8.00"]
    assert 'href="/admin/members">all of 7 days' in shown


def test_ten_rows_are_shown_at_most(card, admin):
    card("rows", {"rows": [CardRow(str(n), str(n)) for n in range(30)]})
    assert section(admin.page("/admin/")).count("<li>") == 10


def test_steps_are_shown_against_the_step_before(card, admin):
    steps = [CardStep("Saw", 200), CardStep("Bought", 50), CardStep("Told", 60)]
    card("steps", {"steps": [*steps, CardStep("Joined", 9, is_part=False)]})
    shown = section(admin.page("/admin/"))
    counts = re.findall(r"<progress[^>]*max=\"200\" value=\"(\d+)\"", shown)
    assert counts == ["200", "50", "60", "9"]
    # 60 of 50 is no share, and those who joined are no part of whom one told
    assert re.findall(r'<span class="muted">([^<]+)', shown) == ["25%"]


@pytest.mark.parametrize(("kind", "shown"), [("rows", {"rows": []}), ("steps", {"steps": []})])
def test_a_list_without_anything_says_so(card, admin, kind, shown):
    card(kind, shown)
    assert "Nothing to show yet" in section(admin.page("/admin/"))


def test_a_card_that_has_nothing_of_its_kind_is_left_out_and_counted(card, admin, shop):
    card("rows", {"value": "3"})
    assert "Odd things" not in admin.page("/admin/")
