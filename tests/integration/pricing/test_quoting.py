from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from core.pricing.services import core_rules, quote, quote_each
from core.pricing.types import Adjustment, PriceRule, QuoteLine, QuoteRequest, Stage
from core.settings.rules import StoreSettings
from tests.integration.orders.trading import counted

REQUEST = QuoteRequest(
    lines=(QuoteLine(UUID(int=1), UUID(int=2), None, 2, 5000),),
    member_id=None,
    at=datetime(2026, 11, 21, 4, tzinfo=UTC),
)


def test_the_trunks_own_rule_is_freight_by_the_settings(database):
    settings = StoreSettings(freight_fen=800, free_freight_from_fen=10_001)
    free = StoreSettings(freight_fen=800, free_freight_from_fen=10_000)

    with database.read() as session:
        asked = quote(session, REQUEST, core_rules(settings))
        waived = quote(session, REQUEST, core_rules(free))

    assert (asked.freight_fen, asked.total_fen) == (800, 10_800)
    assert (waived.freight_fen, waived.total_fen) == (0, 10_000)


def test_a_rule_gets_what_its_own_load_read_and_nothing_else_is_asked(database):
    def load(session, request):
        return session.execute(sa.text("SELECT 250")).scalar() * len(request.lines)

    takes = PriceRule(
        "a.takes", Stage.COUPON, lambda draft, loaded: [Adjustment(-loaded, "Coupon")], load
    )
    plain = PriceRule("b.plain", Stage.COUPON, lambda draft, loaded: [Adjustment(-1, "One fen")])

    with database.read() as session, counted(database) as sent:
        priced = quote(session, REQUEST, (plain, takes))

    assert priced.total_fen == 9749
    assert [text for text in sent if not text.startswith("BEGIN")] == ["SELECT 250"]


def test_several_baskets_are_loaded_together_and_priced_each_by_itself(database):
    asked = []

    def load(session, request):
        asked.append([line.sku_id for line in request.lines])
        return session.execute(sa.text("SELECT 250")).scalar()

    from_6000 = PriceRule(
        "a.takes",
        Stage.PROMOTION,
        lambda draft, off: [Adjustment(-off, "Off")] if draft.goods_fen >= 6000 else [],
        load,
    )
    tea, pot = UUID(int=1), UUID(int=3)
    baskets = [
        QuoteRequest((QuoteLine(sku, UUID(int=9), None, 1, fen),), None, REQUEST.at)
        for sku, fen in ((tea, 5000), (pot, 6000))
    ]

    with database.read() as session, counted(database) as sent:
        quotes = quote_each(session, baskets, (from_6000,))
        assert quote_each(session, (), (from_6000,)) == []

    assert [each.total_fen for each in quotes] == [5000, 5750]
    assert asked == [[tea, pot]]
    assert [text for text in sent if not text.startswith("BEGIN")] == ["SELECT 250"]


def test_a_rule_that_loads_nothing_has_nothing_to_say(database):
    told = []

    def apply(draft, loaded):
        told.append(loaded)
        return [Adjustment(-10, "Off")]

    silent = PriceRule("a.silent", Stage.PROMOTION, apply, lambda _session, _request: None)
    heard = PriceRule("b.heard", Stage.PROMOTION, apply, lambda _session, _request: 0)
    plain = PriceRule("c.plain", Stage.PROMOTION, apply)

    with database.read() as session:
        assert quote(session, REQUEST, (silent, heard, plain)).goods_fen == 10_000 - 20

    assert told == [0, None]


def test_a_rule_for_members_is_not_asked_about_a_guests_basket(database):
    asked = []

    def load(_session, request):
        asked.append(request.member_id)
        return 0

    rule = PriceRule(
        "a.members",
        Stage.PROMOTION,
        lambda _draft, _loaded: [Adjustment(-10, "Off")],
        load,
        audience="member",
    )
    member = UUID(int=7)

    with database.read() as session:
        assert quote(session, REQUEST, (rule,)).goods_fen == 10_000
        assert quote(session, REQUEST._replace(member_id=member), (rule,)).goods_fen == 9990
    assert asked == [member]
