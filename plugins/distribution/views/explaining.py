"""Why a commission is what it is, in words: the same for the distributor and for staff."""

from collections.abc import Sequence

from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.i18n import ngettext
from core.api.money import format_yuan
from plugins.distribution.rules import Base, Scope
from plugins.distribution.services.explaining import Explanation
from plugins.distribution.services.reports import CommissionView

SCOPE_LABELS = {
    Scope.SKU: _l("Rule for this SKU"),
    Scope.PRODUCT: _l("Rule for this product"),
    Scope.CATEGORY: _l("Rule for its category"),
    Scope.PLAN: _l("Rate of the whole plan"),
    Scope.CAMPAIGN: _l("Rate for lines of a promotion"),
}
"""Where a rate was found."""


def why(commission: CommissionView, explanation: Explanation) -> Sequence[tuple[str, str]]:
    """Label and value of everything that made the amount, in the order in which it was worked out.

    The order line, its state and what refunds took back are shown beside it by the pages.
    """
    pairs = [(str(_("Paid for the line")), _yuan(commission.line_paid_fen))]
    if explanation.base == Base.PROFIT:
        pairs.append((str(_("Profit of the line")), _yuan(commission.base_fen)))
    pairs += [
        (str(_("Rate")), rate_words(commission)),
        (str(_("Found by")), str(SCOPE_LABELS[explanation.scope])),
        (str(_("Plan")), plan_words(explanation)),
        (str(_("Level")), level_words(explanation.level)),
        (str(_("Grade")), explanation.grade_name or str(_("none"))),
        (str(_("Commission")), _yuan(commission.amount_fen)),
    ]
    return pairs


def rate_words(commission: CommissionView) -> str:
    """``10% of ¥268.00`` or ``¥5.00 × 2 pieces``, and whether the plan's limit cut it."""
    if commission.is_fixed:
        words = ngettext(
            "%(amount)s × %(num)s piece",
            "%(amount)s × %(num)s pieces",
            commission.quantity,
            amount=_yuan(commission.rate_bps),
        )
    else:
        words = _(
            "%(rate)s of %(base)s",
            rate=_percent(commission.rate_bps),
            base=_yuan(commission.base_fen),
        )
    return str(_("%(rate)s, cut to the plan’s limit", rate=words) if commission.is_cut else words)


def plan_words(explanation: Explanation) -> str:
    """The plan's name and the version of the programme, such as ``Tea, programme version 4``."""
    name = explanation.plan_name or str(_("Default plan"))
    if not explanation.version:
        return str(_("the store’s first plan"))
    return str(_("%(plan)s, programme version %(version)s", plan=name, version=explanation.version))


def level_words(level: int) -> str:
    """``level 2``, or that it is for a purchase of one's own."""
    return str(_("level %(level)s", level=level) if level else _("purchase of your own"))


def _yuan(fen: int) -> str:
    return f"¥{format_yuan(fen)}"


def _percent(bps: int) -> str:
    return f"{bps // 100}.{bps % 100:02d}".rstrip("0").rstrip(".") + "%"
