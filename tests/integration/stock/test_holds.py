from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.db.outbox import OutboxEvent
from core.kernel.clock import now
from core.kernel.errors import Conflict, Rejected
from core.stock import services as stock

LATER = timedelta(minutes=30)


def hold(database, reference, wants):
    with database.write() as session:
        stock.hold(session, reference, wants, now() + LATER)


def views(database, skus):
    with database.read() as session:
        found = stock.stock_views(session, skus)
    return [(found[sku].on_hand, found[sku].allocated) for sku in skus]


def test_a_hold_promises_pieces_that_are_still_on_hand(database, make_skus):
    skus = make_skus(5, 1)
    hold(database, "order-1", {skus[0]: 3, skus[1]: 1})
    assert views(database, skus) == [(5, 3), (1, 1)]
    with database.read() as session:
        assert stock.available(session, skus) == {skus[0]: 2, skus[1]: 0}


def test_a_hold_is_all_or_nothing_and_names_the_sku_of_which_too_few_are_left(database, make_skus):
    skus = make_skus(5, 1)
    with pytest.raises(Rejected) as refused:
        hold(database, "order-1", {skus[0]: 3, skus[1]: 2})
    assert refused.value.code == "stock.short"
    assert refused.value.params["sku_ids"] == [str(skus[1])]
    assert (refused.value.params["name"], refused.value.params["available"]) == ("山岚侧把壶", 1)
    assert views(database, skus) == [(5, 0), (1, 0)]


def test_what_is_sold_out_is_said_to_be(database, make_skus):
    (sku,) = make_skus(0)
    with pytest.raises(Rejected, match="sold out"):
        hold(database, "order-1", {sku: 1})


def test_taking_hands_over_once_however_often_it_is_called(database, make_skus):
    skus = make_skus(5, 2)
    hold(database, "order-1", {skus[0]: 3, skus[1]: 2})
    with database.write() as session:
        assert stock.take(session, "order-1")
    with database.write() as session:
        assert not stock.take(session, "order-1")
    assert views(database, skus) == [(2, 0), (0, 0)]
    with database.read() as session:
        newest = stock.movements(session, skus[0])[0]
    assert (newest.kind, newest.quantity, newest.reference) == ("sold", -3, "order-1")


def test_releasing_gives_back_once_and_never_what_was_taken(database, make_skus):
    skus = make_skus(5)
    hold(database, "order-1", {skus[0]: 3})
    hold(database, "order-2", {skus[0]: 1})
    with database.write() as session:
        assert stock.release(session, "order-1")
        assert not stock.release(session, "order-1")
        stock.take(session, "order-2")
        assert not stock.release(session, "order-2")
    assert views(database, skus) == [(4, 0)]


def test_pieces_given_back_cannot_be_taken_for_the_dead_order(database, make_skus):
    skus = make_skus(5)
    hold(database, "order-1", {skus[0]: 3})
    with database.write() as session:
        stock.release(session, "order-1")
    with pytest.raises(Conflict), database.write() as session:
        stock.take(session, "order-1")


def test_many_orders_are_released_in_one_go(database, make_skus):
    skus = make_skus(5, 5)
    for number in range(3):
        hold(database, f"order-{number}", {skus[0]: 1, skus[1]: 1})
    with database.write() as session:
        assert stock.release_many(session, [f"order-{number}" for number in range(3)]) == 2
    assert views(database, skus) == [(5, 0), (5, 0)]


def test_the_return_of_a_sold_out_sku_is_announced_once(database, make_skus):
    skus = make_skus(2, 2)
    hold(database, "order-1", {skus[0]: 2, skus[1]: 1})
    with database.write() as session:
        stock.release(session, "order-1")
        told = session.execute(sa.select(OutboxEvent.name, OutboxEvent.payload)).all()
    assert [(name, payload["sku_id"]) for name, payload in told] == [
        ("stock_returned", str(skus[0]))
    ]


def test_holding_is_at_most_three_statements_however_many_skus(database, make_skus):
    skus = make_skus(*[9] * 30)
    statements = []
    sa.event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )
    hold(database, "order-1", dict.fromkeys(skus, 1))
    written = [text for text in statements if not text.startswith("BEGIN")]
    assert len(written) == (2 if database.is_sqlite else 1)
