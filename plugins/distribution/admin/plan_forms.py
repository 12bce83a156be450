"""Forms of the plan editor and of the programme's settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import ValidationError

from core.api.errors import ShopError
from core.api.forms import (
    AdminForm,
    NotBelow,
    PercentField,
    YuanField,
    at_most,
    options,
    required,
    whole_number,
)
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.money import BPS
from core.api.web import translate_error
from plugins.distribution.admin.plan_rates import RateGrid
from plugins.distribution.admin.plan_wording import (
    BASE_LABELS,
    CAMPAIGN_LABELS,
    SELF_LABELS,
    plan_name,
)
from plugins.distribution.forms import JOINING_LABELS
from plugins.distribution.rules import (
    MAX_DEPTH,
    Base,
    Campaign,
    Joining,
    Plan,
    Programme,
    SelfPurchase,
)
from plugins.distribution.rules.checking import NAME_LIMIT


class PlanFields(AdminForm):
    """What a plan has besides its matrices."""

    name = StringField(_l("Name of the plan"), [at_most(NAME_LIMIT)])
    pool = PercentField(
        _l("All levels together at most"),
        [NotBelow(1, BPS)],
        description=_l("Of what the rates are of. Higher rates are cut in proportion."),
    )
    base = RadioField(
        _l("Rates are of"),
        choices=options((str(key), label) for key, label in BASE_LABELS.items()),
    )
    campaign = RadioField(
        _l("Lines of a promotion"),
        choices=options((str(key), label) for key, label in CAMPAIGN_LABELS.items()),
    )


@dataclass
class PlanForm:
    """A plan as it stands in its fields: those above and two matrices."""

    fields: PlanFields
    rate: RateGrid
    campaign_rate: RateGrid

    @classmethod
    def of(cls, plan: Plan) -> "PlanForm":
        """Filled with a plan."""
        fields = PlanFields(
            data={
                "name": plan.name,
                "pool": plan.pool_bps,
                "base": str(plan.base),
                "campaign": str(plan.campaign),
            }
        )
        return cls(
            fields, RateGrid.of("rate", plan.rate), RateGrid.of("campaign", plan.campaign_rate)
        )

    @classmethod
    def typed(cls, form: Any, plan: Plan, programme: Programme) -> "PlanForm":
        """As it was sent; what is not on the page stays as it is in ``plan``."""
        grades = programme.grades
        return cls(
            PlanFields(form),
            RateGrid.typed("rate", form, grades, plan.rate),
            RateGrid.typed("campaign", form, grades, plan.campaign_rate),
        )

    def plan(self, before: Plan, programme: Programme) -> Plan | None:
        """The plan that was typed, upon what it was; ``None`` with errors at their fields."""
        fields = self.fields
        is_valid = fields.validate()
        if before is not programme.default_plan and not fields.name.data:
            fields.name.errors = [_("This field is required.")]
            is_valid = False
        others = {plan_name(plan) for plan in programme.plans if plan.id != before.id}
        if fields.name.data in others:
            fields.name.errors = [_("Another plan has this name.")]
            is_valid = False
        rate = self.rate.rate(programme.grades)
        own = fields.campaign.data == Campaign.OWN
        campaign_rate = self.campaign_rate.rate(programme.grades) if own else before.campaign_rate
        if own and self.campaign_rate.is_empty:
            self.campaign_rate.refuse(1, _("Give the rates that lines of a campaign have."))
            campaign_rate = None
        if not is_valid or rate is None or (own and campaign_rate is None):
            return None
        return replace(
            before,
            name=fields.name.data or "",
            rate=rate,
            pool_bps=fields.pool.data,
            base=Base(fields.base.data),
            campaign=Campaign(fields.campaign.data),
            campaign_rate=campaign_rate,
        )

    def refuse(self, error: ShopError) -> list[str]:
        """Put what the check of the whole programme found at its field of this plan."""
        field = str(error.params.get("field", "")).rpartition(".")[2]
        if field.startswith("rate") and field[4:].isdigit():
            self.rate.refuse(int(field[4:]), translate_error(error))
            return []
        known = getattr(self.fields, field, None) if field in self.fields.data else None
        if known is None:
            return [translate_error(error)]
        known.errors = [*known.errors, translate_error(error)]
        return []

    @property
    def problems(self) -> list[str]:
        """Everything that stands in red, each sentence once."""
        found = [str(text) for texts in self.fields.errors.values() for text in texts]
        found += [*self.rate.errors.values(), *self.campaign_rate.errors.values()]
        return list(dict.fromkeys(found))


class SettingsForm(AdminForm):
    """What holds for the whole programme."""

    depth = RadioField(
        _l("Levels that are paid"),
        choices=options((str(level), str(level)) for level in range(1, MAX_DEPTH + 1)),
        coerce=int,
    )
    joining = RadioField(
        _l("Who becomes a distributor"),
        choices=options((str(key), label) for key, label in JOINING_LABELS.items()),
    )
    joining_spend = YuanField(
        _l("Spent at least"), description=_l("All their orders together, refunds left out.")
    )
    joining_orders = whole_number(
        _l("Orders at least"),
        0,
        10_000,
        description=_l("Paid orders of which something was kept."),
    )
    self_purchase = RadioField(
        _l("Distributors’ own orders"),
        choices=options((str(key), label) for key, label in SELF_LABELS.items()),
    )
    is_compressed = BooleanField(
        _l("Close gaps in the chain"),
        description=_l(
            "An upline who may not earn is passed over and those above move down; "
            "otherwise their level is not paid."
        ),
    )
    is_downgrading = BooleanField(
        _l("Take grades away again"),
        description=_l("When what a grade asks for no longer holds. A locked grade stays."),
    )

    @classmethod
    def of(cls, programme: Programme) -> "SettingsForm":
        """Filled with a programme."""
        return cls(
            data={
                "depth": programme.depth,
                "joining": str(programme.joining),
                "joining_spend": programme.joining_spend_fen or None,
                "joining_orders": programme.joining_orders,
                "self_purchase": str(programme.self_purchase),
                "is_compressed": programme.is_compressed,
                "is_downgrading": programme.is_downgrading,
            }
        )

    def validate_joining_spend(self, field: YuanField) -> None:
        """Needed when members join by it."""
        is_needed = self.joining.data == Joining.SPEND
        if is_needed or field.data is not None:
            NotBelow(int(is_needed))(self, field)

    def programme(self, before: Programme, products: Sequence[UUID]) -> Programme:
        """What was typed, upon what it was."""
        return replace(
            before,
            depth=self.depth.data,
            joining=Joining(self.joining.data),
            joining_spend_fen=self.joining_spend.data or 0,
            joining_orders=self.joining_orders.data or 0,
            joining_products=tuple(products),
            self_purchase=SelfPurchase(self.self_purchase.data),
            is_compressed=bool(self.is_compressed.data),
            is_downgrading=bool(self.is_downgrading.data),
        )


class PublishForm(AdminForm):
    """What somebody says about the version that they put in force."""

    summary = StringField(
        _l("What changes, in your words"),
        [required(), at_most(200)],
        description=_l("It stands in the history of versions and in the audit log."),
    )
    acknowledged = BooleanField(_l("I have read the legal notice and answer for three levels"))

    def validate_summary(self, field: StringField) -> None:
        """Spaces are no summary."""
        if not field.data:
            raise ValidationError(field.gettext("This field is required."))
