import pytest

from core.catalog import services as catalog
from core.catalog.types import CategoryDraft, ProductDraft, SkuDraft


@pytest.fixture
def shelves(database, make_product, make_category):
    tea = make_category("茶器", "tea-ware", name_en="Tea ware")
    pots = make_category("茶壶", "teapots", tea)
    make_product(
        "山岚·青瓷侧把壶",
        subtitle="龙泉青釉",
        category_id=pots,
        attributes=(("材质", "胡桃木把"),),
        skus=[SkuDraft("KYUSU-1", 100, {"釉色": "雨过天青"}, on_hand=1)],
    )
    make_product("北美黑胡桃茶盘 Walnut Tray", category_id=tea, sold_count=9)
    make_product("胡桃木烛盖 Lid for candles", sold_count=99)
    return tea, pots


def found(database, query, **wanted):
    with database.read() as session:
        return [card.title for card in catalog.list_products(session, query=query, **wanted).items]


CASES = [
    ("侧把壶", 1),
    ("壶", 1),
    ("胡桃", 3),
    ("黑胡桃", 1),
    ("胡桃 tray", 1),
    ("walnut TRAY", 1),
    ("wal", 1),
    ("alnut", 0),
    ("雨过天青", 1),
    ("kyusu-1", 1),
    ("茶器", 2),
    ("tea ware", 2),
    ("天青 烛", 0),
    ("龙泉", 1),
    ("%", 0),
    ("_", 0),
    ("' OR 1=1 --", 0),
    ("壶侧", 0),
]


def test_a_search_finds_what_holds_every_word(database, shelves):
    counts = {query: len(found(database, query)) for query, _ in CASES}
    assert counts == dict(CASES)


def test_titles_come_first_then_what_sells(database, shelves):
    assert found(database, "胡桃") == [
        "胡桃木烛盖 Lid for candles",
        "北美黑胡桃茶盘 Walnut Tray",
        "山岚·青瓷侧把壶",
    ]


def test_a_search_can_be_narrowed_to_a_shelf_and_sorted(database, shelves):
    assert found(database, "胡桃", shelves=shelves[1:]) == ["山岚·青瓷侧把壶"]
    assert found(database, "胡桃", sort="price")[0] == "山岚·青瓷侧把壶"


def test_a_blank_search_lists_all_and_one_of_signs_nothing(database, shelves):
    assert len(found(database, "  ")) == 3
    assert found(database, "！？") == []


def test_products_are_found_by_the_new_name_of_their_shelf_at_once(database, shelves):
    tea, _ = shelves
    with database.write() as session:
        catalog.update_category(session, tea, CategoryDraft("茗具", slug="tea-ware"))
    assert found(database, "茶器") == []
    assert len(found(database, "茗具")) == 2


def test_a_changed_product_is_found_by_what_it_says_now(database, make_product):
    product_id = make_product("旧名", code="old-code")
    with database.write() as session:
        catalog.update_product(session, product_id, ProductDraft("新名"))
        catalog.save_skus(session, product_id, [SkuDraft("new-code", 100)], actor="test")
    assert found(database, "旧名") == []
    assert found(database, "新名") == ["新名"]
    assert found(database, "new-code") == ["新名"]
