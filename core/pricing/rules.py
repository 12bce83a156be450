"""The price pipeline: stages, adjustments, trace. Pure: no database, no clock.

Rules run by (stage, key). A rule sees what lines and freight cost after the rules before it and
answers adjustments, never a new price. An order-wide amount is spread over the lines by largest
remainder on what they cost now, so a percentage of an already lowered total can never give more
than that total. A rule that would take a line (or the freight) below zero takes it to zero: what is
cut off is not moved elsewhere. Every applied fen is a trace step; the steps add up to the totals.

Prices of the MEMBER stage and promotions are rivals, line by line: promotions are worked out from
the list price, and the line keeps whichever leaves it cheaper, with the steps of that one alone. A
rule that ``stacks`` leaves its price standing, and promotions come off on top of it.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from core.kernel.errors import PluginError
from core.kernel.money import FEN_LIMIT, split_fen
from core.pricing.values import (
    Adjustment,
    Draft,
    PricedLine,
    Quote,
    QuoteRequest,
    Stage,
    TraceStep,
)

FREIGHT_KEY = "core.freight"

Apply = Callable[[Draft, Any], Sequence[Adjustment]]


class Step(Protocol):
    """What the pipeline needs of a rule; ``core.pricing.types.PriceRule`` is one."""

    @property
    def key(self) -> str:
        """Orders rules within a stage and names the source in the trace."""

    @property
    def stage(self) -> Stage:
        """Where the rule runs."""

    @property
    def apply(self) -> Apply:
        """From a draft and what was loaded to adjustments."""

    @property
    def stacks(self) -> bool:
        """Whether promotions come off on top of a price of the MEMBER stage."""


class Pipeline:
    """Rules in the order in which they run, for any number of baskets.

    Args:
        steps: rules of the trunk and of plugins, in any order.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        ordered = sorted(steps, key=lambda rule: (rule.stage, rule.key))
        self._first = [step for step in ordered if step.stage <= Stage.MEMBER]
        self._promotions = [step for step in ordered if step.stage == Stage.PROMOTION]
        self._last = [step for step in ordered if step.stage > Stage.PROMOTION]
        self._stacking = {step.key for step in ordered if step.stacks}

    def price(self, request: QuoteRequest, loaded: Mapping[str, Any]) -> Quote:
        """Run it.

        Args:
            request: the basket at list price.
            loaded: what each rule's ``load`` brought, by key.

        Raises:
            PluginError: a rule answered what :func:`check_adjustment` refuses.
        """
        run = _Run(request)
        run.follow(self._first, loaded)
        rivals = run.set_aside(self._stacking)
        run.follow(self._promotions, loaded)
        run.keep_lower(rivals)
        run.follow(self._last, loaded)
        return run.quote()


def price(request: QuoteRequest, steps: Sequence[Step], loaded: Mapping[str, Any]) -> Quote:
    """Run the rules on one basket; see :meth:`Pipeline.price`."""
    return Pipeline(steps).price(request, loaded)


def flat_freight(freight_fen: int, free_from_fen: int) -> Apply:
    """Freight of ``freight_fen`` unless the goods cost at least ``free_from_fen`` (0: never free).

    An empty basket ships for nothing.
    """

    def apply(draft: Draft, _loaded: Any) -> Sequence[Adjustment]:
        is_free = free_from_fen > 0 and draft.goods_fen >= free_from_fen
        if is_free or not draft.line_fen or freight_fen <= 0:
            return ()
        return (Adjustment(freight_fen, "Freight"),)

    return apply


def lower_price(
    draft: Draft, line: int, unit_price_fen: int, label: str, **told: Any
) -> Sequence[Adjustment]:
    """Bring a line to its list quantity × ``unit_price_fen`` when that is lower than it costs now.

    For rules of the MEMBER and PROMOTION stages: of several prices for one line the lowest wins,
    and a dearer promotion never replaces a member's price, whichever runs first.

    Args:
        draft: as the rule got it.
        line: which.
        unit_price_fen: what one piece shall cost.
        label: catalogue entry, such as “%(tier)s price”.
        told: values for its places.
    """
    target = max(unit_price_fen, 0) * draft.request.lines[line].quantity
    change = target - draft.line_fen[line]
    if change >= 0:
        return ()
    params = {**told, "unit_price_fen": unit_price_fen}
    return (Adjustment(change, label, line=line, params=params),)


