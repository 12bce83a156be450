"""Fan tasks: what one asks for and gives, when a new fan counts. Plain Python.

A *task* asks members to bring new fans; at each *step* of its ladder there is a *benefit*. A *fan*
is somebody who registered by a taker's link or poster (and follows the shop, where the task says
so). They count for one taker, once, for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.api.errors import InvalidInput
from core.api.values import dataclass

MOST_STEPS = 6
MOST_FANS = 10_000
MOST_FEN = 20_000_00
MOST_WINDOW_DAYS = 90
TEXT_LIMIT = 80


class TaskState(StrEnum):
    """``DRAFT``: nobody sees it. ``OPEN``: counts between its days. ``CLOSED``: counts no more."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class FanState(StrEnum):
    """Where a fan stands.

    ``ARRIVED``: registered, does not follow yet. ``PENDING``: counts, unless they leave before
    their window is over. ``FINAL``: counts for good. ``REVOKED``: left or was erased in time.
    ``CAPPED``: came when the taker had reached the limit of the day or month. ``REJECTED``: staff
    did not believe in them.
    """

    ARRIVED = "arrived"
    PENDING = "pending"
    FINAL = "final"
    REVOKED = "revoked"
    CAPPED = "capped"
    REJECTED = "rejected"


class RewardState(StrEnum):
    """Where the benefit of a reached step stands.

    ``HELD``: a person has to look. ``UNFUNDED``: the budget does not reach. ``DUE``: staff has to
    hand it over. ``GRANTED``: given. ``REJECTED``: refused, with a reason. ``VOID``: the taker was
    erased before.
    """

    HELD = "held"
    UNFUNDED = "unfunded"
    DUE = "due"
    GRANTED = "granted"
    REJECTED = "rejected"
    VOID = "void"


class BenefitKind(StrEnum):
    """What a benefit is. More kinds can come; what is stored names its kind."""

    WALLET = "wallet"
    GIFT = "gift"


class Audience(StrEnum):
    """Who may take part: all with an account, those who promote the shop, or who bought here."""

    EVERYBODY = "everybody"
    PROMOTERS = "promoters"
    BUYERS = "buyers"


@dataclass(frozen=True)
class Benefit:
    """Money for the wallet in fen, or a gift in words that staff hands over."""

    kind: BenefitKind
    amount_fen: int = 0
    text_zh: str = ""
    text_en: str = ""

    def text(self, locale: str) -> str:
        """The gift's words for readers of this locale; the only ones where a language has none."""
        mine, other = (
            (self.text_en, self.text_zh)
            if locale.startswith("en")
            else (self.text_zh, self.text_en)
        )
        return mine or other


@dataclass(frozen=True)
class Step:
    """So many fans, counted from the first, bring this benefit."""

    fans: int
    benefit: Benefit


@dataclass(frozen=True)
class TaskRules:
    """What a task promises; fixed once it was opened.

    Args:
        steps: the ladder, fewest fans first.
        needs_follow: a fan has to follow the shop, too.
        window_days: so long a fan who leaves stops counting; 0: at once for good.
        per_day: most fans a taker can have counted in a calendar day; 0: any number.
        per_month: likewise in a calendar month.
        audience: who may take part.
    """

    steps: tuple[Step, ...]
    needs_follow: bool = False
    window_days: int = 7
    per_day: int = 20
    per_month: int = 200
    audience: Audience = Audience.EVERYBODY

    @property
    def fans_wanted(self) -> int:
        """Fans that the last step asks for."""
        return self.steps[-1].fans if self.steps else 0

    @property
    def full_fen(self) -> int:
        """What a taker who reaches every step costs in money."""
        return sum(step.benefit.amount_fen for step in self.steps)


