"""Words for programmes and for what changes between two of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.money import format_yuan
from core.api.values import dataclass
from plugins.distribution.forms import JOINING_LABELS
from plugins.distribution.rules import (
    Base,
    Campaign,
    Grade,
    Plan,
    Programme,
    Rate,
    RateKind,
    Rule,
    Scope,
    SelfPurchase,
    Treatment,
)
from plugins.distribution.rules.comparing import Change, changes
from plugins.distribution.rules.editing import Key
from plugins.distribution.services.naming import Thing

BASE_LABELS = {
    Base.PAID: _l("What was paid for the line"),
    Base.PROFIT: _l("What was paid less the cost"),
}
CAMPAIGN_LABELS = {
    Campaign.SAME: _l("As all others"),
    Campaign.OWN: _l("At rates of their own"),
    Campaign.EXCLUDED: _l("No commission"),
}
SCOPE_LABELS = {
    Scope.SKU: _l("SKU"),
    Scope.PRODUCT: _l("Product"),
    Scope.CATEGORY: _l("Category"),
    Scope.PLAN: _l("Plan"),
    Scope.CAMPAIGN: _l("Campaign"),
}
TREATMENT_LABELS = {
    Treatment.PLAN: _l("The plan’s rate"),
    Treatment.OWN: _l("Rates of its own"),
    Treatment.NONE: _l("No commission"),
}
SELF_LABELS = {
    SelfPurchase.OFF: _l("Without commission"),
    SelfPurchase.SHIFT: _l("Level 1 themselves"),
    SelfPurchase.EXTRA: _l("Level 1 besides"),
    SelfPurchase.SAVING: _l("Saved at once"),
}
SELF_SENTENCES = {
    SelfPurchase.OFF: _l("Their own orders earn them nothing; their uplines earn as on any order."),
    SelfPurchase.SHIFT: _l(
        "They take level 1 of their own order and their uplines move down one level."
    ),
    SelfPurchase.EXTRA: _l(
        "They earn level 1 of their own order as a further line; their uplines keep their levels."
    ),
    SelfPurchase.SAVING: _l(
        "Level 1 comes off the price at once; their uplines earn on what is then paid."
    ),
}
FIELD_LABELS = {
    "depth": _l("Levels that are paid"),
    "joining": _l("Who becomes a distributor"),
    "joining_spend_fen": _l("Spent at least"),
    "joining_orders": _l("Orders at least"),
    "joining_products": _l("Any of these products"),
    "self_purchase": _l("Distributors’ own orders"),
    "is_compressed": _l("Close gaps in the chain"),
    "is_downgrading": _l("Take grades away again"),
    "grades": _l("Grades"),
    "name": _l("Name"),
    "rate": _l("Rates"),
    "pool_bps": _l("All levels together at most"),
    "base": _l("Rates are of"),
    "campaign": _l("Lines of a promotion"),
    "campaign_rate": _l("Rates in a promotion"),
    "plan": _l("Plan"),
}


def plan_name(plan: Plan) -> str:
    """What a plan is called; the first needs no name of its own."""
    return plan.name or _("Default plan")


def number_text(kind: RateKind, number: int) -> str:
    """A rate, such as ``10%`` or ``¥5.00``."""
    text = format_yuan(number)
    return f"¥{text}" if kind == RateKind.FIXED else text.rstrip("0").rstrip(".") + "%"


def levels_text(kind: RateKind, levels: Sequence[int], depth: int) -> str:
    """Rates of the levels that are paid, such as ``10% / 5%``."""
    text = " / ".join(number_text(kind, number) for number in levels[:depth])
    return str(_("%(rates)s a piece", rates=text)) if kind == RateKind.FIXED else text


def rate_text(rate: Rate | None, depth: int, grades: Sequence[Grade] = ()) -> str:
    """A rate with those of grades."""
    if rate is None:
        return "–"
    parts = [levels_text(rate.kind, rate.levels, depth)]
    names = {grade.id: grade.name for grade in grades}
    parts += [
        f"{names.get(key, '?')} {levels_text(rate.kind, levels, depth)}"
        for key, levels in rate.by_grade.items()
    ]
    return "; ".join(parts)


def rule_text(rule: Rule | None, depth: int, grades: Sequence[Grade]) -> str:
    """What a rule does with what it names."""
    if rule is None:
        return ""
    if rule.treatment == Treatment.OWN:
        return rate_text(rule.rate, depth, grades)
    return str(TREATMENT_LABELS[rule.treatment])


@dataclass(frozen=True)
class ChangeRow:
    """A change in words: what, before, after, and a remark."""

    what: str
    before: str
    after: str
    remark: str = ""


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of one plan, or of the programme itself. ``more``: rows that are not listed."""

    title: str
    rows: tuple[ChangeRow, ...]
    more: int = 0


