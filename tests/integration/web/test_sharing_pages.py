import pytest
import sqlalchemy as sa

from core.sharing.models import ShareLink, ShareVisit
from core.sharing.services import referral_of


@pytest.fixture
def token(signed, pot):
    """A member's link to the product."""
    response = signed.post(f"/share/product/{pot.id}")
    return response.location.removeprefix("/share/")


def visits(shop):
    with shop.database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(ShareVisit))


def test_sharing_makes_one_link_with_a_qr_code(signed, shop, pot, token, slug):
    html = signed.page(f"/share/{token}")
    again = signed.post(f"/share/product/{pot.id}").location

    assert again == f"/share/{token}"
    assert f"/p/{slug}?s={token}" in html
    assert "<svg" in html.split('class="qr"')[1]
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ShareLink)) == 1


def test_a_link_belongs_to_its_member(token, sign_in, make_member):
    from tests.integration.web.conftest import Browser

    other = Browser(sign_in(make_member("别人")))

    assert other.get(f"/share/{token}").status_code == 404


def test_nothing_that_does_not_exist_is_shared(signed):
    assert signed.post("/share/product/not-an-id").status_code == 404
    assert signed.post(f"/share/product/{'0' * 8}-0000-0000-0000-{'0' * 12}").status_code == 404
    assert signed.post("/share/activity/x").status_code == 404


def test_a_visit_is_counted_on_a_cold_and_on_a_kept_page(browse, shop, token, slug):
    first, second = browse(), browse()
    first.page(f"/p/{slug}?s={token}")
    second.page(f"/p/{slug}?s={token}")

    assert visits(shop) == 2
    assert first.cookie("banyan_visitor") != second.cookie("banyan_visitor")
    assert second.cookie("banyan_share") == token


def test_a_visit_counts_once_a_day_and_robots_never(browse, guest, shop, token, slug):
    person = browse()
    person.page(f"/p/{slug}?s={token}")
    person.page(f"/p/{slug}?s={token}")
    for agent in ("Googlebot/2.1", "curl/8", ""):
        guest.get(f"/p/{slug}?s={token}", **{"User-Agent": agent})
    guest.get(f"/p/{slug}?s={token}", Purpose="prefetch")

    assert visits(shop) == 1
    assert guest.cookie("banyan_visitor") is None


@pytest.mark.parametrize(
    ("token", "status"), [("nonsense", 200), ("x" * 200, 200), ("a'b", 200), ("%00", 400)]
)
def test_a_wrong_token_changes_nothing(guest, shop, slug, token, status):
    assert guest.get(f"/p/{slug}?s={token}").status_code == status
    assert visits(shop) == 0


def test_who_registers_after_opening_a_link_is_bound_to_its_sharer(
    browse, shop, token, slug, member, codes
):
    visitor = browse()
    visitor.page(f"/p/{slug}?s={token}")
    response = codes.enter(visitor, "13900001234")

    assert response.status_code == 303
    with shop.database.read() as session:
        from core.members.services import member_by_phone

        new = member_by_phone(session, "+8613900001234")
        assert referral_of(session, new.id).referrer_id == member.id
