"""Quoting: the loads of the rules, then the pure pipeline. The same quote on every page."""

from collections.abc import Sequence

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
    loaded = {rule.key: rule.load(session, request) for rule in rules if rule.load is not None}
    return pipeline.price(request, rules, loaded)
