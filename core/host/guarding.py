"""Functions of plugins behind a guard: a price rule that fails costs its discount, not the sale."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.db.sessions import only_reads, reading
from core.host.faults import is_fault
from core.kernel.errors import PluginError, Rejected
from core.pricing.rules import check_adjustment
from core.pricing.types import Adjustment, Draft, PriceRule, QuoteRequest

Record = Callable[[str, str, BaseException], None]
Timed = Callable[[str, str], AbstractContextManager[Any]]

_FAILED = object()


def _untimed(_plugin: str, _hook: str) -> AbstractContextManager[None]:
    return nullcontext()


class Refusals(Rejected):
    """Several plugins refuse at once; ``reasons`` holds each one's own error."""

    def __init__(self, reasons: tuple[Rejected, ...]) -> None:
        self.reasons = reasons
        text = " ".join(str(reason) for reason in reasons)
        super().__init__("plugins.refused", "%(reasons)s", reasons=text)


def configured(
    plugin: str, rule: PriceRule, settings: Mapping[str, Any], record: Record
) -> PriceRule:
    """The rule as its plugin's settings make it; one that fails at that adjusts nothing."""
    if rule.configure is None:
        return rule
    try:
        made = rule.configure(settings)
        return replace(rule, apply=made.apply, load=made.load, stacks=made.stacks)
    except BaseException as error:
        if not is_fault(error):
            raise
        record(plugin, f"price:{rule.key}", error)
        return replace(rule, apply=lambda _draft, _loaded: (), load=None)


def guarded(plugin: str, rule: PriceRule, record: Record, timed: Timed = _untimed) -> PriceRule:
    """The rule with its faults recorded under ``price:<key>`` and answered with no adjustment.

    An answer that cannot be applied is a fault too; nothing of such an answer is used.

    ``Rejected`` passes: a rule may refuse a shopper's choice. So does an error of the database
    where the transaction cannot go on after it: in a unit of work on PostgreSQL.
    """
    hook = f"price:{rule.key}"

    def load(session: Session, request: QuoteRequest) -> Any:
        assert rule.load is not None
        try:
            with timed(plugin, hook):
                return rule.load(session, request)
        except BaseException as error:
            if not is_fault(error):
                raise
            record(plugin, hook, error)
            if isinstance(error, SQLAlchemyError) and not _goes_on(session):
                raise
            return _FAILED

    def apply(draft: Draft, loaded: Any) -> Sequence[Adjustment]:
        if loaded is _FAILED:
            return ()
        try:
            with timed(plugin, hook):
                answered = tuple(rule.apply(draft, loaded))
            for adjustment in answered:
                check_adjustment(rule.key, adjustment, len(draft.line_fen))
            return answered
        except BaseException as error:
            if not is_fault(error):
                raise
            record(plugin, hook, error)
            return ()

    return replace(rule, apply=apply, load=load if rule.load is not None else None)


def _goes_on(session: Session) -> bool:
    """Whether statements can follow one that failed."""
    return only_reads(session) or session.get_bind().dialect.name == "sqlite"


def guarded_freeze(
    plugin: str,
    freeze: Callable[[Session, Any], Any],
    record: Record,
    timed: Timed = _untimed,
) -> Callable[[Session, Any], Any]:
    """What a plugin freezes on an order; a fault is recorded and refuses the order."""

    def run(session: Session, placement: Any) -> Any:
        try:
            with timed(plugin, "freeze_order"), reading(session):
                frozen = freeze(session, placement)
                json.dumps(frozen, allow_nan=False)
                return frozen
        except BaseException as error:
            if not is_fault(error):
                raise
            record(plugin, "freeze_order", error)
            raise failed(plugin, "freeze_order") from error

    return run


def failed(plugin: str, hook: str) -> PluginError:
    """The error of a request that a plugin's fault brought down."""
    return PluginError(
        "plugins.failed",
        "The plugin “%(plugin)s” failed at “%(hook)s”, so nothing was changed. Please try again.",
        plugin=plugin,
        hook=hook,
    )
