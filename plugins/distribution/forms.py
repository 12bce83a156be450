"""Forms of the merchant's pages."""

from dataclasses import replace
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from core.api.forms import AdminForm, NotBelow, PercentField, at_most, options, required
from core.api.i18n import lazy_gettext as _l
from core.api.money import BPS
from plugins.distribution.rules import MAX_DEPTH, Joining, Programme, Rate, RateKind

JOINING_LABELS = {
    Joining.EVERYONE: _l("Every member, without asking"),
    Joining.OPEN: _l("Whoever joins, at once"),
    Joining.APPLICATION: _l("By application, reviewed by staff"),
    Joining.DESIGNATED: _l("Only those whom staff names"),
    Joining.SPEND: _l("Whoever has spent enough"),
    Joining.ORDERS: _l("Whoever has ordered often enough"),
    Joining.PURCHASE: _l("Whoever has bought one of some products"),
}


class PlanForm(AdminForm):
    """The next version of the commission plan; rates beyond its depth are left aside."""

    depth = RadioField(
        _l("Levels that are paid"),
        choices=options((str(level), str(level)) for level in range(1, MAX_DEPTH + 1)),
        coerce=int,
    )
    rate1 = PercentField(
        _l("Level 1"), [NotBelow(0, BPS)], description=_l("who shared the link themselves")
    )
    rate2 = PercentField(
        _l("Level 2"), [Optional(), NotBelow(0, BPS)], description=_l("who brought the sharer")
    )
    rate3 = PercentField(
        _l("Level 3"), [Optional(), NotBelow(0, BPS)], description=_l("who brought that one")
    )
    pool = PercentField(
        _l("All levels together at most"),
        [NotBelow(1, BPS)],
        description=_l("Of what was paid for a line. Higher rates are cut in proportion."),
    )
    joining = RadioField(
        _l("Who becomes a distributor"),
        choices=options((str(key), label) for key, label in JOINING_LABELS.items()),
    )
    acknowledged = BooleanField(_l("I have read the legal notice and answer for three levels"))
    seen_version = IntegerField(validators=[Optional()], widget=HiddenInput())

    @classmethod
    def of(cls, programme: Programme) -> "PlanForm":
        """The form filled with the programme in force."""
        plan, depth = programme.default_plan, programme.depth
        rates: list[Any] = [*plan.rate.levels[:depth], None, None][:MAX_DEPTH]
        values = dict(zip(("rate1", "rate2", "rate3"), rates, strict=True))
        return cls(
            data={
                "depth": depth,
                "pool": plan.pool_bps,
                "joining": str(programme.joining),
                "seen_version": programme.version,
                **values,
            }
        )

    def programme(self, before: Programme) -> Programme:
        """What was typed, upon what is in force; an empty rate counts as 0."""
        first, second, third = (field.data or 0 for field in (self.rate1, self.rate2, self.rate3))
        levels = (first, second if self.depth.data > 1 else 0, third if self.depth.data > 2 else 0)
        plan = replace(
            before.default_plan,
            rate=Rate(RateKind.BPS, levels, before.default_plan.rate.by_grade),
            pool_bps=self.pool.data or 0,
        )
        return replace(
            before,
            depth=self.depth.data,
            joining=Joining(self.joining.data),
            plans=(plan, *before.plans[1:]),
        )


class ReasonForm(AdminForm):
    """Why somebody is refused or frozen; they will read it."""

    reason = StringField(_l("Reason, shown to the distributor"), [required(), at_most(200)])


class DesignateForm(AdminForm):
    """Whom to make a distributor."""

    phone = StringField(_l("Phone of the member"), [required(), at_most(20)])
