"""The programme: who may join, grades, plans and the rate of each product. Immutable values.

One version of it is one document; an order freezes the version, so what it pays can be worked out
for ever, whatever the merchant publishes later.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from core.api.values import dataclass
from plugins.distribution.rules.grades import Grade

MAX_DEPTH = 3
"""Uplines beyond the third earn nothing; no setting can raise it."""

Levels = tuple[int, int, int]
"""A number for each of three levels, level 1 first."""


class Joining(StrEnum):
    """How members become distributors; staff can name anybody besides.

    ``EVERYONE``: every member earns without asking. ``OPEN``: whoever asks is active at once.
    ``APPLICATION``: staff reviews each wish. ``DESIGNATED``: staff names them, nobody can ask.
    ``SPEND``, ``ORDERS``, ``PURCHASE``: whoever spent so much, ordered so often or bought one of
    some products, refunds left out, and agreed to the rules.
    """

    EVERYONE = "everyone"
    OPEN = "open"
    APPLICATION = "application"
    DESIGNATED = "designated"
    SPEND = "spend"
    ORDERS = "orders"
    PURCHASE = "purchase"


class SelfPurchase(StrEnum):
    """What a distributor gets on an order of their own; never two of these.

    ``OFF``: nothing. ``SHIFT``: they take level 1 and their uplines move down one. ``EXTRA``: level
    1 of their own as a further line, level 0, beside the whole chain. ``SAVING``: level 1 off the
    price, and the chain earns on what is then paid.
    """

    OFF = "off"
    SHIFT = "shift"
    EXTRA = "extra"
    SAVING = "saving"


class Base(StrEnum):
    """What a rate is of: what was paid for the line, or that less its cost, never below zero."""

    PAID = "paid"
    PROFIT = "profit"


class Campaign(StrEnum):
    """Lines whose price a promotion lowered: paid as others, at a rate of their own, or not."""

    SAME = "same"
    OWN = "own"
    EXCLUDED = "excluded"


class RateKind(StrEnum):
    """Basis points of the base, or fen a piece."""

    BPS = "bps"
    FIXED = "fixed"


class Scope(StrEnum):
    """Where a rate was found; the first that matches a line counts, in this order.

    ``CAMPAIGN`` stands before all of them for lines of a campaign.
    """

    SKU = "sku"
    PRODUCT = "product"
    CATEGORY = "category"
    PLAN = "plan"
    CAMPAIGN = "campaign"


class Treatment(StrEnum):
    """What a rule does with what it names: take the plan's rate, one of its own, or opt out."""

    PLAN = "plan"
    OWN = "own"
    NONE = "none"


@dataclass(frozen=True)
class Rate:
    """What each level gets, for everybody and for those of some grades instead.

    Args:
        kind: of all its numbers.
        levels: basis points, or fen a piece.
        by_grade: grade → the same for its members.
    """

    kind: RateKind
    levels: Levels
    by_grade: Mapping[UUID, Levels] = field(default_factory=dict)

    def at(self, level: int, grade_id: UUID | None) -> int:
        """The number of a level (1 to 3) for somebody of a grade."""
        levels = self.by_grade.get(grade_id, self.levels) if grade_id else self.levels
        return levels[level - 1]


@dataclass(frozen=True)
class Rule:
    """A SKU, product or category that belongs to a plan.

    Args:
        scope: ``SKU``, ``PRODUCT`` or ``CATEGORY``; a category takes its sub-categories along.
        target_id: which one.
        treatment: what is paid on it.
        rate: with ``OWN`` only.
    """

    scope: Scope
    target_id: UUID
    treatment: Treatment
    rate: Rate | None = None


