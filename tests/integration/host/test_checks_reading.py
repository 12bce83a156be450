"""What a plugin asks before a write reads only; one that writes is a fault, and nothing is kept."""

import pytest
import sqlalchemy as sa

from core.host.models import PluginFault
from core.kernel.errors import PluginError
from core.members.models import Member
from core.orders.models import Order

_RENAME = sa.text("UPDATE member SET nickname = 'taken'")


def _by_statement(session, **_asked):
    session.execute(_RENAME)


def _behind_a_remark(session, **_asked):
    session.execute(sa.text("-- a look\n  " + _RENAME.text))


def _behind_with(session, **_asked):
    session.execute(sa.text("WITH a AS (SELECT 1) " + _RENAME.text))


def _by_object(session, **_asked):
    session.scalars(sa.select(Member)).first().nickname = "taken"


def _swallowed(session, **_asked):
    try:
        session.execute(_RENAME)
    except Exception:  # noqa: BLE001 - as a plugin might
        session.scalars(sa.select(Member)).first().nickname = "taken"


WRITERS = [_by_statement, _behind_a_remark, _behind_with, _by_object, _swallowed]


@pytest.mark.parametrize("write", WRITERS)
def test_a_check_that_writes_is_a_fault_and_nothing_is_kept(
    shop, make_plugin, make_order, make_member, write
):
    make_member("小山")
    make_plugin("odd", hooks={"check_place_order": write})

    with pytest.raises(PluginError, match="odd"):
        make_order([("POT", 1, 26_800)])
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0
        assert "taken" not in session.scalars(sa.select(Member.nickname)).all()
        assert list(session.scalars(sa.select(PluginFault.hook))) == ["check_place_order"]


def test_a_freeze_that_writes_refuses_the_order(shop, make_plugin, make_order, make_member):
    make_member("小山")
    make_plugin("odd", order_freezes={"odd": lambda session, _facts: _by_statement(session)})

    with pytest.raises(PluginError, match="odd"):
        make_order([("POT", 1, 26_800)])
    with shop.database.read() as session:
        assert "taken" not in session.scalars(sa.select(Member.nickname)).all()


def test_a_check_that_reads_lets_the_order_be_written(shop, make_plugin, make_order):
    seen = []

    def read(session, **_asked):
        seen.append(session.scalar(sa.select(sa.func.count()).select_from(Order)))

    make_plugin("odd", hooks={"check_place_order": read})
    assert make_order([("POT", 1, 26_800)]).total_fen == 26_800
    assert seen == [0]
