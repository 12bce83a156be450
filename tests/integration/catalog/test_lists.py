import pytest

from core.catalog import services as catalog
from core.catalog.importing import import_file
from core.catalog.types import SkuDraft


def titles(database, **wanted):
    with database.read() as session:
        return [card.title for card in catalog.list_products(session, **wanted).items]


def test_only_what_is_on_sale_is_listed(database, make_product):
    make_product("A")
    make_product("B", state="draft")
    make_product("C", state="off_sale")
    assert titles(database) == ["A"]


def test_lists_follow_the_chosen_order(database, make_product):
    for title, price, sold, place in [("A", 300, 5, 2), ("B", 100, 9, 3), ("C", 200, 1, 1)]:
        make_product(title, skus=[SkuDraft(title, price)], sold_count=sold, position=place)
    assert titles(database) == ["C", "A", "B"]
    assert titles(database, sort="price") == ["B", "C", "A"]
    assert titles(database, sort="-price") == ["A", "C", "B"]
    assert titles(database, sort="sold") == ["B", "A", "C"]
    assert titles(database, sort="new") == ["C", "B", "A"]
    assert titles(database, sort="nonsense") == ["C", "A", "B"]


def test_a_shelf_lists_what_stands_on_it_and_below(database, make_product, make_category):
    top = make_category("茶器", "tea-ware")
    middle = make_category("壶", "pots", top)
    bottom = make_category("侧把壶", "side-handle", middle)
    make_product("A", category_id=bottom, position=2)
    make_product("B", category_id=top, position=1)
    make_product("C")
    with database.read() as session:
        tree = catalog.categories(session)

    def on(slug):
        return catalog.shelves_below(catalog.find_category(tree, slug))

    assert titles(database, shelves=on("tea-ware")) == ["B", "A"]
    assert titles(database, shelves=on("pots")) == ["A"]
    assert titles(database, shelves=()) == []
    with database.read() as session:
        first = catalog.list_products(session, shelves=on("tea-ware"), per_page=1)
        second = catalog.list_products(session, shelves=on("tea-ware"), per_page=1, page=2, total=2)
        assert catalog.count_products(session, on("tea-ware")) == 2
    assert ([card.title for card in first.items], first.total) == (["B"], 2)
    assert ([card.title for card in second.items], second.total) == (["A"], 2)


@pytest.mark.parametrize("sort", ["default", "price", "-price", "new", "sold"])
def test_a_page_is_the_same_counted_from_the_beginning_and_from_the_end(
    database, make_product, make_category, sort
):
    shelves = [make_category(name, name) for name in ("pots", "cups")]
    for number in range(7):
        make_product(
            f"P{number}",
            skus=[SkuDraft(f"S{number}", 100 + number % 3)],
            sold_count=number % 2,
            position=number % 2,
            category_id=shelves[number % 2],
        )
    for wanted in (None, shelves[:1], shelves):
        total = 4 if wanted and len(wanted) == 1 else 7
        pages = range(1, 5)
        counted = [
            titles(database, shelves=wanted, sort=sort, page=page, per_page=2, total=total)
            for page in pages
        ]
        assert counted == [
            titles(database, shelves=wanted, sort=sort, page=page, per_page=2) for page in pages
        ]
        assert sum(map(len, counted)) == total


def test_pages_know_the_whole_and_an_empty_page_past_the_end_too(database, make_product):
    for number in range(5):
        make_product(f"P{number}", position=number)
    with database.read() as session:
        second = catalog.list_products(session, page=2, per_page=2)
        beyond = catalog.list_products(session, page=9, per_page=2)
        absurd = catalog.list_products(session, page=10**30, query="a\0b")
    assert [card.title for card in second.items] == ["P2", "P3"]
    assert (second.total, second.count, second.has_next) == (5, 3, True)
    assert (beyond.items, beyond.total) == ((), 5)
    assert absurd.items == ()


def test_a_card_is_quoted_by_its_cheapest_sku_that_can_be_bought(database, make_product):
    make_product(
        "壶",
        skus=[
            SkuDraft("cheap", 100, {"色": "a"}, on_hand=0),
            SkuDraft("middle", 200, {"色": "b"}, on_hand=1),
            SkuDraft("dear", 300, {"色": "c"}, on_hand=9),
        ],
        market_price_fen=250,
    )
    with database.read() as session:
        (card,) = catalog.list_products(session).items
        detail = catalog.product_detail(session, card.slug)
    by_code = {sku.code: sku.id for sku in detail.skus}
    assert card.sku_id == by_code["middle"]
    assert (card.price_fen, card.max_price_fen, card.has_price_range) == (100, 300, True)
    assert (card.market_price_fen, card.is_sold_out) == (250, False)
    assert detail.default_sku.code == "middle"


def test_a_card_without_stock_is_sold_out(database, make_product):
    make_product(skus=[SkuDraft("a", 100)])
    with database.read() as session:
        (card,) = catalog.list_products(session).items
    assert card.is_sold_out
    assert card.sku_id is not None


def test_cards_come_in_the_order_asked_for(database, make_product):
    first, second = make_product("A"), make_product("B")
    hidden = make_product("C", state="draft")
    with database.read() as session:
        cards = catalog.product_cards(session, [second, hidden, first])
    assert [card.title for card in cards] == ["B", "A"]


def test_related_products_are_the_best_sold_others_of_the_shelf(
    database, make_product, make_category
):
    shelf = make_category("壶", "pots")
    own = make_product("own", category_id=shelf)
    make_product("slow", category_id=shelf, sold_count=1)
    make_product("fast", category_id=shelf, sold_count=9)
    make_product("elsewhere", sold_count=99)
    with database.read() as session:
        cards = catalog.related_products(session, own, shelf)
    assert [card.title for card in cards] == ["fast", "slow"]


def test_a_list_costs_one_statement_and_a_count_whatever_the_size_of_the_catalogue(
    database, excerpt, make_product, make_category, statements
):
    counts = []
    top = make_category("茶器", "tea-ware")
    shelves = (top, make_category("壶", "pots", top))
    for number in range(30):
        make_product(f"white tea {number}", category_id=shelves[number % 2])
    for step in ("small", "large"):
        if step == "large":
            import_file(database, excerpt, actor="test")
        statements.clear()
        with database.read() as session:
            for sort in ("default", "price", "new", "sold"):
                catalog.list_products(session, sort=sort)
                catalog.list_products(session, sort=sort, shelves=shelves, total=30)
                catalog.list_products(session, sort=sort, query="white")
        counts.append(len(statements))
    assert counts == [16, 16]


@pytest.mark.slow
def test_pages_cost_the_same_statements_for_thirty_and_for_three_thousand_products(
    database, whole_file, make_product, statements
):
    counts = []
    slug = "first"
    for number in range(30):
        make_product(f"p{number}", slug=slug if number == 0 else "")
    for step in ("thirty", "thousands"):
        if step == "thousands":
            import_file(database, whole_file, actor="test")
        statements.clear()
        with database.read() as session:
            page = catalog.list_products(session, per_page=20)
            detail = catalog.product_detail(session, slug)
            catalog.sku_lines(session, {card.sku_id: 1 for card in page.items})
            catalog.categories(session)
            catalog.related_products(session, detail.id, detail.category_id)
        counts.append(len(statements))
    assert counts == [6, 6]
