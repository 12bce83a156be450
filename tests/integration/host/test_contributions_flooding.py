"""What plugins show on pages of the admin has a size; a page without what floods it is there."""

from itertools import count

import pytest

from core.api.contributions import (
    CardRow,
    CardStep,
    DashboardCard,
    OrderListColumn,
    OrderTimeline,
    SearchHit,
    SearchProvider,
    TimelineEntry,
)
from core.kernel.clock import now
from tests.integration.host.test_contributions_failing import faults


@pytest.fixture
def database_url(sqlite_url):
    """Sizes do not depend on the database."""
    return sqlite_url


LONG = "x" * 5_000_000
FLOODS = {
    "dashboard_cards": [
        DashboardCard("odd.value", "Odd", lambda *_asked: {"value": LONG}),
        DashboardCard("odd.hint", "Odd", lambda *_asked: {"value": "1", "hint": LONG}),
        DashboardCard(
            "odd.rows", "Odd", lambda *_asked: {"rows": [CardRow(LONG, "1")] * 3}, "rows"
        ),
        DashboardCard(
            "odd.steps", "Odd", lambda *_asked: {"steps": [CardStep("x", 1)] * 90_000}, "steps"
        ),
    ],
    "search_providers": [
        SearchProvider("odd.hits", "Odd", lambda *_asked: [SearchHit(LONG, "/admin/")]),
        SearchProvider(
            "odd.endless", "Odd", lambda *_asked: (SearchHit(str(n), "/") for n in count())
        ),
    ],
    "order_columns": [
        OrderListColumn("odd.column", "Odd", lambda _session, ids: dict.fromkeys(ids, LONG))
    ],
    "order_timelines": [
        OrderTimeline("odd.line", lambda *_asked: [TimelineEntry(now(), LONG)]),
        OrderTimeline("odd.lines", lambda *_asked: [TimelineEntry(now(), "Odd")] * 90_000),
    ],
}


def test_what_floods_a_page_of_the_admin_is_left_out_and_the_health_page_says_so(
    shop, make_plugin, make_order, sign_in, make_staff
):
    order = make_order([("POT", 1, 26_800)])
    make_plugin("odd", **FLOODS)
    merchant = sign_in(make_staff(), "staff")

    for path in ("/", "/search?q=POT", "/orders", f"/orders/{order.order_no}"):
        answer = merchant.get(f"/admin{path}")
        assert answer.status_code == 200, path
        assert len(answer.text) < 1_000_000, path
    expected = ["card:odd.hint", "card:odd.rows", "card:odd.steps", "card:odd.value"]
    expected += ["column:odd.column", "search:odd.endless", "search:odd.hits"]
    expected += ["timeline:odd.line", "timeline:odd.lines"]
    assert sorted(faults(shop)) == expected
    page = merchant.get("/admin/plugins/odd?tab=health").text
    assert "it shows 5000000 characters, wanted are 2000 at most" in page
