"""HEAD: what GET would say, without a body and without anything left open."""

import pytest


@pytest.mark.parametrize("path", ["/admin/imports/template.csv", "/admin/orders"])
def test_asking_for_the_head_of_a_file_keeps_no_connection(shop, make_staff, maker, sign_in, path):
    maker.order()
    browser = sign_in(make_staff(), "staff")
    assert browser.get(path, buffered=True).status_code == 200
    before = shop.database.engine.pool.checkedout()
    answers = [browser.head(path) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.data for answer in answers} == {b""}
    assert shop.database.engine.pool.checkedout() == before == 0