def check_adjustment(rule: str, adjustment: Any, line_count: int) -> None:
    """Refuse what cannot be applied to a basket of ``line_count`` lines or kept by an order.

    Raises:
        PluginError: no adjustment, no whole number of fen, a line that does not exist, a label that
            is no text, or params that JSON cannot hold.
    """
    if not (
        isinstance(adjustment, Adjustment)
        and type(adjustment.amount_fen) is int
        and abs(adjustment.amount_fen) <= FEN_LIMIT
        and _is_line(adjustment.line, line_count)
        and _is_storable(adjustment.label, adjustment.params)
    ):
        raise PluginError(
            "pricing.adjustment",
            "The price rule %(rule)s answered something that cannot be applied.",
            rule=rule,
        )


def _is_line(line: Any, line_count: int) -> bool:
    return line is None or (type(line) is int and 0 <= line < line_count)


def _is_storable(label: Any, params: Any) -> bool:
    if not isinstance(label, str) or not isinstance(params, Mapping):
        return False
    if not params:
        return True
    try:
        json.dumps(dict(params), allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


class _Run:
    """The state of one quote while rules run."""

    def __init__(self, request: QuoteRequest) -> None:
        self._request = request
        self._lines = [line.list_fen for line in request.lines]
        self._freight = 0
        self._trace: list[TraceStep] = []

    def draft(self) -> Draft:
        return Draft(self._request, tuple(self._lines), self._freight, tuple(self._trace))

    def follow(self, steps: Sequence[Step], loaded: Mapping[str, Any]) -> None:
        for step in steps:
            for adjustment in step.apply(self.draft(), loaded.get(step.key)):
                check_adjustment(step.key, adjustment, len(self._lines))
                self._apply(step, adjustment)

    def set_aside(self, stacking: Collection[str]) -> Mapping[int, Sequence[TraceStep]]:
        """Put lines back to the list price whose price competes with promotions; their steps."""
        if not self._trace:
            return {}
        rivals: dict[int, list[TraceStep]] = {
            step.line: []
            for step in self._trace
            if step.line is not None and step.rule not in stacking
        }
        for step in self._trace:
            if step.line in rivals:
                rivals[step.line].append(step)
        for line in rivals:
            self._lines[line] = self._request.lines[line].list_fen
        self._trace = [step for step in self._trace if step.line not in rivals]
        return rivals

    def keep_lower(self, rivals: Mapping[int, Sequence[TraceStep]]) -> None:
        """Give lines their set aside price back, unless promotions left them cheaper."""
        for line, steps in rivals.items():
            if steps[-1].after_fen <= self._lines[line]:
                self._lines[line] = steps[-1].after_fen
                others = [step for step in self._trace if step.line != line]
                self._trace = [*steps, *others]

    def _apply(self, step: Step, adjustment: Adjustment) -> None:
        if step.stage == Stage.FREIGHT:
            after = max(0, self._freight + adjustment.amount_fen)
            self._note(step, adjustment, None, self._freight, after)
            self._freight = after
        elif adjustment.line is not None:
            self._move(step, adjustment, adjustment.line, adjustment.amount_fen)
        else:
            self._spread(step, adjustment)

    def _spread(self, step: Step, adjustment: Adjustment) -> None:
        if not self._lines:
            return
        amount = max(adjustment.amount_fen, -sum(self._lines))
        for index, part in enumerate(split_fen(amount, self._lines)):
            self._move(step, adjustment, index, part)

    def _move(self, step: Step, adjustment: Adjustment, index: int, amount: int) -> None:
        before = self._lines[index]
        after = max(0, before + amount)
        self._note(step, adjustment, index, before, after)
        self._lines[index] = after

    def _note(
        self, step: Step, adjustment: Adjustment, line: int | None, before: int, after: int
    ) -> None:
        if before != after:
            stage = step.stage.name.lower()
            self._trace.append(
                TraceStep(
                    stage, step.key, adjustment.label, dict(adjustment.params), line, before, after
                )
            )

    def quote(self) -> Quote:
        lines = tuple(
            PricedLine(line, line.list_fen - total, total)
            for line, total in zip(self._request.lines, self._lines, strict=True)
        )
        return Quote(lines, self._freight, tuple(self._trace))
