"""What is told of earnings is what is kept of them: refunds are taken off everywhere."""

from datetime import timedelta

from core.api.clock import now
from plugins.distribution.services.overview import earned_daily, open_totals, top_distributors
from plugins.distribution.services.ranking import place_of, ranking


def test_half_an_order_back_is_off_every_figure(chain, shop, make_order, maker, outbox):
    order = make_order([("POT", 2, 10_000)], member=chain.buyer)
    outbox.drain()
    maker.refund(order, {"POT": 1})
    outbox.drain()
    since, until = now() - timedelta(days=1), now() + timedelta(days=1)
    with shop.database.read() as session:
        places = ranking(session, since, until, limit=2)
        place = place_of(session, chain.second.id, since, until)
        best = top_distributors(session, since=since)
        daily = earned_daily(session, until=until, days=2)
        coming = open_totals(session)

    assert [(each.member_id, each.earned_fen) for each in places] == [
        (chain.first.id, 1000),
        (chain.second.id, 500),
    ]
    assert (place.number, place.earned_fen) == (2, 500)
    assert [fen for _, fen, _ in best] == [1000, 500, 200]
    assert sum(daily) == 1700
    assert coming == {"pending": 1700, "frozen": 0}
