import pytest
import sqlalchemy as sa

from core.kernel.clock import now
from core.kernel.errors import Rejected
from core.stock import services as stock
from core.stock.models import StockLevel
from core.stock.rules import MovementKind


def on_hand(database, sku):
    with database.read() as session:
        return stock.stock_views(session, [sku])[sku].on_hand


def test_a_movement_under_a_known_key_changes_nothing(database, make_skus):
    (sku,) = make_skus(5)
    for _ in range(2):
        with database.write() as session:
            stock.receive(session, {sku: 4}, key="delivery-1", actor="staff")
        with database.write() as session:
            stock.put_back(session, "order-1", {sku: 2}, key="refund-1", actor="staff")
        with database.write() as session:
            stock.adjust(session, sku, -1, key="form-1", reason="broken", actor="staff")
    assert on_hand(database, sku) == 10


def test_a_correction_never_takes_what_is_promised(database, make_skus):
    (sku,) = make_skus(5)
    with database.write() as session:
        stock.hold(session, "order-1", {sku: 4}, now())
    with pytest.raises(Rejected) as refused, database.write() as session:
        stock.adjust(session, sku, -2, key="form-1", reason="", actor="staff")
    assert refused.value.code == "stock.promised"
    assert on_hand(database, sku) == 5


def test_a_recount_books_the_difference_and_skips_what_is_right(database, make_skus):
    skus = make_skus(5, 5)
    with database.write() as session:
        changed = stock.recount(session, {skus[0]: 5, skus[1]: 8}, key="count-1", actor="staff")
        newest = stock.movements(session, skus[1])[0]
    assert changed == 1
    assert (newest.kind, newest.quantity) == (MovementKind.IMPORTED, 3)


def test_all_stock_adds_up_and_a_fault_is_named(database, make_skus):
    skus = make_skus(5, 3)
    with database.write() as session:
        stock.hold(session, "order-1", {skus[0]: 2}, now())
        stock.hold(session, "order-2", {skus[1]: 1}, now())
        stock.take(session, "order-2")
        assert stock.verify(session).is_clean
        session.execute(sa.update(StockLevel).where(StockLevel.sku_id == skus[0]).values(on_hand=9))
        report = stock.verify(session)
    assert len(report.faults) == 1
    assert str(skus[0]) in report.faults[0]
