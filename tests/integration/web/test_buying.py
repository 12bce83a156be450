"""From the shelf to money back, over HTTP, without script."""

import re

import pytest
import sqlalchemy as sa

from core.api.testing.plugging import plug_in
from core.catalog.models import Product, Sku
from core.orders.models import AfterSale, Order
from core.orders.services import ship


def fields(html):
    """Hidden fields of the page's checkout form."""
    form = html.split('action="/checkout"')[1].split("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', form))


def choose(html):
    return re.search(r'name="address" value="([0-9a-f-]{36})" checked', html).group(1)


@pytest.fixture
def bag(signed, pot):
    """The member's browser with one small pot in the bag."""
    form = {"sku": str(pot.skus["POT-S"]), "quantity": "1", "then": "bag"}
    assert signed.post("/cart/add", form).status_code == 303
    return signed


@pytest.fixture
def order_no(bag):
    """An order placed from the bag."""
    html = bag.page("/checkout")
    form = {**fields(html), "address": choose(html), "note": "请包好", "action": "place"}
    response = bag.post("/checkout", form)
    assert response.status_code == 303, response.text
    return response.location.removeprefix("/pay/")


def test_options_of_the_sheet_lead_to_their_sku(signed, slug, pot):
    html = signed.page(f"/p/{slug}")
    assert 'name="option0" value="POT-L"' in html
    form = {"product": slug, "option0": "POT-L", "quantity": "2", "then": "bag"}
    assert signed.post("/cart/add", form).location == f"/p/{slug}"
    assert "POT-L" in signed.page("/cart")
    before = signed.page("/cart")
    signed.post("/cart/add", {**form, "option0": "nothing"})
    signed.page(f"/p/{slug}")
    assert signed.page("/cart") == before


def test_script_gets_an_answer_it_can_show(signed, pot):
    form = {"sku": str(pot.skus["POT-S"]), "quantity": "1", "then": "bag"}
    answer = signed.post("/cart/add", form, Accept="application/json").json

    assert answer["pieces"] == 1
    assert answer["ok"]


def test_more_than_there_is_becomes_what_there_is_and_says_so(signed, pot):
    form = {"sku": str(pot.skus["POT-L"]), "quantity": "9", "then": "bag"}
    answer = signed.post("/cart/add", form, Accept="application/json").json

    assert not answer["ok"]
    assert answer["pieces"] == 3


def test_the_bag_can_be_changed_and_emptied(bag, pot):
    sku = str(pot.skus["POT-S"])
    bag.post("/cart", {f"quantity.{sku}": "3", "selected": sku, "action": "update"})
    assert re.search(rf'name="quantity.{sku}" value="3"', bag.page("/cart"))
    bag.post("/cart", {f"quantity.{sku}": "3", "action": "update"})
    assert "未选商品" in bag.page("/cart")
    bag.post("/cart", {"remove": sku})
    assert "袋子还空着" in bag.page("/cart")


def test_pieces_are_read_in_digits_of_either_width(signed, member, bag, pot, make_order):
    sku = str(pot.skus["POT-S"])
    bag.post("/cart", {f"quantity.{sku}": " ４ ", "selected": sku, "action": "update"})
    assert f'name="quantity.{sku}" value="4"' in bag.page("/cart")
    large = {"sku": str(pot.skus["POT-L"]), "quantity": "２", "then": "bag"}
    assert bag.post("/cart/add", large, Accept="application/json").json["pieces"] == 6

    made = make_order([("CUP", 2, 5000)], member=member, received=True)
    path = f"/me/orders/{made.order_no}/after-sale"
    line = re.search(r'name="(quantity\.[0-9a-f-]{36})"', signed.page(path)).group(1)
    assert signed.post(path, {line: "１", "reason": "damaged", "kind": "refund"}).status_code == 303


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "99999"])
def test_what_is_no_number_leaves_the_pieces_in_the_bag(bag, pot, text):
    sku = str(pot.skus["POT-S"])
    bag.post("/cart", {f"quantity.{sku}": text, "selected": sku, "action": "update"})

    assert f'name="quantity.{sku}" value="1"' in bag.page("/cart")