@dataclass(frozen=True)
class Plan:
    """Rates for some products; the programme's first plan takes all that no plan names.

    Args:
        id: stays the same from version to version.
        name: for staff and in explanations; may be empty for the first.
        rate: of what no rule gives a rate of its own.
        pool_bps: the sum over levels of one line never exceeds this share of its base.
        base: what rates are of.
        campaign: what becomes of lines of a promotion.
        campaign_rate: with ``Campaign.OWN`` only.
        rules: what belongs to it.
    """

    id: UUID
    name: str
    rate: Rate
    pool_bps: int
    base: Base = Base.PAID
    campaign: Campaign = Campaign.SAME
    campaign_rate: Rate | None = None
    rules: tuple[Rule, ...] = ()

    def rate_of(self, scope: Scope, target_id: UUID | None) -> Rate | None:
        """The rate where a lookup ended; ``None``: nothing is paid there."""
        if scope == Scope.CAMPAIGN:
            return self.campaign_rate if self.campaign == Campaign.OWN else None
        if scope == Scope.PLAN:
            return self.rate
        rule = self._rules.get((scope, target_id))
        if rule is None or rule.treatment == Treatment.PLAN:
            return self.rate
        return rule.rate if rule.treatment == Treatment.OWN else None

    @cached_property
    def _rules(self) -> Mapping[tuple[Scope, UUID | None], Rule]:
        return {(rule.scope, rule.target_id): rule for rule in self.rules}


class Found(NamedTuple):
    """Where the lookup of a line ended. ``rate`` is ``None`` when nothing is paid on it."""

    plan: Plan
    scope: Scope
    target_id: UUID | None
    rate: Rate | None


@dataclass(frozen=True)
class Programme:
    """One version of everything that decides what distribution pays.

    Args:
        version: 1 for the first that was published, 0 for what holds before.
        depth: how many levels are paid, 1 to 3.
        joining: how members become distributors.
        plans: the first takes everything that no other names.
        joining_spend_fen: with ``Joining.SPEND``.
        joining_orders: with ``Joining.ORDERS``.
        joining_products: with ``Joining.PURCHASE``: any of them.
        self_purchase: what distributors get on their own orders.
        is_compressed: uplines who may not earn are passed over and those above move down; else
            their level is not paid.
        is_downgrading: grades are taken away again when their conditions no longer hold.
        grades: in any order.
    """

    version: int
    depth: int
    joining: Joining
    plans: tuple[Plan, ...]
    joining_spend_fen: int = 0
    joining_orders: int = 0
    joining_products: tuple[UUID, ...] = ()
    self_purchase: SelfPurchase = SelfPurchase.OFF
    is_compressed: bool = False
    is_downgrading: bool = False
    grades: tuple[Grade, ...] = ()

    @property
    def default_plan(self) -> Plan:
        """The plan of everything that no other names."""
        return self.plans[0]

    @property
    def in_default(self) -> Found:
        """Where a lookup ends that no rule matches."""
        return Found(self.default_plan, Scope.PLAN, None, self.default_plan.rate)

    def plan(self, plan_id: UUID) -> Plan | None:
        """A plan of this version by its id."""
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def grade(self, grade_id: UUID | None) -> Grade | None:
        """A grade of this version by its id."""
        return next((grade for grade in self.grades if grade.id == grade_id), None)

    def find(
        self, sku_id: UUID | None, product_id: UUID, shelves: Sequence[UUID], is_campaign: bool
    ) -> Found:
        """What is paid on a line: SKU, product, nearest category, default plan; the first counts.

        Args:
            sku_id: ``None`` when only the product is known, as on a card.
            product_id: of the SKU.
            shelves: the product's category and those above it, nearest first.
            is_campaign: a promotion lowered the line's price.
        """
        plan, scope, target = self.default_plan, Scope.PLAN, None
        if self._owners:
            keys = [(Scope.PRODUCT, product_id), *((Scope.CATEGORY, shelf) for shelf in shelves)]
            if sku_id is not None:
                keys.insert(0, (Scope.SKU, sku_id))
            for key in keys:
                if key in self._owners:
                    plan, (scope, target) = self._owners[key], key
                    break
        rate = plan.rate_of(scope, target)
        if is_campaign and rate is not None and plan.campaign != Campaign.SAME:
            scope, target, rate = Scope.CAMPAIGN, None, plan.rate_of(Scope.CAMPAIGN, None)
        return Found(plan, scope, target, rate)

    @cached_property
    def estimates(self) -> dict[Hashable, int]:
        """What was estimated under this version: pages ask the same for each card they show."""
        return {}

    @cached_property
    def names_categories(self) -> bool:
        """Whether any plan names a category, so that a lookup needs to know the shelves."""
        return any(scope == Scope.CATEGORY for scope, _ in self._owners)

    @cached_property
    def _owners(self) -> Mapping[tuple[Scope, UUID], Plan]:
        return {(rule.scope, rule.target_id): plan for plan in self.plans for rule in plan.rules}