MOST_ROWS = 60


def change_groups(
    before: Programme, after: Programme, things: Mapping[Key, Thing]
) -> list[ChangeGroup]:
    """All that differs, in words, grouped by plan."""
    groups: dict[UUID | None, tuple[str, list[ChangeRow]]] = {}
    for change in changes(before, after):
        key = change.plan.id if change.plan else None
        title = plan_name(change.plan) if change.plan else _("Programme")
        groups.setdefault(key, (title, []))[1].append(_row(change, before, after, things))
    return [
        ChangeGroup(title, tuple(rows[:MOST_ROWS]), max(0, len(rows) - MOST_ROWS))
        for title, rows in groups.values()
    ]


def changed_keys(before: Programme, after: Programme) -> list[Key]:
    """Things whose names a list of changes shows."""
    keys: list[Key] = []
    for change in changes(before, after):
        if change.field == "rule":
            rule = change.after or change.before
            keys.append((rule.scope, rule.target_id))
        elif change.field == "joining_products":
            keys += [(Scope.PRODUCT, each) for each in {*change.before, *change.after}]
    return keys


def _row(
    change: Change, before: Programme, after: Programme, things: Mapping[Key, Thing]
) -> ChangeRow:
    if change.field == "plan":
        if change.after is None:
            return ChangeRow(
                _("Plan"),
                plan_summary(change.before, before),
                _("removed"),
                _("What belonged to it falls to the default plan."),
            )
        return ChangeRow(_("Plan"), "", plan_summary(change.after, after), _("new"))
    if change.field == "rule":
        rule = change.after or change.before
        thing = things.get((rule.scope, rule.target_id))
        name = f"{thing.title} {thing.detail}".strip() if thing else _("no longer there")
        remark = (
            _("moved from “%(plan)s”", plan=plan_name(change.came_from)) if change.came_from else ""
        )
        return ChangeRow(
            f"{SCOPE_LABELS[rule.scope]} · {name}",
            rule_text(change.before, before.depth, before.grades),
            rule_text(change.after, after.depth, after.grades)
            or _("no longer belongs to this plan"),
            remark,
        )
    was = value_text(change.field, change.before, before, things)
    will_be = value_text(change.field, change.after, after, things)
    remark = _("what they ask for differs") if was == will_be else ""
    return ChangeRow(str(FIELD_LABELS[change.field]), was, will_be, remark)


def plan_summary(plan: Plan, programme: Programme) -> str:
    """A plan in one line."""
    rates = rate_text(plan.rate, programme.depth, programme.grades)
    pool = number_text(RateKind.BPS, plan.pool_bps)
    return str(_("%(rates)s, at most %(pool)s", rates=rates, pool=pool))


def value_text(name: str, value: Any, programme: Programme, things: Mapping[Key, Thing]) -> str:
    """A field's value in words."""
    if name == "pool_bps":
        return number_text(RateKind.BPS, value)
    if name == "joining_spend_fen":
        return f"¥{format_yuan(value)}"
    if name in {"is_compressed", "is_downgrading"}:
        return str(_("switched on") if value else _("switched off"))
    if name in {"rate", "campaign_rate"}:
        return rate_text(value, programme.depth, programme.grades)
    if name == "grades":
        return ", ".join(grade.name for grade in sorted(value, key=lambda grade: grade.rank)) or "–"
    if name == "joining_products":
        named = (things.get((Scope.PRODUCT, each)) for each in value)
        return ", ".join(thing.title if thing else _("no longer there") for thing in named) or "–"
    labels: Mapping[str, Mapping[Any, Any]] = {
        "joining": JOINING_LABELS,
        "self_purchase": SELF_LABELS,
        "base": BASE_LABELS,
        "campaign": CAMPAIGN_LABELS,
    }
    return str(labels[name][value]) if name in labels else str(value)
