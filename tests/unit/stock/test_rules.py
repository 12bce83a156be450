from uuid import UUID

import pytest

from core.kernel.errors import Rejected
from core.stock.rules import checked_wants, movement_key

LOW, HIGH = UUID(int=1), UUID(int=2)


def test_wants_come_in_ascending_id_so_that_locks_are_taken_in_one_order():
    assert checked_wants({HIGH: 2, LOW: 1}) == [(LOW, 1), (HIGH, 2)]


@pytest.mark.parametrize("wants", [{}, {LOW: 0}, {LOW: 1, HIGH: -1}, {LOW: 10**10}])
def test_wants_without_a_sane_quantity_are_refused(wants):
    with pytest.raises(Rejected):
        checked_wants(wants)


def test_each_sku_of_a_change_has_a_key_of_its_own():
    assert movement_key("refund:7", LOW) != movement_key("refund:7", HIGH)
