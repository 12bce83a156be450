"""The side bar: which pages there are, what may be seen of them, what waits behind them."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l

from core.kernel.values import dataclass
from core.web.access import has_permission


@dataclass(frozen=True)
class Entry:
    """A line of the side bar.

    Args:
        key: what a page gives as ``here`` to be marked.
        label: translated when shown.
        icon: of the house's set; empty for a line under another.
        url: where it leads.
        permission: who sees it; ``None``: everybody.
        counts: name of the figure beside it.
        is_hot: whether that figure asks for action.
        is_under: whether it stands indented.
    """

    key: str
    label: object
    icon: str
    url: str
    permission: str | None
    counts: str = ""
    is_hot: bool = False
    is_under: bool = False


MAIN = (
    Entry("dashboard", _l("Overview"), "layout-dashboard", "/admin/", None),
    Entry("orders", _l("Orders"), "receipt", "/admin/orders", "order.view", "to_ship", is_hot=True),
    Entry(
        "after_sales",
        _l("After-sales"),
        "",
        "/admin/after-sales",
        "aftersale.view",
        "after_sales",
        is_hot=True,
        is_under=True,
    ),
    Entry("products", _l("Products"), "package", "/admin/products", "product.view"),
    Entry("categories", _l("Categories"), "", "/admin/categories", "product.view", is_under=True),
    Entry("stock", _l("Stock"), "", "/admin/stock", "product.view", is_under=True),
    Entry("imports", _l("Import"), "", "/admin/imports", "product.import", is_under=True),
    Entry("members", _l("Members"), "users", "/admin/members", "member.view"),
    Entry(
        "payouts", _l("Payouts"), "wallet", "/admin/payouts", "payout.view", "payouts", is_hot=True
    ),
)

FOOT = (
    Entry("plugins", _l("Plugins"), "puzzle", "/admin/plugins", "plugin.view", "plugin_trouble"),
    Entry("system", _l("Operations"), "activity", "/admin/jobs", "job.view", "parked"),
    Entry("staff", _l("Staff and audit"), "shield-check", "/admin/staff", "staff.view"),
    Entry("settings", _l("Settings"), "settings", "/admin/settings", "setting.view"),
    Entry("themes", _l("Look"), "", "/admin/themes", "theme.edit", is_under=True),
)

ATTENTION = (
    Entry(
        "plugins",
        _l("A plugin is held off"),
        "puzzle",
        "/admin/plugins",
        "plugin.view",
        "plugin_trouble",
    ),
    Entry(
        "suspense", _l("Money in suspense"), "wallet", "/admin/suspense", "payment.view", "suspense"
    ),
    Entry("events", _l("Parked events"), "activity", "/admin/events", "job.view", "parked"),
)
"""What the bell stands for: each with the page where it is mended."""


@dataclass(frozen=True)
class Line:
    """An entry as one page shows it."""

    entry: Entry
    count: int
    is_current: bool


def visible(
    entries: Iterable[Entry], permissions: frozenset[str], counts: Mapping[str, int], here: str
) -> list[Line]:
    """The entries that these permissions may see, with their figures."""
    return [
        Line(entry, counts.get(entry.counts, 0), entry.key == here)
        for entry in entries
        if entry.permission is None or has_permission(permissions, entry.permission)
    ]
