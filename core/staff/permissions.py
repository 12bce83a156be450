"""What staff may be allowed to do in the trunk; plugins add theirs, and what roles start with."""

from collections.abc import Container

from core.kernel.values import dataclass

ALL = "*"


@dataclass(frozen=True)
class CorePermission:
    """A right that roles can hold.

    Args:
        key: ``thing.verb``; routes ask for it as ``staff:thing.verb``.
        label: catalogue entry shown beside the tick box.
        group: catalogue entry of the heading it stands under.
    """

    key: str
    label: str
    group: str


CORE_PERMISSIONS: tuple[CorePermission, ...] = (
    CorePermission("dashboard.view", "See the dashboard", "Overview"),
    CorePermission("product.view", "See products", "Products"),
    CorePermission("product.edit", "Edit products and categories", "Products"),
    CorePermission("product.import", "Import and export products", "Products"),
    CorePermission("stock.adjust", "Adjust stock", "Products"),
    CorePermission("order.view", "See orders", "Orders"),
    CorePermission("order.edit", "Note, cancel and re-address orders", "Orders"),
    CorePermission("order.ship", "Ship orders", "Orders"),
    CorePermission("order.export", "Export orders", "Orders"),
    CorePermission("aftersale.view", "See after-sale requests", "Orders"),
    CorePermission("aftersale.decide", "Decide after-sale requests", "Orders"),
    CorePermission("payment.view", "See payments and refunds", "Money"),
    CorePermission("payment.confirm", "Confirm payments and retry refunds", "Money"),
    CorePermission("payout.view", "See payouts", "Money"),
    CorePermission("payout.review", "Approve and reject payouts", "Money"),
    CorePermission("ledger.view", "See the ledger", "Money"),
    CorePermission("member.view", "See members", "Members"),
    CorePermission("member.edit", "Edit and block members", "Members"),
    CorePermission("member.export", "Export members", "Members"),
    CorePermission("member.erase", "Erase members", "Members"),
    CorePermission("referral.view", "See shares and referrals", "Members"),
    CorePermission("referral.transfer", "Transfer and lock referrals", "Members"),
    CorePermission("message.view", "See the message log", "Members"),
    CorePermission("theme.edit", "Edit the look and the pages", "Store"),
    CorePermission("plugin.view", "See plugins", "Store"),
    CorePermission("plugin.manage", "Switch and set plugins", "Store"),
    CorePermission("setting.view", "See settings", "Store"),
    CorePermission("setting.edit", "Change settings", "Store"),
    CorePermission("staff.view", "See staff and roles", "Store"),
    CorePermission("staff.manage", "Manage staff and roles", "Store"),
    CorePermission("audit.view", "Read the audit log", "Store"),
    CorePermission("job.view", "See jobs and parked events", "Store"),
    CorePermission("job.manage", "Run jobs and replay events", "Store"),
)


@dataclass(frozen=True)
class BuiltinRole:
    """A role every store has. Its name is a catalogue entry; owners cannot be narrowed."""

    key: str
    name: str
    permissions: tuple[str, ...]


OWNER = "owner"

BUILTIN_ROLES: tuple[BuiltinRole, ...] = (
    BuiltinRole(OWNER, "Owner", (ALL,)),
    BuiltinRole(
        "manager",
        "Manager",
        tuple(p.key for p in CORE_PERMISSIONS if p.key not in {"staff.manage", "member.erase"}),
    ),
    BuiltinRole(
        "clerk",
        "Clerk",
        (
            "dashboard.view",
            "product.view",
            "product.edit",
            "stock.adjust",
            "order.view",
            "order.edit",
            "order.ship",
            "aftersale.view",
            "member.view",
            "referral.view",
            "message.view",
        ),
    ),
    BuiltinRole(
        "finance",
        "Finance",
        (
            "dashboard.view",
            "order.view",
            "order.export",
            "aftersale.view",
            "aftersale.decide",
            "payment.view",
            "payment.confirm",
            "payout.view",
            "payout.review",
            "ledger.view",
            "member.view",
            "referral.view",
            "audit.view",
        ),
    ),
)


def has_permission(held: Container[str], key: str) -> bool:
    """Whether somebody who holds these rights has the right ``key``.

    ``*`` holds all, and only the owner's role has it; every other right is held by its whole name.
    """
    return ALL in held or key in held
