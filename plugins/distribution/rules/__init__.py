"""The decisions of distribution: plain Python on immutable values."""

from plugins.distribution.rules.amounts import (
    SELF_LEVEL,
    LineSold,
    Share,
    base_fen,
    estimate_fen,
    line_shares,
    reversed_fen,
    saving_fen,
    split_line,
)
from plugins.distribution.rules.checking import check_programme
from plugins.distribution.rules.examples import Example, ExampleRow, effective_bps, worked_example
from plugins.distribution.rules.grades import Condition, Grade, Measure
from plugins.distribution.rules.programme import (
    MAX_DEPTH,
    Base,
    Campaign,
    Found,
    Joining,
    Levels,
    Plan,
    Programme,
    Rate,
    RateKind,
    Rule,
    Scope,
    SelfPurchase,
    Treatment,
)
from plugins.distribution.rules.storing import from_json, to_json

__all__ = [
    "MAX_DEPTH",
    "SELF_LEVEL",
    "Base",
    "Campaign",
    "Condition",
    "Example",
    "ExampleRow",
    "Found",
    "Grade",
    "Joining",
    "Levels",
    "LineSold",
    "Measure",
    "Plan",
    "Programme",
    "Rate",
    "RateKind",
    "Rule",
    "Scope",
    "SelfPurchase",
    "Share",
    "Treatment",
    "base_fen",
    "check_programme",
    "effective_bps",
    "estimate_fen",
    "from_json",
    "line_shares",
    "reversed_fen",
    "saving_fen",
    "split_line",
    "to_json",
    "worked_example",
]
