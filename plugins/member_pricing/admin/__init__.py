"""Pages of the merchant's face under ``/admin/x/member_pricing``."""

from core.api.contributions import AdminPage
from plugins.member_pricing.admin import bulk, history, one, paste, prices, report

_ROOT = "/admin/x/member_pricing"
_VIEW, _EDIT = "member_pricing.view", "member_pricing.edit"
_POST = ("POST",)
_PRODUCT = f"{_ROOT}/products/<product_id>"
_PRICE = f"{_PRODUCT}/<target_id>/<audience>"

PAGES = (
    AdminPage(
        "member_pricing.prices",
        _ROOT,
        prices.show,
        _VIEW,
        menu_label="Member prices",
        menu_icon="crown",
    ),
    AdminPage("member_pricing.save", _ROOT, prices.save, _EDIT, _POST),
    AdminPage("member_pricing.one", _PRODUCT, prices.one, _VIEW),
    AdminPage("member_pricing.save_one", _PRODUCT, prices.save_one, _EDIT, _POST),
    AdminPage("member_pricing.price", _PRICE, one.show, _EDIT),
    AdminPage("member_pricing.price_save", _PRICE, one.save, _EDIT, _POST),
    AdminPage("member_pricing.bulk", f"{_ROOT}/many", bulk.show, _EDIT),
    AdminPage("member_pricing.bulk_change", f"{_ROOT}/many", bulk.change, _EDIT, _POST),
    AdminPage("member_pricing.lines", f"{_ROOT}/lines", paste.show, _EDIT),
    AdminPage("member_pricing.lines_take", f"{_ROOT}/lines", paste.take, _EDIT, _POST),
    AdminPage("member_pricing.export", f"{_ROOT}/export.csv", paste.download, _VIEW, _POST),
    AdminPage("member_pricing.report", f"{_ROOT}/report", report.show, _VIEW),
    AdminPage("member_pricing.report_csv", f"{_ROOT}/report.csv", report.download, _VIEW, _POST),
    AdminPage("member_pricing.history", f"{_ROOT}/history", history.show, _VIEW),
    AdminPage("member_pricing.act", f"{_ROOT}/history/<act_id>", history.one, _VIEW),
    AdminPage("member_pricing.undo", f"{_ROOT}/history/<act_id>/undo", history.undo, _EDIT, _POST),
)
