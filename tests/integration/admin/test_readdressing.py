"""Staff send a parcel that has not left to the right address; the shopper can see it."""

import pytest

from core.orders.services import order_detail
from core.staff.services import list_audit
from tests.integration.admin.conftest import fields, said


@pytest.fixture
def typed(admin):
    """What the form of an order holds: ``typed(order, to_detail="…")``."""

    def read(order, **changes):
        held = fields(admin.page(f"/admin/orders/{order.order_no}"))
        kept = {name: values[0] for name, values in held.items() if name.startswith("to-")}
        return kept | {name.replace("_", "-"): value for name, value in changes.items()}

    return read


def test_a_corrected_address_is_on_the_order_in_its_story_and_in_the_log(
    shop, admin, maker, sign_in, typed
):
    buyer = maker.member()
    order = maker.order(member=buyer)
    changes = {"to_name": "沈知夏", "to_detail": "新华路 99 号", "to_city": "苏州市"}
    form = typed(order, **changes, to_reason="买家来电更正")
    page = admin.done(f"/admin/orders/{order.order_no}/address", form)

    assert "The address is corrected" in page
    with shop.database.read() as session:
        found = order_detail(session, order.order_no)
        entry = list_audit(session).items[0]
    assert (found.address.detail, found.address.city) == ("新华路 99 号", "苏州市")
    assert found.timeline[-1].kind == "readdressed"
    assert (entry.action, entry.object_ref) == ("order.readdress", order.order_no)
    assert entry.after == {
        "reason": "买家来电更正",
        "name": "…夏",
        "city": "苏州市",
        "detail": "新华… 号",
    }
    shopper = sign_in(buyer).get(f"/me/orders/{order.order_no}").text
    assert "新华路 99 号" in shopper
    assert "商家修改了收货地址：买家来电更正" in shopper
    assert order.order_no in admin.page("/admin/orders?q=沈知夏")


def test_a_reason_and_a_whole_address_are_asked_for(admin, maker, typed):
    order = maker.order()
    path = f"/admin/orders/{order.order_no}/address"

    page = admin.refused(path, typed(order, to_detail="新华路 99 号"))
    assert "This field is required." in said(page)
    page = admin.refused(path, typed(order, to_phone="12", to_reason="打错了"))
    assert 'value="打错了"' in page
    assert "the address that the order has" in said(
        admin.refused(path, typed(order, to_reason="打错了"))
    )


def test_only_a_paid_order_that_waits_can_be_sent_elsewhere(admin, maker, typed):
    waiting, unpaid, received = maker.order(), maker.order(paid=False), maker.order(received=True)
    form = typed(waiting, to_detail="新华路 99 号", to_reason="买家来电更正")

    for order in (unpaid, received):
        page = admin.refused(f"/admin/orders/{order.order_no}/address", form)
        assert "Only the address of a paid order that waits" in said(page)
        assert 'action="/admin/orders/' + order.order_no + '/address"' not in page
