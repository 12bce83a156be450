"""Registers one of everything; every function of it raises when it is called."""

from typing import Any, NoReturn

from wtforms import IntegerField

from core.api import hooks
from core.api.contributions import (
    AdminPage,
    Block,
    Command,
    DashboardCard,
    Gateway,
    Job,
    MemberBulkAction,
    MemberListColumn,
    MemberPanel,
    MessageChannel,
    OrderBulkAction,
    OrderListColumn,
    OrderPanel,
    OrderTimeline,
    PayoutChannel,
    Permission,
    PriceRule,
    ProductBulkAction,
    ProductListColumn,
    ProductPanel,
    Promoters,
    SearchProvider,
    SettingsSchema,
    StorePage,
)
from core.api.hooks import hookimpl
from core.api.pricing import Stage
from core.api.regions import Region

NAME = "raises_everywhere"


def boom(*_arguments: Any, **_named: Any) -> NoReturn:
    raise RuntimeError("boom")


def leave(*_arguments: Any, **_named: Any) -> NoReturn:
    raise SystemExit("boom")


class RaisesEverywhere:
    """Every ``check_*`` and every fact is taken, and fails; see ``_take`` below."""

    @hookimpl
    def register_price_rules(self):
        return [
            PriceRule(f"{NAME}.load", Stage.PROMOTION, boom, load=boom),
            PriceRule(f"{NAME}.apply", Stage.COUPON, boom),
        ]

    @hookimpl
    def register_blocks(self):
        return [
            Block(f"{NAME}.{region.name.lower()}", region, "fails.html", boom) for region in Region
        ]

    @hookimpl
    def register_store_pages(self):
        return [StorePage(f"{NAME}.page", f"/x/{NAME}", leave, "guest", menu_label="Boom")]

    @hookimpl
    def register_admin_pages(self):
        return [AdminPage(f"{NAME}.admin", f"/admin/x/{NAME}", leave, f"{NAME}.see")]

    @hookimpl
    def register_dashboard_cards(self):
        return [DashboardCard(f"{NAME}.card", "Boom", boom)]

    @hookimpl
    def register_product_columns(self):
        return [ProductListColumn(f"{NAME}.product_column", "Boom", boom)]

    @hookimpl
    def register_product_panels(self):
        return [ProductPanel(f"{NAME}.product_panel", "Boom", "fails.html", boom)]

    @hookimpl
    def register_product_bulk_actions(self):
        return [ProductBulkAction(f"{NAME}.product_act", "Boom", boom, f"{NAME}.see")]

    @hookimpl
    def register_order_columns(self):
        return [OrderListColumn(f"{NAME}.order_column", "Boom", boom)]

    @hookimpl
    def register_order_panels(self):
        return [OrderPanel(f"{NAME}.order_panel", "Boom", "fails.html", boom)]

    @hookimpl
    def register_order_bulk_actions(self):
        return [OrderBulkAction(f"{NAME}.order_act", "Boom", boom, f"{NAME}.see")]

    @hookimpl
    def register_member_columns(self):
        return [MemberListColumn(f"{NAME}.member_column", "Boom", boom)]

    @hookimpl
    def register_member_panels(self):
        return [MemberPanel(f"{NAME}.member_panel", "Boom", "fails.html", boom)]

    @hookimpl
    def register_member_bulk_actions(self):
        return [MemberBulkAction(f"{NAME}.member_act", "Boom", boom, f"{NAME}.see")]

    @hookimpl
    def register_order_timelines(self):
        return [OrderTimeline(f"{NAME}.story", boom)]

    @hookimpl
    def register_search_providers(self):
        return [SearchProvider(f"{NAME}.search", "Boom", boom)]

    @hookimpl
    def register_jobs(self):
        return [Job(f"{NAME}.job", "Boom", leave, every_seconds=1)]

    @hookimpl
    def register_commands(self):
        return [Command("boom", "Raise", boom)]

    @hookimpl
    def register_permissions(self):
        return [Permission(f"{NAME}.see", "See it fail")]

    @hookimpl
    def register_settings(self):
        return SettingsSchema({"count": IntegerField("Count", default=1)}, check=boom)

    @hookimpl
    def register_order_freezes(self):
        return {NAME: boom}

    @hookimpl
    def register_gateways(self):
        return [Gateway(f"{NAME}.gateway", "Boom", boom)]

    @hookimpl
    def register_channels(self):
        return [MessageChannel(f"{NAME}.channel", "Boom", "push", boom)]

    @hookimpl
    def register_payout_channels(self):
        return [PayoutChannel(f"{NAME}.payouts", "Boom", boom)]

    @hookimpl
    def register_promoters(self):
        return [Promoters(f"{NAME}.promoters", "Boom", boom)]


def _take(specs: type, arguments: tuple[str, ...]) -> None:
    """Implement every hook of a kind, so that a new hook is covered without a line here."""
    for name in vars(specs):
        if not name.startswith("_"):
            names = ", ".join(("self", *arguments))
            scope: dict[str, Any] = {"boom": boom}
            exec(f"def {name}({names}): boom()", scope)  # noqa: S102
            setattr(RaisesEverywhere, name, hookimpl(scope[name]))


_take(hooks.FactHooks, ("session", "event"))
_take(hooks.CheckHooks, ("session",))

plugin = RaisesEverywhere()
