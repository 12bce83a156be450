"""Forms of membership in admin."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import (
    BooleanField,
    ColorField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

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
from plugins.membership.rules.benefits import BenefitKind, BenefitView, Effect
from plugins.membership.rules.editing import ICONS
from plugins.membership.rules.programme import (
    ADJUST_MOST,
    DAYS_MOST,
    GROWTH_MOST,
    RATE_MOST,
    TASK_MOST,
    CountsAt,
    ReviewRule,
    Rules,
    Task,
)
from plugins.membership.types import Tier
from plugins.membership.views.wording import BENEFIT_KINDS, TASK_LABELS

BENEFIT_ICONS = (
    *("gift", "tag", "truck", "sparkles", "receipt-refund", "headset", "heart", "calendar"),
    *("ticket", "package", "star", "clock", "coin", "map-pin", "book"),
)
EFFECTS = (
    ("", _l("Honoured by staff, as described")),
    (Effect.GROWTH_MULTIPLIER, _l("More growth value on orders")),
    (Effect.FREE_FREIGHT, _l("Free delivery")),
    (Effect.MEMBER_PRICE, _l("Member prices, as the plugin “Member prices” sets them")),
)


def _count(label: Any) -> IntegerField:
    return IntegerField(
        label, [Optional(), NumberRange(1, GROWTH_MOST)], render_kw={"inputmode": "numeric"}
    )


class TierForm(AdminForm):
    """One tier of the ladder that is edited."""

    id = HiddenField()
    name_zh = StringField(_l("Chinese name"), [required(), at_most(20)])
    name_en = StringField(_l("English name"), [at_most(40)])
    threshold = whole_number(_l("From growth value"), 0, GROWTH_MOST)
    validity_days = whole_number(_l("Valid for"), 0, DAYS_MOST)
    colour = ColorField(_l("Colour"), [required()])
    icon = RadioField(_l("Icon"), choices=options([(name, name) for name in ICONS]))
    spent_fen = YuanField(_l("or goods for"), [Optional(), NotBelow(1)])
    bought_count = _count(_l("or pieces bought"))
    order_count = _count(_l("or orders"))

    @classmethod
    def of(cls, place: int, tier: Tier) -> "TierForm":
        """The form filled with a tier."""
        values = {name: getattr(tier, name) for name in Tier.__dataclass_fields__}
        return cls(prefix=prefix(place), data={**values, "id": str(tier.id)})

    def tier(self, rank: int, tier_id: UUID) -> Tier:
        """What was typed; numbers that are none are 0."""
        return Tier(
            id=tier_id,
            rank=rank,
            name_zh=self.name_zh.data or "",
            name_en=self.name_en.data or self.name_zh.data or "",
            threshold=self.threshold.data or 0,
            colour=self.colour.data or "",
            icon=self.icon.data or "",
            validity_days=self.validity_days.data or 0,
            spent_fen=self.spent_fen.data,
            bought_count=self.bought_count.data,
            order_count=self.order_count.data,
        )


def prefix(place: int) -> str:
    """Of the names of a tier's fields; 0 is the lowest tier."""
    return f"t{place}-"


