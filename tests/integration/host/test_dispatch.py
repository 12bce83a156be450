"""Checks, guards and the breaker: a plugin that fails never stops the shop."""

import pytest
import sqlalchemy as sa

from core.host.faults import CHECK_LIMIT
from core.host.host import Refusals, Standing
from core.host.models import PluginFault
from core.kernel.errors import PluginError, Rejected


def faults(shop) -> dict[str, int]:
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        return dict(session.execute(sa.select(PluginFault.hook, PluginFault.count)).all())


def bind(shop):
    asked = {"member_id": "m", "referrer_id": "r", "by_staff": False}
    shop.plugins.check("check_bind_referral", session=None, **asked)


def test_one_refusal_is_raised_as_it_is(shop, enable_plugin):
    bind(shop)
    enable_plugin("has_settings")
    with pytest.raises(Rejected, match="Has settings refuses m") as refused:
        bind(shop)
    assert refused.value.code == "has_settings.no"


def test_several_refusals_are_collected(shop, enable_plugin):
    enable_plugin("has_settings")
    enable_plugin("needs_settings")
    with pytest.raises(Refusals) as refused:
        bind(shop)
    codes = [reason.code for reason in refused.value.reasons]
    assert codes == ["has_settings.no", "needs_settings.no"]


def test_nobody_listens_when_nobody_is_on(shop):
    assert not shop.plugins.has_listeners("check_place_order")
    bind(shop)


def test_a_guarded_block_records_a_fault_and_goes_on(shop):
    with shop.plugins.guard("has_settings", "block:has_settings.x"):
        raise ValueError("broken")
    assert faults(shop) == {"block:has_settings.x": 1}


def test_a_guarded_block_lets_a_refusal_through(shop):
    with pytest.raises(Rejected), shop.plugins.guard("has_settings", "block:x"):
        raise Rejected("x", "no")
    assert faults(shop) == {}


def test_faults_are_written_by_themselves_while_a_write_is_open(shop):
    """On SQLite the fault's own write has to wait for the lock that the request holds."""
    import time

    with shop.database.write() as session:
        session.execute(sa.text("SELECT 1"))
        with shop.plugins.guard("has_settings", "block:x"):
            raise ValueError("broken")
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        with shop.database.read() as session:
            if session.scalar(sa.select(PluginFault.count)):
                return
        time.sleep(0.05)
    pytest.fail("the fault was not written")


def test_a_check_that_fails_refuses_clearly_and_its_plugin_is_paused(shop, enable_plugin):
    enable_plugin("raises_everywhere")
    for _ in range(CHECK_LIMIT):
        with pytest.raises(PluginError, match="nothing was changed"):
            bind(shop)
    assert faults(shop) == {"check_bind_referral": CHECK_LIMIT}
    shop.counters.refresh(force=True)
    assert shop.plugins.standings()["raises_everywhere"] is Standing.PAUSED
    reason = shop.plugins.snapshot().rows["raises_everywhere"].paused_reason
    assert "check_bind_referral failed 5 times" in reason
    assert "boom" in reason
    bind(shop)
    shop.plugins.enable("raises_everywhere", "me")
    assert shop.plugins.standings()["raises_everywhere"] is Standing.ENABLED


def test_a_price_rule_that_fails_costs_its_discount_only(shop, enable_plugin, make_order, maker):
    product = maker.product(skus=[("A", 5000, 10)])
    enable_plugin("raises_everywhere")
    rules = shop.extensions().rules
    assert [rule.key for rule in rules] == ["raises_everywhere.load", "raises_everywhere.apply"]
    with shop.database.read() as session:
        from core.orders.services import wants_view

        view = wants_view(
            session,
            {product.skus["A"]: 2},
            member_id=None,
            settings=shop.settings(),
            extensions=shop.extensions(),
        )
    assert view.quote.goods_fen == 10_000
    assert faults(shop) == {
        "price:raises_everywhere.load": 1,
        "price:raises_everywhere.apply": 1,
    }


def test_a_plugin_that_raises_everywhere_does_not_stop_the_shop(
    shop, enable_plugin, make_order, make_member, outbox
):
    enable_plugin("raises_everywhere")
    buyer, refusals = make_member(), 0
    while True:
        try:
            order = make_order(lines=[("A", 1, 5000)], member=buyer, paid=True)
            break
        except PluginError:
            refusals += 1
            assert refusals <= CHECK_LIMIT
            shop.plugins.faults.flush()
            shop.counters.refresh(force=True)
    assert refusals == CHECK_LIMIT
    assert order.total_fen > 0
    outbox.drain()
    waits = outbox.backlog()
    assert waits.undispatched == 0
    assert set(waits.pending) == {"raises_everywhere"}
