"""What the merchant does with member prices: types, looks, imports, asks, takes back."""

import io
import re
from html import unescape
from urllib.parse import urlencode

import pytest

from core.api.clock import now
from core.api.db import new_id
from plugins.member_pricing.admin import paste
from plugins.member_pricing.services import lines as table_lines
from plugins.membership.models import TierRow

OWN = {"Sec-Fetch-Site": "same-origin"}
ROOT = "/admin/x/member_pricing"
RIGHTS = ("member_pricing.view",)


@pytest.fixture
def database_url(sqlite_url):
    """Pages ask what services ask; those are tested on both databases."""
    return sqlite_url


@pytest.fixture
def pot(make_product):
    return make_product("茶壶", skus=[("POT-S", 10_000, 50), ("POT-L", 20_000, 50)], cost_fen=8_000)


@pytest.fixture
def merchant(sign_in, make_staff):
    return sign_in(make_staff(), "staff")


def page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def fields(text):
    """Every field of the grid with its value."""
    found = re.findall(r'<input[^>]*name="((?:was\.)?p\.[^"]+|product)"[^>]*value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def post(browser, path, form, **more):
    return browser.post(path, data=form, headers=OWN, **more)


def apply(browser, path, form, **more):
    """Do what a look at it shows; ``more`` is typed in between."""
    seen = post(browser, path, form | {"do": "preview"})
    (look,) = re.findall(r'name="look" value="([^"]*)"', seen.text) or [""]
    return post(browser, path, form | {"do": "apply", "look": look} | more)


def cell(product, audience, sku=""):
    return f"p.{product.skus[sku] if sku else product.id}.{audience}"


def texts(prices, product):
    from plugins.member_pricing.rules import price_text

    return {
        (key[0] == product.id, key[1]): price_text(kept.terms.price)
        for key, kept in prices.of(product).items()
    }


def test_what_is_typed_into_the_grid_is_kept(prices, pot, merchant, make_product):
    form = fields(page(merchant, ROOT))
    form[cell(pot, "all")] = "95折"
    form[cell(pot, prices.audience("gold").key, "POT-L")] = "¥150"

    for number in range(12):
        make_product(f"茶{number}")  # the page shows twelve, and pot is not among them any more
    assert post(merchant, ROOT, form).status_code == 303
    assert texts(prices, pot) == {
        (True, "all"): "-5%",
        (False, prices.audience("gold").key): "150.00",
    }
    shown = page(merchant, f"{ROOT}?show=priced")
    assert "¥95–¥190" in shown
    assert "¥150" in shown


def test_a_cell_that_cannot_be_read_keeps_everything_as_typed_and_saves_nothing(
    prices, pot, merchant
):
    form = fields(page(merchant, ROOT))
    form[cell(pot, "all")], form[cell(pot, "returning")] = "cheap", "90"

    answer = post(merchant, ROOT, form)
    assert answer.status_code == 422
    assert 'value="cheap"' in answer.text
    assert 'value="90"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert prices.of(pot) == {}


@pytest.mark.parametrize("version", ["²", "9" * 30, "9" * 5000, "x"])
def test_a_version_that_is_no_number_changes_nothing_and_costs_no_page(
    prices, pot, merchant, version
):
    grid = {cell(pot, "all"): "90", "was." + cell(pot, "all"): f"{version}|", "product": pot.id}
    assert post(merchant, ROOT, grid).status_code == 303
    form = {"kind": "less", "value": "10", "version": version}
    answer = post(merchant, f"{ROOT}/products/{pot.id}/{pot.id}/all", form)
    assert answer.status_code < 500
    assert (True, "all") not in texts(prices, pot) or answer.status_code == 303


def test_whoever_saves_later_is_told_what_somebody_else_made_of_a_price(prices, pot, merchant):
    prices.set(pot, "all", "90")
    seen = fields(page(merchant, ROOT))
    prices.set(pot, "all", "80")

    mine = seen | {cell(pot, "returning"): "85"}
    assert post(merchant, ROOT, mine).status_code == 303, "another cell than theirs"
    both = seen | {cell(pot, "all"): "70"}
    told = post(merchant, ROOT, both)
    assert told.status_code == 409
    assert "刚被别人改成：¥80" in told.text
    assert texts(prices, pot)[True, "all"] == "80.00"

    again = post(merchant, ROOT, fields(told.text))
    assert again.status_code == 303
    assert texts(prices, pot)[True, "all"] == "70.00"


def test_prices_that_lose_money_or_help_nobody_are_marked_and_found(
    prices, pot, merchant, make_product, shop
):
    make_product("茶杯")
    prices.set(pot, "all", "70")
    prices.set(pot, "returning", "300")

    gone = make_product("茶盘", cost_fen=9_000)
    prices.set(gone, "black", "70")
    with shop.database.write() as session:
        session.get(TierRow, prices.tiers["black"]).retired_at = now()

    shown = page(merchant, f"{ROOT}?show=warned")
    assert "低于成本" in shown
    assert "不低于标价" in shown
    for text in (shown, page(merchant, f"{ROOT}?show=priced")):
        for title in ("茶杯", "茶盘"):
            assert title not in text.partition("<tbody")[2]


def test_one_price_has_days_and_can_be_taken_away(prices, pot, merchant):
    path = f"{ROOT}/products/{pot.id}/{pot.id}/all"
    form = {"kind": "less", "value": "10", "since": "2026-12-01", "until": "2026-12-31"}

    assert post(merchant, path, form | {"version": "0"}).status_code == 303
    assert "2026-12-01 – 2026-12-31" in page(merchant, f"{ROOT}/products/{pot.id}")
    wrong = form | {"until": "2026-11-01"}
    assert post(merchant, path, form | {"value": "20", "version": "0"}).status_code == 409
    version = re.search(r'name="version" value="(\d+)"', page(merchant, path))[1]
    assert post(merchant, path, wrong | {"version": version}).status_code == 422
    large = post(merchant, path, form | {"value": "9" * 20, "version": version})
    assert "金额过大" in large.text
    gone = post(merchant, path, {"do": "remove", "version": version})
    assert gone.status_code == 303
    assert prices.of(pot) == {}


def test_many_products_get_a_price_after_a_look_and_it_can_be_taken_back(
    prices, pot, merchant, make_product
):
    cup = make_product("茶杯")
    prices.set(pot, "all", "150", sku="POT-L")
    form = {"act": "set", "audiences": "all", "price": "5%", "scope": "found"}

    seen = post(merchant, f"{ROOT}/many", form | {"do": "preview"}).text
    assert "改 2 个价格" in seen
    assert "1 个规格保留自己的会员价" in seen
    assert texts(prices, cup) == {}
    done = apply(merchant, f"{ROOT}/many", form | {"takes_own": "y"})
    assert texts(prices, pot) == {(True, "all"): "-5%"}
    assert texts(prices, cup) == {(True, "all"): "-5%"}

    prices.set(cup, "all", "1")
    assert post(merchant, f"{done.location}/undo", {}).status_code == 303
    assert texts(prices, pot) == {(False, "all"): "150.00"}
    assert texts(prices, cup) == {(True, "all"): "1.00"}, "it was changed since"
    told = page(merchant, f"{ROOT}/history")
    assert "撤回" in told
    act = done.location.rpartition("/")[2]
    assert act not in page(merchant, "/admin/audit"), "acts are known by what they did"


def test_nothing_counts_that_was_not_looked_at(prices, pot, merchant, make_product):
    many = {"act": "set", "audiences": "all", "price": "5%", "scope": "found"}
    lines = {"lines": "POT-S,gold,90"}
    for path, form, other in (
        ("many", many, {"price": "50%"}),
        ("lines", lines, {"lines": "POT-S,gold,9"}),
    ):
        for answer in (
            post(merchant, f"{ROOT}/{path}", form | {"do": "apply"}),
            apply(merchant, f"{ROOT}/{path}", form, **other),
        ):
            assert (path, answer.status_code) == (path, 409)
            assert "没有保存" in answer.text
        assert prices.of(pot) == {}

    seen = post(merchant, f"{ROOT}/many", many | {"do": "preview"}).text
    (look,) = re.findall(r'name="look" value="([^"]*)"', seen)
    prices.set(pot, "all", "70")
    answer = post(merchant, f"{ROOT}/many", many | {"do": "apply", "look": look})
    assert answer.status_code == 409, "somebody was quicker"
    assert texts(prices, pot) == {(True, "all"): "70.00"}
    nobody = {name: value for name, value in many.items() if name != "audiences"}
    assert post(merchant, f"{ROOT}/many", nobody | {"do": "preview"}).text.count("至少选一个") == 1
    window = {"since": "2026-12-05", "until": "2026-12-01"}
    assert post(merchant, f"{ROOT}/many", many | window | {"do": "preview"}).status_code == 422
    ghost = many | {"pick": str(new_id()), "scope": ""}
    assert apply(merchant, f"{ROOT}/many", ghost).status_code == 404


def test_files_of_spreadsheets_are_read_and_others_refused(prices, pot, merchant, monkeypatch):
    def upload(data):
        form = {"file": (io.BytesIO(data), "prices.csv"), "do": "preview"}
        return merchant.post(f"{ROOT}/lines", data=form, headers=OWN)

    table = "编码,适用人群,价格\nPOT-S,金卡,90\nPOT-L,金卡,10折"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        answer = upload(table.encode(encoding))
        assert (encoding, "新增 1" in answer.text) == (encoding, True)
        assert "第 3 行" in answer.text, "ten tenths are no price"
    text = "\n".join(f"POT-{number},gold,90,,,{'x' * 9_000}" for number in range(70))
    form = urlencode({"lines": text, "do": "preview"})
    urlencoded = "application/x-www-form-urlencoded"
    answer = merchant.post(f"{ROOT}/lines", data=form, headers=OWN, content_type=urlencoded)
    assert answer.status_code == 422, "read, and no code in it is known"
    monkeypatch.setattr(paste, "MOST_BYTES", 99)
    assert "文件超过 8 MB" in upload(f"POT-S,金卡,90,,,{'标题' * 60}".encode()).text
    monkeypatch.undo()
    assert upload(b"POT-S,gold," + b"9" * 200_000).status_code == 422
    misnamed = upload("编码,适用人群,会员价格\nPOT-S,金卡,90".encode())
    assert "没有" in misnamed.text, "no price is not an empty one, which takes prices away"
    assert misnamed.status_code == 422


def test_ticked_products_are_left_out_and_taken_in_again(prices, pot, merchant):
    prices.set(pot, "all", "90")
    form = {"pick": str(pot.id), "do": "apply"}

    post(merchant, f"{ROOT}/many", form | {"act": "leave_out"})
    assert "所有人同价" in page(merchant, f"{ROOT}/products/{pot.id}")
    post(merchant, f"{ROOT}/many", form | {"act": "take_in"})
    assert "先闲着" not in page(merchant, f"{ROOT}/products/{pot.id}")
    log = page(merchant, "/admin/audit")
    assert log.count(f'href="/admin/products/{pot.id}"') == 2, "by the name of the product"


def test_what_is_exported_comes_back_as_it_was(shop, prices, pot, merchant, clock):
    prices.set(pot, "gold", "95折", sku="POT-S")
    prices.set(pot, "black", "8折", sku="POT-S")
    prices.set(pot, "all", "-10")
    with shop.database.write() as session:  # whose prices count for nobody from now on
        session.get(TierRow, prices.tiers["black"]).retired_at = now()
    table = post(merchant, f"{ROOT}/export.csv", {}).text
    assert "POT-S,金卡,-5%" in table.replace("'-5%", "-5%")

    seen = post(merchant, f"{ROOT}/lines", {"lines": table}).text
    assert "不变 2" in seen
    assert "不能导入" not in seen


def test_a_file_of_any_length_is_taken_in_steps(prices, pot, merchant, monkeypatch):
    monkeypatch.setattr(table_lines, "MOST_LINES", 2)
    lines = "code,audience,price\nPOT-S,gold,90\nPOT-L,gold,x\nPOT-S,silver,95\nPOT-L,silver,180"
    seen = post(merchant, f"{ROOT}/lines", {"lines": lines, "do": "preview"}).text
    assert "新增 1" in seen
    assert "还有 2 行" in seen
    first = apply(merchant, f"{ROOT}/lines", {"lines": lines})
    assert "已修改 1 个价格" in first.text
    rest = left_of(first)
    assert rest.split("\n") == ["code,audience,price", *lines.split("\n")[2:]]
    last = left_of(apply(merchant, f"{ROOT}/lines", {"lines": rest.replace("x", "170")}))
    assert last == "code,audience,price\nPOT-L,silver,180"
    assert apply(merchant, f"{ROOT}/lines", {"lines": last}).location
    assert len(prices.of(pot)) == 4


def left_of(answer):
    """What stays to be taken."""
    return unescape(re.search(r"<textarea[^>]*>([^<]*)</textarea>", answer.text)[1])


def test_lines_are_looked_at_before_they_count_and_bad_ones_stay_to_be_mended(
    prices, pot, merchant
):
    lines = "code,audience,price\nPOT-S,金卡,90\nPOT-L,Gold,cheap\nNOWHERE,all,1\nPOT-S,gold,80"

    seen = post(merchant, f"{ROOT}/lines", {"lines": lines, "do": "preview"})
    assert "新增 1" in seen.text
    assert "低于成本" not in seen.text
    assert prices.of(pot) == {}
    faulty = "POT-S,gold,70\nPOT-S,silver,-30\nPOT-L,all,200"
    told = post(merchant, f"{ROOT}/lines", {"lines": faulty, "do": "preview"}).text
    assert "1 个商品会低于成本价" in told, "two lines of it"
    assert (told.count("低于成本"), told.count("不低于标价")) == (3, 2)
    done = apply(merchant, f"{ROOT}/lines", {"lines": lines})
    assert done.status_code == 422
    left = left_of(done)
    assert left.split("\n") == ["code,audience,price", *lines.split("\n")[2:]]
    assert list(texts(prices, pot).values()) == ["90.00"]

    mended = left.replace("cheap", "180").split("\n")[:2]
    assert apply(merchant, f"{ROOT}/lines", {"lines": "\n".join(mended)}).location
    found = [kept.terms.price.value for kept in prices.of(pot).values()]
    assert sorted(found) == [9_000, 18_000]


def test_the_report_says_who_would_pay_what_and_how(prices, pot, merchant):
    prices.set(pot, "silver", "-5%")
    prices.set(pot, "gold", "150", sku="POT-L")

    shown = page(merchant, f"{ROOT}/report")
    assert "金卡价 -¥50" in shown
    basket = page(merchant, f"{ROOT}/report?basket=POT-S+2%0APOT-L+1")
    assert "¥340" in basket, "2 × 95 and 150 for gold"
    typed = urlencode({"basket": "POT-S x\nPOT-S×2\nPOT-L，x 1\nPOT-L 01234"})
    basket = page(merchant, f"{ROOT}/report?{typed}")
    assert "¥340" in basket
    assert "看不懂：POT-S x、POT-L 01234" in basket
    table = post(merchant, f"{ROOT}/report.csv", {}).text
    assert "150.00,金卡价 -¥50" in table


def test_who_may_only_look_changes_nothing(prices, pot, sign_in, make_staff, shop):
    from core.staff import services as staff

    with shop.database.write() as session:
        role = staff.create_role(session, name="eyes", permissions=RIGHTS, extra=RIGHTS)
    eyes = sign_in(make_staff(role.key), "staff")

    assert cell(pot, "all") not in page(eyes, ROOT)
    assert post(eyes, ROOT, {}).status_code == 403
    assert eyes.get(f"{ROOT}/lines").status_code == 403


def test_a_page_of_the_grid_costs_the_same_for_few_and_many(
    prices, merchant, make_product, count_statements
):
    sent = []
    for count in (1, 9):
        for number in range(count):
            prices.set(make_product(f"茶{count}-{number}"), "all", "-5%")
        page(merchant, ROOT)
        with count_statements() as seen:
            page(merchant, ROOT)
        sent.append(len(seen))

    assert sent[0] == sent[1] <= 11


def test_the_product_editor_tells_what_each_audience_pays(prices, pot, merchant):
    prices.set(pot, "black", "88")

    assert "¥88.00" in page(merchant, f"/admin/products/{pot.id}")
