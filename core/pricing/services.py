"""Quoting: the loads of the rules, then the pure pipeline. The same quote on every page."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    ready = load_rules(session, requests, rules)
    return [ready.price(request) for request in requests]


class Ready:
    """Rules that have something to say about some baskets, with what they loaded for them."""

    def __init__(self, rules: Sequence[PriceRule], loaded: Mapping[str, Any]) -> None:
        self.has_rules = bool(rules)
        self._pipeline = pipeline.Pipeline(rules)
        self._loaded = loaded

    def price(self, request: QuoteRequest) -> Quote:
        """One of the baskets, by itself.

        Raises:
            PluginError: a rule answered something that cannot be applied.
        """
        return self._pipeline.price(request, self._loaded)


def load_rules(
    session: Session, requests: Sequence[QuoteRequest], rules: Sequence[PriceRule]
) -> Ready:
    """Let rules load for several baskets of one shopper at once.

    Those that load nothing (``None``) have nothing to say and are left out.
    """
    if not requests:
        return Ready((), {})
    whole = requests[0]
    if len(requests) > 1:
        lines = {line.sku_id: line for request in requests for line in request.lines}
        whole = whole._replace(lines=tuple(lines.values()))
    rules = [rule for rule in rules if rule.is_for(whole.member_id)]
    loaded = {rule.key: rule.load(session, whole) for rule in rules if rule.load is not None}
    heard = [rule for rule in rules if rule.load is None or loaded[rule.key] is not None]
    return Ready(heard, loaded)