def test_an_order_is_placed_paid_and_seen(bag, order_no, member):
    html = bag.page(f"/pay/{order_no}")
    assert "sandbox" in html
    paying = bag.post(f"/pay/{order_no}", {"gateway": "sandbox"})
    assert "/sandbox/pay/" in paying.location
    bag.post(paying.location.removeprefix("http://localhost"), {"choice": "pay"})

    assert "支付成功" in bag.page(f"/pay/{order_no}/result")
    assert "待发货" in bag.page(f"/me/orders/{order_no}")
    assert "请包好" in bag.page(f"/me/orders/{order_no}")


def test_another_amount_than_asked_is_said_to_go_back(bag, order_no):
    paying = bag.post(f"/pay/{order_no}", {"gateway": "sandbox"})
    cashier = paying.location.removeprefix("http://localhost")
    bag.post(cashier, {"choice": "wrong_amount", "paid_yuan": "0.01"})
    bag.post(f"/pay/{order_no}/check")

    html = bag.page(f"/pay/{order_no}/result")
    assert "款项会自动原路退回" in html
    assert "没有扣款" not in html


def test_the_gateway_names_the_shop_in_the_shoppers_language(bag, order_no):
    bag.page(f"/pay/{order_no}?lang=en")
    paying = bag.post(f"/pay/{order_no}", {"gateway": "sandbox"})
    bill = bag.page(paying.location.removeprefix("http://localhost"))

    assert f"Shanyu {order_no}" in bill
    assert "山屿集" not in bill


def test_paying_twice_leads_to_the_result(bag, order_no):
    paying = bag.post(f"/pay/{order_no}", {"gateway": "sandbox"})
    bag.post(paying.location.removeprefix("http://localhost"), {"choice": "pay"})

    assert bag.get(f"/pay/{order_no}").location == f"/pay/{order_no}/result"
    again = bag.post(f"/pay/{order_no}", {"gateway": "sandbox"})
    assert again.location == f"/pay/{order_no}/result"


def test_a_payment_that_is_open_is_waited_for_without_script(bag, order_no):
    bag.post(f"/pay/{order_no}", {"gateway": "sandbox"})
    html = bag.page(f"/pay/{order_no}/result")

    assert '<noscript><meta http-equiv="refresh"' in html
    assert f'data-next="/pay/{order_no}/result?n=1"' in html
    assert bag.post(f"/pay/{order_no}/check").location == f"/pay/{order_no}/result?n=1"


def test_reading_the_result_page_changes_nothing(bag, order_no, shop, statements):
    bag.post(f"/pay/{order_no}", {"gateway": "sandbox"})
    with statements() as seen:
        bag.page(f"/pay/{order_no}/result")

    assert not [s for s in seen if s.split()[0] in {"INSERT", "UPDATE", "DELETE"}]


def test_the_cashier_asks_for_nothing_that_an_unpaid_order_cannot_have(bag, order_no, statements):
    bag.page(f"/pay/{order_no}")
    with statements() as seen:
        bag.page(f"/pay/{order_no}")

    assert len(seen) <= 4, seen


def test_a_price_that_changed_is_shown_and_nothing_typed_is_lost(bag, shop, pot):
    html = bag.page("/checkout")
    with shop.database.write() as session:
        session.execute(sa.update(Sku).where(Sku.code == "POT-S").values(price_fen=10900))
    form = {**fields(html), "address": choose(html), "note": "送礼用", "action": "place"}
    response = bag.post("/checkout", form)

    assert response.status_code == 409
    assert "¥99.00" in response.text
    assert "¥109.00" in response.text
    assert "送礼用" in response.text
    fresh = fields(response.text)
    assert fresh["request_key"] == fields(html)["request_key"]
    assert bag.post("/checkout", {**form, **fresh}).status_code == 303


