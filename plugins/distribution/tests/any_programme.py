"""Strategies of programmes and baskets, in the words of the second bookkeeper."""

from hypothesis import strategies as st

from plugins.distribution.rules import SelfPurchase
from plugins.distribution.tests.bookkeeper import PlanSaid, RateSaid, Said, Ware

WARES = (
    Ware("POT", 26_800, 20_000, on_shelf=True),
    Ware("CUP", 333, 100, on_shelf=True),
    Ware("SALE", 9999, 9000, on_shelf=False, off=777),
    Ware("DUST", 1, 0, on_shelf=False),
)
TREE = {"a": "b", "b": "c", "c": "d", "e": "a"}
"""Who came through whom; ``e`` is a customer at first, the others are distributors."""
PEOPLE = ("d", "c", "b", "a", "e")
GRADES = ("silver", "gold")

numbers = st.tuples(*[st.sampled_from([1, 200, 333, 500, 1000, 3000]) | st.integers(0, 9999)] * 3)
people = st.sampled_from(PEOPLE)


def rates(kind):
    return st.builds(
        RateSaid,
        kind=st.just(kind),
        levels=numbers,
        by_grade=st.dictionaries(st.sampled_from(GRADES), numbers, min_size=1, max_size=2),
    )


any_rate = rates("bps") | rates("bps") | rates("fixed")
plans = st.builds(
    PlanSaid,
    rate=any_rate,
    pool=st.sampled_from([10_000, 10_000, 3000, 777]),
    base=st.sampled_from(["paid", "profit"]),
    campaign=st.sampled_from(["same", "own", "excluded"]),
    campaign_rate=any_rate,
)
said = st.builds(
    Said,
    depth=st.integers(1, 3),
    own=st.sampled_from([str(mode) for mode in SelfPurchase]),
    compressed=st.booleans(),
    default=plans,
    second=st.none() | plans,
    scope=st.sampled_from(["sku", "product", "category"]),
    treatment=st.sampled_from(["plan", "own", "none"]),
    own_rate=any_rate,
)
baskets = st.dictionaries(
    st.sampled_from([ware.code for ware in WARES]), st.integers(1, 4), min_size=1
)
