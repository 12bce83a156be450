"""What an order froze, to JSON and back: the quote's story and the uplines."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core.pricing.types import Quote, TraceStep


def quote_json(quote: Quote) -> dict[str, Any]:
    """The frozen price story: totals and every trace step, in order."""
    return {
        "list_fen": quote.list_fen,
        "goods_fen": quote.goods_fen,
        "freight_fen": quote.freight_fen,
        "trace": [
            {
                "stage": step.stage,
                "rule": step.rule,
                "label": step.label,
                "params": step.params,
                "line": step.line,
                "before_fen": step.before_fen,
                "after_fen": step.after_fen,
            }
            for step in quote.trace
        ],
    }


def read_trace(stored: Mapping[str, Any]) -> tuple[TraceStep, ...]:
    """The trace of a frozen quote."""
    return tuple(TraceStep(**step) for step in stored.get("trace", ()))


def chain_json(chain: Sequence[tuple[int, UUID]]) -> list[dict[str, Any]]:
    """Uplines as stored on the order."""
    return [{"level": level, "member_id": str(member_id)} for level, member_id in chain]


def read_chain(stored: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, UUID], ...]:
    """Uplines of an order, level 1 first."""
    return tuple((link["level"], UUID(link["member_id"])) for link in stored)