class RulesForm(AdminForm):
    """How growth comes about and what a review does."""

    rate = PercentField(
        _l("Growth value for each yuan"),
        [NotBelow(0, RATE_MOST)],
        description=_l("Of what was paid for goods, without delivery. 0: orders give none."),
    )
    counts_at = RadioField(
        _l("Growth of an order counts"),
        choices=options(
            [
                (CountsAt.RECEIVED, _l("once it was received")),
                (CountsAt.SETTLED, _l("once it cannot be returned any more")),
            ]
        ),
        description=_l("A refund takes back exactly what it gave, whenever it comes."),
    )
    shares_a_day = whole_number(_l("Friends a day that count"), 0, 1000)
    review = RadioField(
        _l("At the end of validity, who no longer reaches their tier"),
        choices=options(
            [
                (ReviewRule.KEEP, _l("keeps it")),
                (ReviewRule.STEP_DOWN, _l("goes down by one tier")),
                (ReviewRule.FALL, _l("falls to what their growth value reaches")),
            ]
        ),
    )
    expiry_bps = PercentField(
        _l("Growth value that expires at each review"),
        [NotBelow(0, 10_000)],
        description=_l(
            "After it, so that the tier has to be earned anew. With 0 members keep all they "
            "earned, and only refunds and higher thresholds lower anybody."
        ),
    )
    basis_days = whole_number(
        _l("Goods, pieces and orders count for"),
        0,
        DAYS_MOST,
        description=_l("Where a tier can be reached by them, too. 0: for ever."),
    )
    lowers_at_once = BooleanField(
        _l("Growth that is taken back undoes an upgrade at once"),
        description=_l("Never below what the last review left. Otherwise the review decides."),
    )
    warn_days = whole_number(
        _l("Warn before a review that would lower a member"),
        0,
        90,
        description=_l("Once, by SMS or mail. 0: no warning."),
    )
    tells_upgrades = BooleanField(_l("Tell members of a tier they reached"))
    task_register = whole_number(TASK_LABELS[Task.REGISTER], 0, TASK_MOST)
    task_profile = whole_number(TASK_LABELS[Task.PROFILE], 0, TASK_MOST)
    task_address = whole_number(TASK_LABELS[Task.ADDRESS], 0, TASK_MOST)
    task_phone = whole_number(TASK_LABELS[Task.PHONE], 0, TASK_MOST)
    task_first_order = whole_number(TASK_LABELS[Task.FIRST_ORDER], 0, TASK_MOST)
    task_check_in = whole_number(TASK_LABELS[Task.CHECK_IN], 0, TASK_MOST)
    task_share = whole_number(TASK_LABELS[Task.SHARE], 0, TASK_MOST)

    @classmethod
    def of(cls, rules: Rules) -> "RulesForm":
        """The form filled with rules."""
        tasks = {f"task_{task}": growth for task, growth in rules.tasks.items()}
        plain = {name: getattr(rules, name) for name in Rules.__dataclass_fields__}
        return cls(data={**plain, **tasks})

    def rules(self) -> Rules:
        """What was typed."""
        return Rules(
            rate=self.rate.data,
            counts_at=CountsAt(self.counts_at.data),
            tasks={task: self._fields[f"task_{task}"].data for task in Task},
            shares_a_day=self.shares_a_day.data or 0,
            review=ReviewRule(self.review.data),
            expiry_bps=self.expiry_bps.data,
            basis_days=self.basis_days.data or 0,
            lowers_at_once=self.lowers_at_once.data,
            warn_days=self.warn_days.data or 0,
            tells_upgrades=self.tells_upgrades.data,
        )


class BenefitForm(AdminForm):
    """A line of the benefit catalogue."""

    name_zh = StringField(_l("Chinese name"), [required(), at_most(20)])
    name_en = StringField(_l("English name"), [required(), at_most(40)])
    text_zh = TextAreaField(_l("What it means, in Chinese"), [at_most(200)])
    text_en = TextAreaField(_l("What it means, in English"), [at_most(200)])
    kind = SelectField(
        _l("Kind"), choices=options([(kind, BENEFIT_KINDS[kind]) for kind in BenefitKind])
    )
    effect = SelectField(
        _l("What the shop does"),
        choices=options(EFFECTS),
        description=_l("Cannot be changed once the benefit is there."),
    )
    icon = RadioField(_l("Icon"), choices=options([(name, name) for name in BENEFIT_ICONS]))
    is_active = BooleanField(_l("Shown to members"))

    def view(self, benefit_id: UUID, effect: str) -> BenefitView:
        """What was typed, for a benefit with an effect that stays."""
        return BenefitView(
            benefit_id,
            self.kind.data,
            effect,
            self.name_zh.data or "",
            self.name_en.data or "",
            self.text_zh.data or "",
            self.text_en.data or "",
            self.icon.data,
            self.is_active.data,
        )


class AdjustForm(AdminForm):
    """Growth given or taken by hand."""

    amount = IntegerField(
        _l("Growth value"),
        [InputRequired(), NumberRange(-ADJUST_MOST, ADJUST_MOST)],
        description=_l("With a minus to take; no more than there is."),
        render_kw={"autocomplete": "off"},
    )
    reason = StringField(_l("Reason, shown to the member"), [required(), at_most(200)])
    request_key = HiddenField()


class TierChoiceForm(AdminForm):
    """A tier given by hand."""

    tier = SelectField(_l("Tier"), choices=[])
    is_locked = BooleanField(
        _l("Lock it"), description=_l("Then nothing but staff changes it, whatever they earn.")
    )
    why = StringField(_l("Reason, for staff"), [required(), at_most(200)])

    def offer(self, ladder: Sequence[Tier], locale: str) -> "TierChoiceForm":
        """Put the tiers into the list."""
        rows = [(str(tier.id), tier.name_in(locale)) for tier in ladder]
        self.tier.choices = options([("", _("no tier")), *rows])
        return self
