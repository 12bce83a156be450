"""Every page of the merchant on both databases, in both languages, empty and full."""

import pytest

from plugins.membership.services import ladder as ladders
from plugins.membership.services import starting
from plugins.membership.services.reading import tiers

ROOT = "/admin/x/membership"
PAGES = (
    *("", "/tiers", "/tiers/preview", "/benefits", "/benefits/new", "/rules", "/reviews?days=400"),
    *("/growth", "/proposal"),
)


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


def test_every_page_opens_in_both_languages_empty_and_full(
    shop, club, merchant, make_member, make_order, outbox
):
    member = make_member()
    for is_full in (False, True):
        if is_full:
            with shop.database.write() as session:
                starting.set_up(session)
                ladders.save_draft(session, tiers(session)[:3], "test")
            make_order([("POT", 1, 90_000)], member=member, received=True)
            outbox.drain()
        for path in (*PAGES, f"/members/{member.id}"):
            for language in ("zh", "en"):
                mark = "&" if "?" in path else "?"
                page = merchant.get(f"{ROOT}{path}{mark}lang={language}", follow_redirects=True)
                assert (path, page.status_code) == (path, 200)
                assert "%(" not in page.text
    assert "Members with a tier" in merchant.get("/admin/?lang=en").text
