"""Words for tasks, lines of the growth log, benefits and why a tier changed."""

from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.money import format_yuan
from plugins.membership.rules.benefits import BenefitKind, BenefitView, Cell, Effect
from plugins.membership.rules.programme import Task

TASK_LABELS = {
    Task.REGISTER: _l("Join the shop"),
    Task.PROFILE: _l("Tell us your name and birthday"),
    Task.ADDRESS: _l("Save your first address"),
    Task.PHONE: _l("Add your phone number"),
    Task.FIRST_ORDER: _l("Receive your first order"),
    Task.CHECK_IN: _l("Check in today"),
    Task.SHARE: _l("Have friends open what you share"),
}
TASK_LINKS = {
    Task.PROFILE: "/me/settings",
    Task.ADDRESS: "/me/addresses",
    Task.PHONE: "/me/settings",
    Task.FIRST_ORDER: "/",
    Task.SHARE: "/",
}
TASK_ICONS = {
    Task.REGISTER: "user-circle",
    Task.PROFILE: "id",
    Task.ADDRESS: "map-pin",
    Task.PHONE: "phone",
    Task.FIRST_ORDER: "shopping-bag",
    Task.CHECK_IN: "calendar",
    Task.SHARE: "share-2",
}
KIND_LABELS = {
    "order": _l("Order"),
    "refund": _l("Refund"),
    "task": _l("Task"),
    "adjustment": _l("Changed by the store"),
    "expiry": _l("Growth that expired"),
}
REASON_LABELS = {
    "growth": _l("Growth value reached it"),
    "refund": _l("A refund took growth back"),
    "adjustment": _l("The store changed the growth value"),
    "review": _l("Review at the end of validity"),
    "ladder": _l("The tiers were changed"),
    "staff": _l("Set by the store"),
}
BENEFIT_KINDS = {
    BenefitKind.SERVICE: _l("Service"),
    BenefitKind.OFFER: _l("Offer"),
    BenefitKind.ACTIVITY: _l("Activity"),
    BenefitKind.GOODS: _l("Goods and trials"),
    BenefitKind.ALLIANCE: _l("Partners"),
}


def benefit_words(benefit: BenefitView, cell: Cell, locale: str) -> str:
    """How much of a benefit a tier has, in a few words; empty where there is nothing to add."""
    note = cell.note_in(locale)
    if note:
        return note
    if cell.value is None:
        return ""
    if benefit.effect == Effect.GROWTH_MULTIPLIER:
        return str(_("%(times)s× growth", times=times(cell.value)))
    if benefit.effect == Effect.FREE_FREIGHT and cell.value:
        return str(_("from %(amount)s", amount="¥" + format_yuan(cell.value).removesuffix(".00")))
    return str(_("always")) if benefit.effect == Effect.FREE_FREIGHT else ""


def times(bps: int) -> str:
    """A multiplier without needless zeros: 12000 → ``1.2``."""
    return format_yuan(bps // 100).rstrip("0").rstrip(".")
