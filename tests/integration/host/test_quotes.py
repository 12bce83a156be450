"""Baskets that a plugin's page wants priced, by all rules that are in force."""

from uuid import UUID

from core.api.contributions import PriceRule
from core.api.pricing import Adjustment, QuoteLine, QuoteRequest, Stage
from core.api.web import quotes
from core.kernel.clock import now


def off(key, fen):
    return PriceRule(key, Stage.PROMOTION, lambda draft, _: [Adjustment(-fen, "Off", line=0)])


def basket(unit_fen):
    line = QuoteLine(UUID(int=1), UUID(int=2), None, 1, unit_fen)
    return QuoteRequest((line,), None, now())


def test_a_view_prices_baskets_by_the_rules_in_force_or_by_others_in_their_stead(app, make_plugin):
    make_plugin("sale", price_rules=[off("sale.day", 100)])
    make_plugin("gift", price_rules=[off("gift.one", 1)])

    with app.test_request_context("/"):
        dear, cheap = quotes([basket(5000), basket(300)])
        (other,) = quotes([basket(5000)], instead=[off("sale.day", 2000)])

    assert (dear.goods_fen, cheap.goods_fen) == (4899, 199)
    assert dear.freight_fen > 0
    assert other.goods_fen == 2999
