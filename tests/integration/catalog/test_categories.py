import pytest

from core.catalog import services as catalog
from core.catalog.types import CategoryDraft
from core.kernel.errors import InvalidInput, NotFound, Rejected


def tree(database, **wanted):
    def shape(nodes):
        return {node.name: shape(node.children) for node in nodes}

    with database.read() as session:
        return shape(catalog.categories(session, **wanted))


def test_shelves_form_a_tree_in_the_merchants_order(database, make_category):
    make_category("花器", "vases", position=2)
    tea = make_category("茶器", "tea", position=1)
    make_category("壶", "pots", tea)
    assert list(tree(database)) == ["茶器", "花器"]
    assert tree(database)["茶器"] == {"壶": {}}


def test_a_hidden_shelf_hides_those_below_it(database, make_category):
    tea = make_category("茶器", "tea", is_visible=False)
    make_category("壶", "pots", tea)
    assert tree(database) == {}
    assert tree(database, include_hidden=True) == {"茶器": {"壶": {}}}


def test_a_shelf_is_found_by_its_address_at_any_depth(database, make_category):
    make_category("壶", "pots", make_category("茶器", "tea"))
    with database.read() as session:
        found = catalog.categories(session)
        assert catalog.find_category(found, "pots").name == "壶"
        with pytest.raises(NotFound):
            catalog.find_category(found, "nowhere")


def test_shelves_stay_at_most_three_deep_and_never_below_themselves(database, make_category):
    one = make_category("1", "one")
    two = make_category("2", "two", one)
    three = make_category("3", "three", two)
    with database.write() as session:
        with pytest.raises(InvalidInput):
            catalog.create_category(session, CategoryDraft("4", slug="four", parent_id=three))
        with pytest.raises(InvalidInput):
            catalog.update_category(session, one, CategoryDraft("1", slug="one", parent_id=three))
    other = make_category("other", "other")
    with pytest.raises(InvalidInput), database.write() as session:
        catalog.update_category(session, one, CategoryDraft("1", slug="one", parent_id=other))


def test_addresses_of_shelves_are_unique(database, make_category):
    make_category("1", "one")
    with pytest.raises(InvalidInput):
        make_category("2", "one")


def test_only_an_empty_shelf_can_be_removed(database, make_category, make_product):
    tea = make_category("茶器", "tea")
    make_product(category_id=tea)
    empty = make_category("空", "empty")
    with database.write() as session:
        with pytest.raises(Rejected):
            catalog.delete_category(session, tea)
        catalog.delete_category(session, empty)
    assert list(tree(database)) == ["茶器"]
