"""What leaves the store in a file is written down, so asking for it is an act and never a GET."""

import pytest
import sqlalchemy as sa

from core.staff.models import AuditEntry

EXPORTS = {
    "member.export": ("/admin/members/export.csv", "/admin/members"),
    "product.export": ("/admin/products/export.csv", "/admin/products"),
    "order.export": ("/admin/orders/export.csv", "/admin/orders?status=to_ship"),
}


def noted(shop, action):
    """The audit entries of an action, as what was asked for."""
    with shop.database.read() as session:
        found = sa.select(AuditEntry.after).where(AuditEntry.action == action)
        return list(session.scalars(found))


@pytest.mark.parametrize("action", EXPORTS)
def test_no_link_of_a_stranger_takes_a_file_out_or_fills_the_audit_log(admin, shop, maker, action):
    maker.order()
    path, page = EXPORTS[action]
    assert admin.get(path).status_code in {404, 405}
    assert noted(shop, action) == []
    assert f'<form method="post" action="{path}' in admin.page(page)
    answer = admin.post(path, buffered=True)
    assert answer.mimetype == "text/csv"
    assert len(answer.get_data(as_text=True).splitlines()) > 1
    assert len(noted(shop, action)) == 1


def test_an_export_of_orders_holds_what_the_list_showed(admin, shop, maker):
    order = maker.order(paid=True)
    form = '<form method="post" action="/admin/orders/export.csv?status=completed"'
    assert form in admin.page("/admin/orders?status=completed")
    answer = admin.post("/admin/orders/export.csv?status=completed", buffered=True)
    assert order.order_no not in answer.get_data(as_text=True)
    assert noted(shop, "order.export") == [{"status": "completed"}]
