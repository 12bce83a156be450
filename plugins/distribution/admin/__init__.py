"""Pages of the merchant's face under ``/admin/x/distribution``."""

from core.api.contributions import AdminPage
from plugins.distribution.admin import commissions, distributors, fraud, overview
from plugins.distribution.admin.plan_routes import PLAN_PAGES

_ROOT = "/admin/x/distribution"
_VIEW, _PEOPLE = "distribution.view", "distribution.distributor"
_POST = ("POST",)

PAGES = (
    AdminPage(
        "distribution.overview",
        _ROOT,
        overview.show,
        _VIEW,
        menu_label="Distribution",
        menu_icon="sitemap",
    ),
    *PLAN_PAGES,
    AdminPage("distribution.distributors", f"{_ROOT}/distributors", distributors.show, _VIEW),
    AdminPage(
        "distribution.designate", f"{_ROOT}/distributors", distributors.designate, _PEOPLE, _POST
    ),
    AdminPage(
        "distribution.move",
        f"{_ROOT}/distributors/<member_id>/<target>",
        distributors.move,
        _PEOPLE,
        _POST,
    ),
    AdminPage("distribution.fraud", f"{_ROOT}/fraud", fraud.show, _VIEW),
    AdminPage("distribution.fraud_decide", f"{_ROOT}/fraud", fraud.decide, _PEOPLE, _POST),
    AdminPage("distribution.commissions", f"{_ROOT}/commissions", commissions.show, _VIEW),
    AdminPage(
        "distribution.commissions_csv", f"{_ROOT}/commissions.csv", commissions.download, _VIEW
    ),
)
