"""Benefits: the grid, and the effects that the shop brings about by itself."""

import pytest

from core.api.errors import InvalidInput
from core.api.pricing import Draft, QuoteRequest
from core.orders.services import order_detail, wants_view
from plugins.membership.models import TierBenefit
from plugins.membership.rules.benefits import Cell, Effect
from plugins.membership.services import benefits, starting
from plugins.membership.services.reading import tiers


@pytest.fixture
def ask(shop, maker):
    """What a basket of one piece costs somebody: (freight, total) in fen."""

    def run(member, price_fen):
        product = maker.product(skus=[(f"P-{price_fen}-{member.id}", price_fen, 9)])
        (sku_id,) = product.skus.values()
        with shop.database.read() as session:
            view = wants_view(
                session, {sku_id: 1}, member_id=member.id, settings=shop.settings(),
                extensions=shop.extensions(), province="上海市",
            )  # fmt: skip
        return view.quote.freight_fen, view.quote.total_fen

    return run


def test_a_tier_with_free_delivery_pays_none_from_its_sum_on(club, make_member, ask):
    _base, silver, gold = club.ladder(0, 500, 1500)
    club.give_benefit(Effect.FREE_FREIGHT, {silver: 5000, gold: 0})
    plain, saver, best = make_member(), make_member(), make_member()
    club.give(saver, 500)
    club.give(best, 1500)

    assert ask(plain, 6000) == (1000, 7000)
    assert ask(saver, 4999) == (1000, 5999)
    assert ask(saver, 5000) == (0, 5000)
    assert ask(best, 1) == (0, 1)


def test_the_order_keeps_what_took_its_freight_off(shop, club, make_member, make_order):
    _base, silver = club.ladder(0, 500)
    club.give_benefit(Effect.FREE_FREIGHT, {silver: 0})
    member = make_member()
    club.give(member, 500)
    order = make_order([("CUP", 1, 3000)], member=member)

    assert order.total_fen == 3000
    with shop.database.read() as session:
        view = order_detail(session, order.order_no)
    assert view.freight_fen == 0


def test_guests_and_free_baskets_are_left_alone():
    request = QuoteRequest(lines=(), member_id=None, at=None)

    assert benefits.waive_freight(Draft(request, (500,), 1000), None) == ()
    assert benefits.waive_freight(Draft(request, (500,), 0), 0) == ()
    assert not benefits.PRICE_RULE.is_for(None), "it leaves their pages as they are"


def test_a_benefit_that_is_switched_off_has_no_effect(shop, club, make_member, ask):
    _base, silver = club.ladder(0, 500)
    benefit_id = club.give_benefit(Effect.FREE_FREIGHT, {silver: 0})
    member = make_member()
    club.give(member, 500)
    with shop.database.write() as session:
        view = next(each for each in benefits.catalogue(session) if each.id == benefit_id)
        benefits.save_benefit(session, type(view)(**{**vars(view), "is_active": False}))

    assert ask(member, 3000) == (1000, 4000)


@pytest.mark.parametrize(
    ("effect", "value"),
    [(Effect.GROWTH_MULTIPLIER, 9999), (Effect.GROWTH_MULTIPLIER, None), (Effect.FREE_FREIGHT, -1)],
)
def test_values_out_of_range_are_refused(club, effect, value):
    (base,) = club.ladder(0)
    with pytest.raises(InvalidInput):
        club.give_benefit(effect, {base: value})


def test_a_benefit_leaves_every_tier_with_the_catalogue(shop, club):
    (base,) = club.ladder(0)
    benefit_id = club.give_benefit("", {base: None})
    with shop.database.write() as session:
        benefits.remove_benefit(session, benefit_id)

    assert club.rows(TierBenefit) == []


def test_a_shop_is_set_up_once(shop, club):
    with shop.database.write() as session:
        assert starting.set_up(session)
        assert not starting.set_up(session)
        cells = benefits.matrix(session)
        ladder = tiers(session)
    assert [tier.threshold for tier in ladder] == [0, 500, 1500, 5000]
    assert len(cells) > 10
    assert all(isinstance(cell, Cell) for cell in cells.values())
