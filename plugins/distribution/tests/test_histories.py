import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.distribution.models import Commission


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    price_fen=st.integers(1, 50_000),
    pieces=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    steps=st.lists(st.sampled_from(["receive", "settle"]), max_size=2),
)
def test_any_history_of_refunds_keeps_the_books_and_ends_at_zero(
    programme, chain, shop, make_order, maker, outbox, clock, run_job, price_fen, pieces, steps
):
    code = f"H-{price_fen}"
    order = make_order([(code, sum(pieces), price_fen)], member=chain.buyer)
    outbox.drain()
    for index, count in enumerate(pieces):
        if "receive" in steps and index == len(pieces) // 2:
            maker.receive(order)
            if "settle" in steps:
                clock.advance(days=8)
                run_job("orders.settle")
                outbox.drain()
                run_job("distribution.settle")
        maker.refund(order, {code: count})
        outbox.drain()

    rows = programme.rows(order.id)
    assert all(row.reversed_fen == row.amount_fen for row in rows)
    with shop.database.read() as session:
        left = session.scalar(
            sa.select(sa.func.sum(Commission.amount_fen - Commission.reversed_fen)).where(
                Commission.order_id == order.id
            )
        )
    assert not left
    maker.check_books()
