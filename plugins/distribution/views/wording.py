"""What measures, goals and grades are called on the phone and in admin."""

from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.i18n import ngettext
from core.api.money import format_yuan
from plugins.distribution.rules import Joining, Measure
from plugins.distribution.rules.grading import IN_HEADS
from plugins.distribution.services.grades import GradeChange
from plugins.distribution.services.joining import Goal

MEASURE_LABELS = {
    Measure.OWN_SALES: _l("What you buy yourself"),
    Measure.DIRECT_SALES: _l("Sales to people you brought"),
    Measure.TEAM_SALES: _l("Sales to your whole team"),
    Measure.DIRECT_HEADS: _l("People you brought"),
    Measure.TEAM_HEADS: _l("People in your whole team"),
    Measure.EARNED: _l("Commission that is settled"),
}
"""As distributors read them."""

STAFF_MEASURES = {
    Measure.OWN_SALES: _l("Own purchases"),
    Measure.DIRECT_SALES: _l("Sales to people they brought"),
    Measure.TEAM_SALES: _l("Sales to the whole team"),
    Measure.DIRECT_HEADS: _l("People they brought"),
    Measure.TEAM_HEADS: _l("People in the whole team"),
    Measure.EARNED: _l("Settled commission"),
}
"""As staff reads them."""


def amount(measure: Measure, number: int) -> str:
    """A measured number with its unit: ``¥1,200.00``, ``3 people``."""
    if measure in IN_HEADS:
        return str(ngettext("%(num)s person", "%(num)s people", number))
    return _yuan(number)


def wanted(goal: Goal) -> str:
    """What a member must reach to join, in words."""
    if goal.joining == Joining.SPEND:
        return str(_("Spend %(amount)s in this store", amount=_yuan(goal.wanted)))
    if goal.joining == Joining.ORDERS:
        return str(ngettext("Have %(num)s order", "Have %(num)s orders", goal.wanted))
    return str(_("Buy one of these products"))


def to_go(goal: Goal) -> str:
    """What is missing, in words; empty once it is reached."""
    if goal.is_reached:
        return ""
    if goal.joining == Joining.SPEND:
        return str(_("%(amount)s to go", amount=_yuan(goal.missing)))
    if goal.joining == Joining.ORDERS:
        return str(ngettext("%(num)s order to go", "%(num)s orders to go", goal.missing))
    return str(_("not bought yet"))


def grade_change(change: GradeChange) -> str:
    """What happened to a grade: ``Silver → Gold, locked``, ``Locked at Gold``."""
    if not change.is_move:
        return _lock(change)
    step = f"{change.old or _('no grade')} → {change.new or _('no grade')}"
    if change.is_locked is None:
        return step
    if change.is_locked:
        return str(_("%(change)s, locked", change=step))
    return str(_("%(change)s, lock taken off", change=step))


def _lock(change: GradeChange) -> str:
    if not change.is_locked:
        return str(_("Lock taken off"))
    if not change.new:
        return str(_("Locked without a grade"))
    return str(_("Locked at %(grade)s", grade=change.new))


def _yuan(fen: int) -> str:
    whole, _point, cents = format_yuan(fen).partition(".")
    text = f"{int(whole):,}"
    return f"¥{text}" if cents in {"", "00"} else f"¥{text}.{cents}"