def test_the_same_form_sent_twice_is_one_order(bag, shop):
    html = bag.page("/checkout")
    form = {**fields(html), "address": choose(html), "action": "place"}
    first, second = bag.post("/checkout", form), bag.post("/checkout", form)

    assert first.location == second.location
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1


def test_an_amount_made_up_by_the_browser_is_refused(bag, shop):
    html = bag.page("/checkout")
    for total in ("1", "-1", "", "9" * 30, "0.01"):
        form = {**fields(html), "address": choose(html), "action": "place"}
        response = bag.post("/checkout", {**form, "expected_total_fen": total})
        assert response.status_code == 409, total
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0


def test_a_new_address_is_checked_kept_and_used(bag, shop):
    html = bag.page("/checkout")
    typed = {"name": "林", "phone": "12", "province": "浙江省", "city": "杭州市", "detail": "一号"}
    form = {**fields(html), "address": "new", "action": "place", **typed}
    wrong = bag.post("/checkout", form)
    assert wrong.status_code == 422
    assert "杭州市" in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    right = bag.post("/checkout", {**form, "phone": "13900002222"})
    assert right.status_code == 303
    assert "杭州市" in bag.page("/me/addresses")


def test_everything_that_an_address_lacks_is_said_at_once(bag):
    lacking = ("name", "phone", "province", "city", "detail")
    form = {**fields(bag.page("/checkout")), "address": "new", "action": "place"}
    for page in (
        bag.post("/checkout", {**form, "district": "西湖区"}).text,
        bag.post("/me/addresses/new", {"district": "西湖区"}).text,
    ):
        assert {name for name in lacking if f'id="h-{name}"' in page} == set(lacking)
        assert 'id="h-district"' not in page
        assert page.count("请填写此项。") == len(lacking)


def test_who_has_no_script_and_may_not_have_it_is_told_so_on_the_product(signed, slug):
    form = {"product": slug, "option0": "没有", "then": "bag"}

    refused = signed.post("/cart/add", form)
    assert (refused.status_code, refused.location) == (303, f"/p/{slug}")
    page = signed.page(refused.location)
    assert '<p class="notice error" role="status">' in page
    assert "没有这个规格组合" in page
    assert "没有这个规格组合" not in signed.page(refused.location)

    told = signed.post("/cart/add", form, Accept="application/json")
    assert told.status_code == 422
    assert told.json["error"]["code"] == "store.combination"


def test_buying_at_once_leaves_the_bag_alone(bag, pot):
    form = {"sku": str(pot.skus["POT-L"]), "quantity": "1", "then": "buy"}
    location = bag.post("/cart/add", form).location
    html = bag.page(location)
    assert "POT-L" in html
    assert "POT-S" not in html
    placed = {**fields(html), "address": choose(html), "action": "place"}
    assert bag.post("/checkout", placed).status_code == 303
    assert "POT-S" in bag.page("/cart")


def test_orders_of_others_do_not_exist(order_no, sign_in, make_member):
    from tests.integration.web.conftest import Browser

    other = Browser(sign_in(make_member("别人")))
    for path in (f"/me/orders/{order_no}", f"/pay/{order_no}", f"/pay/{order_no}/result"):
        assert other.get(path).status_code == 404
    for path in ("cancel", "receive", "again", "after-sale"):
        assert other.post(f"/me/orders/{order_no}/{path}", {"reason": "0"}).status_code == 404
    assert other.post(f"/pay/{order_no}", {"gateway": "sandbox"}).status_code == 404


def test_an_unpaid_order_can_be_cancelled_and_bought_again(bag, order_no):
    bag.post(f"/me/orders/{order_no}/cancel", {"reason": "1"})
    assert "已取消" in bag.page(f"/me/orders/{order_no}")
    assert bag.get(f"/pay/{order_no}").location == f"/pay/{order_no}/result"
    assert "订单已关闭" in bag.page(f"/pay/{order_no}/result")
    assert bag.post(f"/me/orders/{order_no}/again").location == "/cart"
    assert "POT-S" in bag.page("/cart")


