"""The address in a QR code: it notes the scan, for people, and leads to the shared page."""

import pytest
import sqlalchemy as sa

from core.catalog.services import set_product_state
from core.kernel.qr import qr_svg
from core.members.services import member_by_phone
from core.sharing.models import ShareVisit
from core.sharing.services import create_share, find_share, referral_of


@pytest.fixture
def database_url(sqlite_url):
    """What the address answers does not depend on the database; scans are tried on both."""
    return sqlite_url


@pytest.fixture
def link(shop, member, pot):
    """A member's link to the product."""
    with shop.database.write() as session:
        return create_share(session, member.id, "product", str(pot.id), "poster")


def kinds(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(ShareVisit.kind)).scalars().all()


def test_a_scan_leads_to_the_page_with_its_token_and_is_one_visit(browse, shop, link, slug):
    for phone in (browse(), browse()):  # the page behind the second is kept
        answer = phone.get(link.short_path)
        assert (answer.status_code, answer.location) == (302, f"/p/{slug}?s={link.token}")
        assert answer.headers["Cache-Control"] == "no-store"
        phone.page(answer.location)
        assert phone.cookie("banyan_share") == link.token

    assert kinds(shop) == ["scan", "scan"]


def test_a_code_read_aloud_works_in_small_letters(guest, link):
    assert guest.get(link.short_path.lower()).status_code == 302


def test_robots_are_led_to_the_page_and_leave_no_trace(guest, shop, link, slug):
    for agent in ("Googlebot/2.1", "facebookexternalhit/1.1", ""):
        answer = guest.get(link.short_path, **{"User-Agent": agent})
        assert answer.status_code == 302
    guest.get(link.short_path, Purpose="prefetch")
    guest.client.head(link.short_path, headers=guest.headers)

    assert kinds(shop) == []
    assert guest.cookie("banyan_visitor") is None


def test_who_registers_after_a_scan_is_bound_to_the_sharer(browse, shop, link, member, codes):
    phone = browse()
    phone.page(phone.get(link.short_path).location)
    assert codes.enter(phone, "13900001234").status_code == 303

    with shop.database.read() as session:
        new = member_by_phone(session, "+8613900001234")
        assert referral_of(session, new.id).referrer_id == member.id


def test_an_unknown_code_is_told_kindly_and_the_store_is_near(guest, browse, shop):
    for code in ("ABCDEFGHJK", "x" * 300, "a'b"):
        answer = guest.get(f"/s/{code}")
        assert answer.status_code == 404
        assert "这个码没有对应的页面" in answer.text
        assert 'href="/"' in answer.text
    assert "This code leads nowhere" in browse("en").get("/s/ABCDEFGHJK").text
    assert kinds(shop) == []


def test_a_code_of_a_product_that_left_keeps_the_token_on_the_way_home(guest, shop, link, pot):
    with shop.database.write() as session:
        set_product_state(session, [pot.id], "off_sale")
    answer = guest.get(link.short_path)

    assert answer.status_code == 404
    assert f'href="/?s={link.token}"' in answer.text
    assert "这件商品已下架" in answer.text
    assert kinds(shop) == ["scan"]


@pytest.mark.parametrize(
    ("kind", "target", "path"),
    [
        ("store", "", "/"),
        ("activity", "/x/poster/tasks/7", "/x/poster/tasks/7"),
        ("activity", "spring", "/"),
        ("activity", "/x//evil.example", "/x//evil.example"),
        ("activity", "//evil.example", "/"),
    ],
)
def test_a_code_leads_home_or_to_a_page_of_a_plugin(guest, shop, member, kind, target, path):
    with shop.database.write() as session:
        link = create_share(session, member.id, kind, target, "qr")
    assert guest.get(link.short_path).location == f"{path}?s={link.token}"


def test_a_scan_costs_few_statements_and_again_as_many(browse, link, statements):
    first, again = browse(), browse()
    first.get(link.short_path)
    with statements() as seen:
        again.get(link.short_path)
    with statements() as repeated:
        again.get(link.short_path)
    assert len(seen) == 7, seen
    assert len(repeated) == 5, repeated


def test_a_members_own_page_shows_a_qr_code_of_the_short_address(signed, pot, shop, link):
    token = signed.post(f"/share/product/{pot.id}").location.removeprefix("/share/")
    html = signed.page(f"/share/{token}")
    with shop.database.read() as session:
        short = find_share(session, token).short_path
    code = html.split('class="qr"')[1].split(">", 1)[1].split("</svg>")[0]

    assert code == qr_svg(f"http://localhost{short}").split("</svg>")[0]
