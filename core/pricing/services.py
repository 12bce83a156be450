"""Quoting: the loads of the rules, then the pure pipeline. The same quote on every page."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from core.pricing import rules as pipeline
from core.pricing.types import PriceRule, Quote, QuoteRequest, Stage
from core.settings.rules import StoreSettings


def core_rules(settings: StoreSettings) -> tuple[PriceRule, ...]:
    """The trunk's own rules: freight by the store's settings."""
    freight = pipeline.flat_freight(settings.freight_fen, settings.free_freight_from_fen)
    return (PriceRule(pipeline.FREIGHT_KEY, Stage.FREIGHT, freight),)


def quote(session: Session, request: QuoteRequest, rules: Sequence[PriceRule]) -> Quote:
    """Price a basket: at most one statement a rule that loads, then the pure pipeline.

    The caller passes the trunk's rules (``core_rules(settings)``) and the plugins' together.

    Raises:
        PluginError: a rule answered something that cannot be applied.
    """
    return quote_each(session, (request,), rules)[0]


def quote_each(
    session: Session, requests: Sequence[QuoteRequest], rules: Sequence[PriceRule]
) -> list[Quote]:
    """Price several baskets of one shopper, each by itself, with one load a rule for all of them.

    Raises:
        PluginError: a rule answered something that cannot be applied.
    """
    if not requests:
        return []
    first = requests[0]
    if len(requests) == 1:
        whole = first
    else:
        lines = {line.sku_id: line for request in requests for line in request.lines}
        whole = replace(first, lines=tuple(lines.values()))
    loaded = {rule.key: rule.load(session, whole) for rule in rules if rule.load is not None}
    return [pipeline.price(request, rules, loaded) for request in requests]
