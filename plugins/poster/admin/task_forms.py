"""Forms of fan tasks."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation
from wtforms.widgets import HiddenInput

from core.api.clock import day_bounds, local_date
from core.api.errors import ShopError
from core.api.forms import (
    AdminForm,
    NotBelow,
    YuanField,
    at_most,
    options,
    required,
    whole_number,
)
from core.api.i18n import lazy_gettext as _l
from plugins.poster.admin.task_page import AUDIENCES
from plugins.poster.rules.tasks import (
    MOST_FANS,
    MOST_STEPS,
    MOST_WINDOW_DAYS,
    TEXT_LIMIT,
    Audience,
    Benefit,
    BenefitKind,
    Step,
    TaskRules,
)
from plugins.poster.services.task_budget import MOST_BUDGET_FEN
from plugins.poster.services.tasks import NAME_LIMIT, Task, TaskForm


def of_kind(kind: BenefitKind) -> Callable[["StepForm", Any], None]:
    """A validator of what only this kind of benefit has: with another one it is not looked at."""

    def check(form: "StepForm", field: Any) -> None:
        if form.kind.data != kind:
            field.errors = []
            raise StopValidation

    return check


class StepForm(AdminForm):
    """One step of the ladder; without a number of fans there is none."""

    fans = IntegerField(
        _l("New fans"),
        [Optional(), NumberRange(1, MOST_FANS)],
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_FANS},
    )
    kind = SelectField(
        _l("Benefit"),
        choices=options(
            [(BenefitKind.WALLET, _l("Money for the wallet")), (BenefitKind.GIFT, _l("A gift"))]
        ),
        default=BenefitKind.WALLET,
    )
    amount = YuanField(_l("Amount"), [of_kind(BenefitKind.WALLET), Optional(), NotBelow(1)])
    text_zh = StringField(_l("Gift in Chinese"), [of_kind(BenefitKind.GIFT), at_most(TEXT_LIMIT)])
    text_en = StringField(_l("Gift in English"), [of_kind(BenefitKind.GIFT), at_most(TEXT_LIMIT)])

    def step(self) -> Step | None:
        """What was typed."""
        if not self.fans.data:
            return None
        if self.kind.data == BenefitKind.GIFT:
            benefit = Benefit(
                BenefitKind.GIFT,
                text_zh=self.text_zh.data or "",
                text_en=self.text_en.data or "",
            )
        else:
            benefit = Benefit(BenefitKind.WALLET, amount_fen=self.amount.data or 0)
        return Step(self.fans.data, benefit)


class TaskEditForm(AdminForm):
    """A fan task; of one that was opened, only names, end and budget are there."""

    name_zh = StringField(_l("Name in Chinese"), [required(), at_most(NAME_LIMIT)])
    name_en = StringField(_l("Name in English"), [at_most(NAME_LIMIT)])
    starts = DateField(_l("First day"), [InputRequired()])
    ends = DateField(_l("Last day"), [InputRequired()])
    budget = YuanField(
        _l("Budget"),
        [NotBelow(0, MOST_BUDGET_FEN)],
        description=_l("Money rewards together never cost more. What is not spent stays yours."),
    )
    audience = SelectField(
        _l("Who may take part"), choices=options((each, AUDIENCES[each]) for each in Audience)
    )
    needs_follow = BooleanField(
        _l("A fan has to follow the shop, too"),
        description=_l("Rewards for following are a legal risk of their own."),
    )
    window_days = whole_number(
        _l("Window"),
        0,
        MOST_WINDOW_DAYS,
        description=_l("A fan who leaves within these days does not count."),
    )
    per_day = whole_number(
        _l("Most fans a day"), 0, MOST_FANS, description=_l("Of one member; 0: no limit.")
    )
    per_month = whole_number(
        _l("Most fans a month"), 0, MOST_FANS, description=_l("Of one member; 0: no limit.")
    )
    seen_revision = IntegerField(validators=[Optional()], widget=HiddenInput())

    steps: Sequence[StepForm] = ()

    @classmethod
    def blank(cls, at: datetime, zone: str) -> "TaskEditForm":
        """A new task: a month from today, three fans for five yuan."""
        today = local_date(at, zone)
        rules = TaskRules((Step(3, Benefit(BenefitKind.WALLET, amount_fen=500)),))
        return cls(
            data={
                "starts": today,
                "ends": today + timedelta(days=29),
                "budget": 50_000,
                **_rule_values(rules),
            }
        ).with_steps(rules.steps)

    @classmethod
    def of(cls, task: Task, budget_fen: int, zone: str) -> "TaskEditForm":
        """The form filled with a task."""
        form = cls(
            data={
                "name_zh": task.name_zh,
                "name_en": task.name_en,
                "starts": local_date(task.starts_at, zone),
                "ends": local_date(task.last_at, zone),
                "budget": budget_fen,
                "seen_revision": task.revision,
                **_rule_values(task.rules),
            }
        )
        return form.with_steps(task.rules.steps).only_what_can_change(task)

    @classmethod
    def typed(cls, values: Any, task: Task | None) -> "TaskEditForm":
        """The form as it was sent."""
        form = cls(values)
        form.steps = [StepForm(values, prefix=_prefix(index)) for index in range(MOST_STEPS)]
        return form.only_what_can_change(task) if task else form

    def with_steps(self, steps: Sequence[Step]) -> "TaskEditForm":
        """Put a ladder into the form, and free places below it."""
        self.steps = [
            StepForm(prefix=_prefix(index), data=_step_values(steps[index : index + 1]))
            for index in range(MOST_STEPS)
        ]
        return self

    def only_what_can_change(self, task: Task) -> "TaskEditForm":
        """Take out what a task that was opened has promised."""
        if not task.is_draft:
            for name in (
                "starts",
                "audience",
                "needs_follow",
                "window_days",
                "per_day",
                "per_month",
            ):
                del self._fields[name]
            self.steps = ()
        return self

    def validate_all(self) -> bool:
        """Whether every field, of the steps too, can be what it says."""
        return all([self.validate(), *(step.validate() for step in self.steps)])

    def form(self, task: Task | None, zone: str) -> TaskForm:
        """What was typed, for the service; a task's promise where it was opened."""
        is_whole = task is None or task.is_draft
        rules = self._rules() if is_whole or task is None else task.rules
        starts_at = (
            day_bounds(self.starts.data, zone)[0]
            if (is_whole or task is None) and self.starts.data
            else task.starts_at  # type: ignore[union-attr]
        )
        assert self.ends.data is not None  # required
        return TaskForm(
            self.name_zh.data or "",
            self.name_en.data or "",
            starts_at,
            day_bounds(self.ends.data, zone)[1],
            rules,
            self.budget.data or 0,
        )

    def refuse(self, error: ShopError) -> list[str]:
        """Put a refusal at the field it names, in the row of its step where it is about one."""
        index: int | None = error.params.get("step")
        if index is None:
            return super().refuse(error)
        return [row for row in self.steps if row.fans.data][index].refuse(error)

    def _rules(self) -> TaskRules:
        return TaskRules(
            steps=tuple(step for each in self.steps if (step := each.step())),
            needs_follow=bool(self.needs_follow.data),
            window_days=self.window_days.data or 0,
            per_day=self.per_day.data or 0,
            per_month=self.per_month.data or 0,
            audience=Audience(self.audience.data),
        )


def _prefix(index: int) -> str:
    return f"step{index + 1}-"


def _step_values(steps: Sequence[Step]) -> dict[str, Any]:
    if not steps:
        return {}
    benefit = steps[0].benefit
    return {
        "fans": steps[0].fans,
        "kind": benefit.kind,
        "amount": benefit.amount_fen or None,
        "text_zh": benefit.text_zh,
        "text_en": benefit.text_en,
    }


def _rule_values(rules: TaskRules) -> dict[str, Any]:
    return {
        "audience": rules.audience,
        "needs_follow": rules.needs_follow,
        "window_days": rules.window_days,
        "per_day": rules.per_day,
        "per_month": rules.per_month,
    }