def test_receipt_after_sale_and_its_end(signed, member, shop, make_order):
    made = make_order([("CUP", 2, 5000)], member=member)
    with shop.database.write() as session:
        ship(session, made.order_no, carrier="顺丰", tracking_no="SF1", actor="staff:x")
    html = signed.page(f"/me/orders/{made.order_no}")
    assert "SF1" in html
    signed.post(f"/me/orders/{made.order_no}/receive")
    assert "已完成" in signed.page(f"/me/orders/{made.order_no}")
    form = signed.page(f"/me/orders/{made.order_no}/after-sale")
    line = re.search(r'name="(quantity\.[0-9a-f-]{36})"', form).group(1)
    path = f"/me/orders/{made.order_no}/after-sale"
    assert signed.post(path, {line: "0", "reason": "damaged"}).status_code == 422
    assert signed.post(path, {line: "1", "reason": ""}).status_code == 422
    asked = signed.post(path, {line: "1", "reason": "damaged", "kind": "return", "note": "裂了"})
    assert "裂了" in signed.page(asked.location)
    assert "</i>50<" in signed.page("/me/after-sales")
    signed.post(f"{asked.location}/withdraw")
    assert "已撤回" in signed.page(asked.location)
    with shop.database.read() as session:
        assert session.scalar(sa.select(AfterSale.state)) == "withdrawn"


def test_shipping_and_addresses_of_others_cannot_be_touched(sign_in, make_member, member, shop):
    from core.members.services import addresses_of
    from tests.integration.web.conftest import Browser

    with shop.database.read() as session:
        address = addresses_of(session, member.id)[0].id
    other = Browser(sign_in(make_member("别人")))

    assert other.get(f"/me/addresses/{address}").status_code == 404
    assert other.post(f"/me/addresses/{address}/delete").status_code == 404
    assert other.post(f"/me/addresses/{address}/default").status_code == 404


def test_a_forged_callback_is_refused_and_noted(guest, shop):
    from core.payments.models import GatewayNotice

    response = guest.client.post("/notify/sandbox", data=b'{"payment_no":"P1","state":"paid"}')

    assert response.status_code == 403
    with shop.database.read() as session:
        notice = session.query(GatewayNotice).one()
    assert not notice.is_genuine
    assert guest.client.post("/notify/nobody", data=b"{}").status_code == 404


def test_a_check_that_fails_leaves_the_bag_and_says_so_at_the_form(bag, shop):
    plug_in(shop, "broken", hooks={"check_place_order": lambda **_told: 1 / 0})
    form = {**fields(bag.page("/checkout")), "action": "place", "note": "请包好"}
    form["address"] = choose(bag.page("/checkout"))
    answer = bag.post("/checkout", form)

    assert answer.status_code == 500
    assert "订单没有提交" in answer.text
    assert "请包好" in answer.text
    assert fields(answer.text)["request_key"] == form["request_key"]
    shop.plugins.disable("broken", "test")
    assert bag.post("/checkout", form).status_code == 303


def test_buying_at_once_says_why_nothing_can_be_ordered(bag, order_no, shop, pot):
    with shop.database.write() as session:
        session.execute(sa.update(Product).values(per_member_limit=1))
    assert "限购的数量" in bag.page(f"/checkout?want={pot.skus['POT-S']}:1")


def test_the_address_of_a_form_leads_a_visitor_to_its_page(bag, client):
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for address, page in (
        ("/cart/add", "/cart"),
        ("/me/orders/1/cancel", "/me/orders/1"),
        ("/admin/plugins/poster/switch", "/admin/plugins/poster"),
        ("/admin/signout", "/admin"),
    ):
        assert client.get(address, headers=html).location == page
        assert client.get(address).status_code == 405
    raw = {"PATH_INFO": "//cart/add"}  # the client would take it for a host
    assert client.get("/", headers=html, environ_overrides=raw).location == "/cart"