def check_rules(rules: TaskRules) -> None:
    """Refuse rules that contradict themselves.

    Raises:
        InvalidInput: naming the field; what is wrong in a step names its place in the ladder, too.
    """
    if not 1 <= len(rules.steps) <= MOST_STEPS:
        raise _wrong("A task has one to six steps.", "steps")
    before = 0
    for index, step in enumerate(rules.steps):
        if not before < step.fans <= MOST_FANS:
            raise _wrong("Each step asks for more fans than the one before.", "fans", step=index)
        before = step.fans
        _check_benefit(step.benefit, index)
    if not 0 <= rules.window_days <= MOST_WINDOW_DAYS:
        raise _wrong("The window has at most 90 days.", "window_days")
    for field, cap in (("per_day", rules.per_day), ("per_month", rules.per_month)):
        if not 0 <= cap <= MOST_FANS:
            raise _wrong("This limit is out of range.", field)


def _check_benefit(benefit: Benefit, index: int) -> None:
    if benefit.kind == BenefitKind.WALLET and not 0 < benefit.amount_fen <= MOST_FEN:
        raise _wrong("Money for the wallet is between 0.01 and 20,000 yuan.", "amount", step=index)
    if benefit.kind == BenefitKind.GIFT and not (benefit.text_zh or benefit.text_en):
        raise _wrong("Say what the gift is.", "text_zh", step=index)
    if benefit.kind == BenefitKind.GIFT and benefit.amount_fen:
        raise _wrong("A gift has no amount.", "amount", step=index)
    if max(len(benefit.text_zh), len(benefit.text_en)) > TEXT_LIMIT:
        raise _wrong("Please describe a gift in at most 80 characters.", "text_zh", step=index)


def _wrong(message: str, field: str, **where: int) -> InvalidInput:
    return InvalidInput("poster.task_rules", message, field=field, **where)


def to_json(rules: TaskRules) -> dict[str, Any]:
    """Rules as a document to store."""
    return {
        "steps": [
            {"fans": step.fans, "benefit": _benefit_json(step.benefit)} for step in rules.steps
        ],
        "needs_follow": rules.needs_follow,
        "window_days": rules.window_days,
        "per_day": rules.per_day,
        "per_month": rules.per_month,
        "audience": str(rules.audience),
    }


def _benefit_json(benefit: Benefit) -> dict[str, Any]:
    if benefit.kind == BenefitKind.WALLET:
        return {"kind": "wallet", "amount_fen": benefit.amount_fen}
    return {"kind": "gift", "text_zh": benefit.text_zh, "text_en": benefit.text_en}


def from_json(body: Mapping[str, Any]) -> TaskRules:
    """Rules of a stored document."""
    steps = tuple(
        Step(
            each["fans"],
            Benefit(**{**each["benefit"], "kind": BenefitKind(each["benefit"]["kind"])}),
        )
        for each in body["steps"]
    )
    return TaskRules(**{**body, "steps": steps, "audience": Audience(body["audience"])})


def is_counting(
    at: datetime,
    *,
    starts_at: datetime,
    ends_at: datetime,
    opened_at: datetime | None,
    closed_at: datetime | None,
) -> bool:
    """Whether a task counted fans at that instant: open then, and between its days."""
    if opened_at is None or at < opened_at or not starts_at <= at < ends_at:
        return False
    return closed_at is None or at < closed_at


def is_full(cap: int, counted: int) -> bool:
    """Whether a limit is reached; 0 is none."""
    return bool(cap) and counted >= cap


@dataclass(frozen=True)
class Verdict:
    """A step that is reached: by believed fans, or (``is_held``) only with doubted ones."""

    step: int
    is_held: bool


def steps_reached(
    steps: Sequence[Step], *, believed: int, doubted: int, had: Collection[int]
) -> list[Verdict]:
    """Steps that are reached now and were not before.

    Doubted fans help only where believed ones do not suffice, and then the step is held.

    Args:
        steps: the ladder.
        believed: final fans nobody doubts.
        doubted: final fans somebody has to look at.
        had: steps, by index, that were reached before.
    """
    return [
        Verdict(index, is_held=believed < step.fans)
        for index, step in enumerate(steps)
        if index not in had and believed + doubted >= step.fans
    ]
