"""Pages of the merchant's face under ``/admin/x/distribution``."""

from core.api.contributions import AdminPage
from plugins.distribution.admin import (
    applications,
    commissions,
    distributor,
    distributors,
    fraud,
    grades,
    overview,
)
from plugins.distribution.admin.plan_routes import PLAN_PAGES
from plugins.distribution.admin.statements import STATEMENT_PAGES
from plugins.distribution.admin.tree import TREE_PAGES

_ROOT = "/admin/x/distribution"
_VIEW, _PEOPLE = "distribution.view", "distribution.distributor"
_PLAN = "distribution.plan"
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
    *STATEMENT_PAGES,
    *TREE_PAGES,
    AdminPage("distribution.distributors", f"{_ROOT}/distributors", distributors.show, _VIEW),
    AdminPage(
        "distribution.designate", f"{_ROOT}/distributors", distributors.designate, _PEOPLE, _POST
    ),
    AdminPage(
        "distribution.distributor",
        f"{_ROOT}/distributors/<member_id>",
        distributor.show,
        _VIEW,
    ),
    AdminPage(
        "distribution.give_grade",
        f"{_ROOT}/distributors/<member_id>/grade",
        distributor.give,
        _PEOPLE,
        _POST,
    ),
    AdminPage("distribution.applications", f"{_ROOT}/applications", applications.show, _VIEW),
    AdminPage("distribution.judge", f"{_ROOT}/applications", applications.judge, _PEOPLE, _POST),
    AdminPage(
        "distribution.applications_csv",
        f"{_ROOT}/applications/export.csv",
        applications.download,
        _PEOPLE,
        _POST,
    ),
    AdminPage("distribution.grades", f"{_ROOT}/grades", grades.show, _VIEW),
    AdminPage("distribution.grade_form", f"{_ROOT}/grades/<grade_id>", grades.edit, _PLAN),
    AdminPage("distribution.grade_save", f"{_ROOT}/grades/<grade_id>", grades.save, _PLAN, _POST),
    AdminPage(
        "distribution.grade_remove",
        f"{_ROOT}/grades/<grade_id>/remove",
        grades.remove,
        _PLAN,
        _POST,
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
        "distribution.commissions_csv",
        f"{_ROOT}/commissions.csv",
        commissions.download,
        _VIEW,
        _POST,
    ),
)
