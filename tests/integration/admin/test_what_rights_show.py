"""What people see who hold a few rights only: the bell leads them to what they may mend."""

import re

import pytest
import sqlalchemy as sa

from core.db import state
from core.host.models import PluginState
from core.kernel.clock import now
from core.kernel.ids import new_id
from core.payments.models import PaymentAttempt, Suspense
from core.staff.services import create_role
from tests.integration.admin.conftest import Browser


@pytest.fixture
def with_rights(shop, make_staff, sign_in):
    """A browser of somebody with just these rights: ``with_rights("plugin.view")``."""

    def open_browser(*rights: str) -> Browser:
        with shop.database.write() as session:
            role = create_role(session, name=f"role {len(rights)} {rights}", permissions=rights)
        return Browser(sign_in(make_staff(role=role.key), "staff"), "en")

    return open_browser


def bell(page: str) -> str:
    found = re.search(r'<(a|details) class="[^"]*\bbell\b.*?</\1>', page, re.DOTALL)
    return found.group(0) if found else ""


def test_the_bell_leads_to_a_paused_plugin_and_to_suspense_whoever_may_see_them(
    shop, enable_plugin, with_rights, open_admin, make_order
):
    enable_plugin("welcome_offer")
    plugins, money, clerk = with_rights("plugin.view"), with_rights("payment.view"), with_rights()
    assert "needs attention" not in bell(plugins.page("/admin/account"))

    with shop.database.write() as session:
        session.execute(sa.update(PluginState).values(paused_reason="check_x failed 5 times"))
        state.bump(session, state.PLUGINS)
    shop.counters.refresh(force=True)
    page = bell(plugins.page("/admin/account"))
    assert 'href="/admin/plugins"' in page
    assert "needs attention" in page
    assert "needs attention" not in bell(money.page("/admin/account"))
    assert bell(clerk.page("/admin/account")) == ""

    make_order(paid=True)
    with shop.database.write() as session:
        attempt = session.scalar(sa.select(PaymentAttempt.id))
        session.add(
            Suspense(id=new_id(), attempt_id=attempt, kind="wrong_amount", amount_fen=100, at=now())
        )
    page = bell(money.page("/admin/account"))
    assert 'href="/admin/suspense"' in page
    assert "needs attention" in page
    page = bell(open_admin().page("/admin/account"))
    assert 'href="/admin/plugins"' in page
    assert 'href="/admin/suspense"' in page
    assert "events" not in page


def test_the_page_without_figures_names_the_missing_right_as_roles_do(with_rights, open_admin):
    words = with_rights("product.view").page("/admin/?lang=zh")
    label = "查看工作台"

    assert f"“{label}”" in words
    assert label in open_admin().page("/admin/roles")
