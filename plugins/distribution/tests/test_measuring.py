"""What grades ask for, measured from orders, referrals and commissions."""

from plugins.distribution.rules import Measure, SelfPurchase
from plugins.distribution.services.measuring import measure

M = Measure


def numbers(shop, member, depth=2):
    with shop.database.read() as session:
        return measure(session, [member.id], tuple(M), depth=depth)[member.id]


def test_measures_count_settled_sales_net_of_refunds_each_line_once(
    shop, programme, chain, make_order, maker, outbox, sold
):
    order = sold(chain.buyer, [("POT", 1, 26_800), ("CUP", 2, 5000)])
    make_order([("CUP", 1, 5000)], member=chain.buyer)  # paid, on its way
    outbox.drain()

    assert numbers(shop, chain.first) == {
        M.OWN_SALES: 0,
        M.DIRECT_SALES: 36_800,
        M.TEAM_SALES: 36_800,
        M.DIRECT_HEADS: 1,
        M.TEAM_HEADS: 1,
        M.EARNED: 3680,
    }
    second = numbers(shop, chain.second)
    assert (second[M.DIRECT_SALES], second[M.TEAM_SALES], second[M.TEAM_HEADS]) == (0, 36_800, 2)
    assert numbers(shop, chain.third, depth=3)[M.TEAM_HEADS] == 3
    assert numbers(shop, chain.third)[M.TEAM_HEADS] == 2
    assert numbers(shop, chain.buyer)[M.OWN_SALES] == 41_800  # effective from payment on

    maker.refund(order, {"CUP": 1})
    outbox.drain()
    first = numbers(shop, chain.first)
    assert (first[M.DIRECT_SALES], first[M.EARNED]) == (31_800, 3180)
    maker.refund(order, {"POT": 1, "CUP": 1})
    outbox.drain()
    assert numbers(shop, chain.first)[M.TEAM_SALES] == 0


def test_on_own_orders_that_shift_the_referrer_still_has_direct_sales(
    shop, programme, make_member, sold
):
    programme.change(self_purchase=SelfPurchase.SHIFT)
    upper = make_member("上")
    lower = make_member("下", referrer=upper)
    programme.name(upper, lower)
    sold(lower)

    mine, above = numbers(shop, lower), numbers(shop, upper)
    assert (mine[M.OWN_SALES], mine[M.TEAM_SALES], mine[M.EARNED]) == (26_800, 0, 2680)
    assert (above[M.DIRECT_SALES], above[M.TEAM_SALES]) == (26_800, 26_800)
