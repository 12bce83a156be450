"""Instant saving on a distributor's own order, and what a trace tells of promotions and savings."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from core.api.pricing import Adjustment, Draft, Stage, TraceStep
from core.api.values import dataclass
from plugins.distribution.rules.amounts import LineSold, saving_fen
from plugins.distribution.rules.programme import Programme

SAVING_KEY = "distribution.saving"
SAVING_LABEL = "Saved as a distributor"


@dataclass(frozen=True)
class Saver:
    """A buyer whose own orders are cheaper.

    Args:
        programme: in force.
        grade_id: theirs.
        shelves: category of a line → itself and those above it, where plans name any.
    """

    programme: Programme
    grade_id: UUID | None
    shelves: Mapping[UUID | None, tuple[UUID, ...]]


def save(draft: Draft, saver: Saver | None) -> Sequence[Adjustment]:
    """Level 1 off what each line costs by now, at the rate its plan has for it."""
    if saver is None:
        return ()
    in_campaign = campaign_lines(draft.trace)
    adjustments = []
    for index, line in enumerate(draft.request.lines):
        found = saver.programme.find(
            line.sku_id,
            line.product_id,
            saver.shelves.get(line.category_id, ()),
            is_campaign=index in in_campaign,
        )
        sold = LineSold(draft.line_fen[index], line.cost_fen * line.quantity, line.quantity)
        fen = saving_fen(sold, found, saver.grade_id)
        if fen:
            adjustments.append(Adjustment(-fen, SAVING_LABEL, line=index))
    return adjustments


def saved_fen(trace: Iterable[TraceStep]) -> int:
    """What the saving took off a priced basket."""
    return sum(step.before_fen - step.after_fen for step in trace if step.rule == SAVING_KEY)


def campaign_lines(trace: Iterable[TraceStep]) -> set[int]:
    """Lines whose price a promotion lowered, by their place in the basket."""
    return {
        step.line
        for step in trace
        if step.line is not None
        and step.stage == Stage.PROMOTION.name.lower()
        and step.after_fen < step.before_fen
    }
