"""What goods cost to send is said as it is charged, also when nothing is ever sent free."""

from core.settings.services import save_settings
from tests.integration.admin.conftest import Browser as Admin
from tests.integration.admin.conftest import fields


def test_without_a_threshold_every_order_pays_freight_and_every_page_says_so(
    shop, guest, make_staff, sign_in, slug
):
    admin = Admin(sign_in(make_staff(role="owner"), "staff"), "en")
    form = fields(admin.page("/admin/settings/freight"))
    page = admin.done(
        "/admin/settings/freight", {**form, "freight_fen": "8", "free_freight_from_fen": ""}
    )

    assert shop.settings().free_freight_from_fen == 0
    assert "Empty or 0: every order pays freight." in page
    assert "包邮" not in guest.page("/")
    assert "运费 ¥8.00" in guest.page("/")
    assert "包邮" not in guest.page(f"/p/{slug}")


def test_with_freight_of_nothing_everything_is_sent_free(shop, guest, slug):
    with shop.database.write() as session:
        save_settings(session, {"freight_fen": 0, "free_freight_from_fen": 0})
    shop.counters.refresh(force=True)

    assert "包邮" in guest.page("/")
    assert "包邮" in guest.page(f"/p/{slug}")


def test_a_threshold_with_fen_is_said_exactly(shop, guest, slug):
    with shop.database.write() as session:
        save_settings(session, {"freight_fen": 800, "free_freight_from_fen": 9950})
    shop.counters.refresh(force=True)

    assert "满 ¥99.50 包邮" in guest.page("/")
    assert "满 ¥99.50 包邮" in guest.page(f"/p/{slug}")
